"""Events: stored before the answer, fired once and only when fresh, listed with their true times."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockUser,
    async_capture_events,
    async_fire_time_changed,
    async_fire_time_changed_exact,
)

from homeassistant.core import HomeAssistant, callback

from .common import Agent, ups_event
from .conftest import Connect

ENTITY = "event.rack_ups_events"


def fired(hass: HomeAssistant) -> list[tuple[str, int]]:
    """Collect what the event entity fires."""
    seen: list[tuple[str, int]] = []

    @callback
    def take(event: Any) -> None:
        new = event.data["new_state"]
        if event.data["entity_id"] == ENTITY and new is not None and new.attributes.get("seq") is not None:
            seen.append((new.attributes["event_type"], new.attributes["seq"]))

    hass.bus.async_listen("state_changed", take)
    return seen


async def card(hass_ws_client: Any, hass: HomeAssistant, token: str | None = None) -> Any:
    return await (hass_ws_client(hass) if token is None else hass_ws_client(hass, token))


async def test_a_fresh_event_fires_once(hass: HomeAssistant, entry: MockConfigEntry, connect: Connect) -> None:
    agent = await connect()
    await agent.join()
    seen = fired(hass)
    answer = await agent.send_events(ups_event(1))
    assert answer["result"] == {"acked_seq": 1}
    assert (await agent.send_events(ups_event(1), ups_event(2, "ac_power_restored")))["result"] == {"acked_seq": 2}
    await hass.async_block_till_done()
    assert seen == [("ac_power_loss", 1), ("ac_power_restored", 2)]
    state = hass.states.get(ENTITY)
    assert state is not None
    assert state.attributes["message"] == "Event 2."
    assert state.attributes["value"] == 96
    assert state.attributes["detail"] == {"battery_percent": 96}
    newest = hass.states.get("sensor.rack_ups_last_event")
    assert newest is not None
    assert newest.state == "ac_power_restored"


async def test_history_fires_nothing_but_one_bus_event(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect, freezer: FrozenDateTimeFactory
) -> None:
    agent = await connect()
    await agent.join()
    seen = fired(hass)
    synced = async_capture_events(hass, "pi_ups_history_synced")
    late = timedelta(minutes=30)
    await agent.send_events(ups_event(1, ago=late), ups_event(2, "ac_power_restored", ago=late - timedelta(minutes=6)))
    await agent.send_events(ups_event(3, "battery_full", ago=timedelta(minutes=3)))
    freezer.tick(timedelta(seconds=2))
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert seen == []
    assert len(synced) == 1
    assert synced[0].data["count"] == 3
    assert synced[0].data["types"] == ["ac_power_loss", "ac_power_restored", "battery_full"]
    assert synced[0].data["device_id"] == entry.runtime_data.device_id
    newest = hass.states.get("sensor.rack_ups_last_event")
    assert newest is not None
    assert newest.state == "battery_full"


async def test_one_burst_is_told_once_however_long_it_is(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect, freezer: FrozenDateTimeFactory
) -> None:
    synced = async_capture_events(hass, "pi_ups_history_synced")
    agent = await connect()
    await agent.join()
    for seq in range(1, 5):
        await agent.send_events(ups_event(seq, ago=timedelta(hours=1)))
        freezer.tick(timedelta(seconds=0.7))
        async_fire_time_changed_exact(hass)
        await hass.async_block_till_done()
    assert synced == []
    freezer.tick(timedelta(seconds=1))
    async_fire_time_changed_exact(hass)
    await hass.async_block_till_done()
    assert [one.data["count"] for one in synced] == [4]


async def test_history_is_told_before_the_entry_goes(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect
) -> None:
    synced = async_capture_events(hass, "pi_ups_history_synced")
    agent = await connect()
    await agent.join()
    event = ups_event(1, ago=timedelta(hours=1))
    await agent.send_events(event)
    device_id = entry.runtime_data.device_id
    await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()
    at = datetime.fromisoformat(event["time"]).isoformat()
    assert [one.data for one in synced] == [
        {"device_id": device_id, "count": 1, "from": at, "to": at, "types": ["ac_power_loss"]}
    ]


async def test_late_news_do_not_displace_newer_ones(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect
) -> None:
    agent = await connect()
    await agent.join()
    await agent.send_events(ups_event(5, "battery_full"))
    writes = async_capture_events(hass, "state_changed")
    # A clock that was set right meanwhile may give a later event an earlier time.
    await agent.send_events(ups_event(4, "ups_fault", ago=timedelta(hours=1)))
    await agent.send_events(ups_event(6, "ups_fault", ago=timedelta(hours=1)))
    await hass.async_block_till_done()
    assert writes == []
    assert hass.states.is_state("sensor.rack_ups_last_event", "battery_full")


async def test_the_freshness_limit_is_an_option(hass: HomeAssistant, entry: MockConfigEntry, connect: Connect) -> None:
    hass.config_entries.async_update_entry(entry, options={"fresh_minutes": 60})
    agent = await connect()
    await agent.join()
    seen = fired(hass)
    await agent.send_events(ups_event(1, ago=timedelta(minutes=30)))
    await hass.async_block_till_done()
    assert seen == [("ac_power_loss", 1)]


async def test_contact_that_comes_back_is_no_event(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect
) -> None:
    agent = await connect()
    await agent.join()
    await agent.send_events(ups_event(1))
    seen = fired(hass)
    await agent.client.close()
    await hass.async_block_till_done()
    await (await connect()).join()
    await hass.async_block_till_done()
    assert seen == []


async def test_last_seq_is_told_after_a_restart(hass: HomeAssistant, entry: MockConfigEntry, connect: Connect) -> None:
    agent = await connect()
    await agent.join()
    await agent.send_events(*(ups_event(seq) for seq in range(1, 201)))
    await hass.config_entries.async_reload(entry.entry_id)
    again = await connect()
    first = await again.knock()
    assert first["last_seq"] == 200


async def test_an_event_of_a_newer_agent_is_kept_and_fired(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect
) -> None:
    agent = await connect()
    await agent.join()
    seen = fired(hass)
    assert (await agent.send_events(ups_event(1, "meteor_seen")))["success"]
    await hass.async_block_till_done()
    assert seen == [("meteor_seen", 1)]


async def test_a_bad_event_refuses_the_batch_and_names_it(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect
) -> None:
    agent = await connect()
    await agent.join()
    answer = await agent.send_events(ups_event(1), ups_event(2, time="yesterday"))
    assert answer["error"]["code"] == "PI_UPS_INVALID_MESSAGE"
    assert "events.1.time" in answer["error"]["message"]


async def list_events(client: Any, **query: Any) -> dict[str, Any]:
    await client.send_json_auto_id({"type": "pi_ups/events/list", "device_id": "rack-pi", **query})
    return await client.receive_json()


async def test_the_card_lists_pages(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect, hass_ws_client: Any
) -> None:
    agent = await connect()
    await agent.join()
    await agent.send_events(*(ups_event(seq, ago=timedelta(seconds=100 - seq)) for seq in range(1, 8)))
    client = await card(hass_ws_client, hass)
    first = (await list_events(client, limit=5))["result"]
    assert [event["seq"] for event in first["events"]] == [7, 6, 5, 4, 3]
    second = (await list_events(client, limit=5, cursor=first["next_cursor"]))["result"]
    assert [event["seq"] for event in second["events"]] == [2, 1]
    assert second["next_cursor"] is None
    none = (await list_events(client, types=["ups_fault"]))["result"]
    assert none == {"events": [], "next_cursor": None}
    bad = await list_events(client, cursor="nonsense")
    assert bad["error"]["code"] == "PI_UPS_INVALID_MESSAGE"
    bad = await list_events(client, start="noon")
    assert bad["error"]["code"] == "PI_UPS_INVALID_MESSAGE"
    bad = await list_events(client, device_id="nobody")
    assert bad["error"]["code"] == "PI_UPS_UNKNOWN_DEVICE"


async def test_the_card_hears_device_and_events(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect, hass_ws_client: Any
) -> None:
    agent = await connect()
    await agent.join()
    client = await card(hass_ws_client, hass)
    await client.send_json_auto_id({"type": "pi_ups/events/subscribe", "device_id": "rack-pi"})
    assert (await client.receive_json())["success"]
    first = (await client.receive_json())["event"]
    assert first["kind"] == "device"
    assert first["device"]["connected"] is True
    assert first["device"]["entities"]["battery_percent"] == "sensor.rack_ups_battery"
    await agent.send_events(ups_event(1), ups_event(2, "ups_fault", ago=timedelta(minutes=9)))
    heard = (await client.receive_json())["event"]
    assert heard["kind"] == "events"
    assert [(event["seq"], event["synced_late"]) for event in heard["events"]] == [(1, False), (2, True)]
    await agent.bye()
    gone = (await client.receive_json())["event"]
    assert gone["device"]["connected"] is False
    assert gone["device"]["bye"]["reason"] == "shutdown"
    assert gone["device"]["values"]["battery_percent"] == 96


async def test_the_card_of_a_user_without_rights_sees_nothing(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect, token_of: Any, hass_ws_client: Any
) -> None:
    await (await connect()).join()
    nobody = MockUser(name="Guest")
    nobody.mock_policy({})
    nobody.add_to_hass(hass)
    client = await card(hass_ws_client, hass, await token_of(nobody))
    await client.send_json_auto_id({"type": "pi_ups/devices"})
    assert (await client.receive_json())["result"] == {"devices": []}
    assert (await list_events(client))["error"]["code"] == "PI_UPS_UNKNOWN_DEVICE"


async def test_the_card_of_any_reader_sees_the_device(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    connect: Connect,
    agent_user: MockUser,
    token_of: Any,
    hass_ws_client: Any,
) -> None:
    agent: Agent = await connect()
    await agent.join()
    client = await card(hass_ws_client, hass, await token_of(agent_user))
    await client.send_json_auto_id({"type": "pi_ups/devices"})
    devices = (await client.receive_json())["result"]["devices"]
    assert [device["agent_id"] for device in devices] == ["rack-pi"]
