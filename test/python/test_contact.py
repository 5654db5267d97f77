"""What is shown while contact comes, goes and changes hands: the present or nothing, never the past as if it were news."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.pi_ups.archive import Archive
from custom_components.pi_ups.hub import DATA_HUB
from homeassistant.core import HomeAssistant, callback

from .common import FULL, Blockade, hello, ups_event
from .conftest import Connect

MAINS = "binary_sensor.rack_ups_mains"
CONNECTED = "binary_sensor.rack_ups_connected"
BATTERY = "sensor.rack_ups_battery"


def changes(hass: HomeAssistant, entity_id: str) -> list[str]:
    """Collect the states that an entity goes through."""
    seen: list[str] = []

    @callback
    def take(event: Any) -> None:
        if event.data["entity_id"] == entity_id:
            seen.append(event.data["new_state"].state)

    hass.bus.async_listen("state_changed", take)
    return seen


async def test_an_outage_of_the_past_does_not_look_like_news(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect
) -> None:
    agent = await connect()
    await agent.join()
    await agent.state({"ac_present": False})
    await agent.bye()
    mains, connected = changes(hass, MAINS), changes(hass, CONNECTED)
    # Mains came back, the Pi started again; its first message has no values yet.
    again = await connect()
    assert (await again.knock())["event"] == "accepted"
    assert (await again.state({}))["success"]
    await hass.async_block_till_done()
    assert (mains, connected) == ([], [])
    await again.state(FULL, full=True)
    await hass.async_block_till_done()
    assert (mains, connected) == (["on"], ["on"])


async def test_a_first_message_that_is_not_full_counts_too(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect
) -> None:
    agent = await connect()
    await agent.knock()
    await agent.state({"ac_present": True})
    await hass.async_block_till_done()
    assert hass.states.is_state(MAINS, "on")
    assert hass.states.is_state(BATTERY, "unknown")


async def test_a_full_state_forgets_what_it_does_not_say(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect
) -> None:
    agent = await connect()
    await agent.join()
    await agent.state({key: value for key, value in FULL.items() if key != "battery_percent"}, full=True)
    await hass.async_block_till_done()
    assert hass.states.is_state(BATTERY, "unknown")
    assert hass.states.is_state(MAINS, "on")


async def test_batches_under_way_at_an_unload_are_stored_and_fired_in_order(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect
) -> None:
    archive: Archive = hass.data[DATA_HUB].archive
    fired: list[int] = []

    @callback
    def take(event: Any) -> None:
        new = event.data["new_state"]
        if event.data["entity_id"] == "event.rack_ups_events" and new is not None and new.attributes.get("seq"):
            fired.append(new.attributes["seq"])

    hass.bus.async_listen("state_changed", take)
    agent = await connect()
    await agent.join()
    async with Blockade(archive):
        for seq in (1, 2):
            data = {"session": agent.session, "events": [ups_event(seq)]}
            await agent.client.send_json_auto_id({"type": "pi_ups/agent/events", "data": data})
        await agent.client.send_json_auto_id({"type": "ping"})
        assert (await agent.client.receive_json())["type"] == "pong"
        unload = hass.async_create_task(hass.config_entries.async_unload(entry.entry_id))
    assert await unload
    answers = [await agent.next_answer_or_event() for _ in range(3)]
    assert [one["result"]["acked_seq"] for one in answers if one["type"] == "result"] == [1, 2]
    assert list(dict.fromkeys(fired)) == [1, 2]


async def test_nothing_flickers_when_a_newer_connection_takes_over(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect
) -> None:
    old = await connect()
    await old.join()
    await hass.async_block_till_done()
    mains, connected = changes(hass, MAINS), changes(hass, CONNECTED)
    new = await connect()
    assert (await new.knock())["event"] == "accepted"
    assert (await old.next_event())["event"] == "replaced"
    await new.state({**FULL, "battery_percent": 90}, full=True)
    await old.client.close()
    await hass.async_block_till_done()
    assert (mains, connected) == ([], [])
    assert hass.states.is_state(BATTERY, "90")


async def test_a_second_hello_on_the_same_connection_sends_nobody_away(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect
) -> None:
    agent = await connect()
    await agent.join()
    first = agent.session
    await agent.join()
    assert agent.session != first
    assert agent.events == []
    assert (await agent.state({"battery_percent": 80}))["success"]
    await hass.async_block_till_done()
    assert hass.states.is_state(BATTERY, "80")


async def test_an_agent_that_unsubscribes_is_gone(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect
) -> None:
    agent = await connect()
    await agent.join()
    await agent.client.send_json_auto_id({"type": "unsubscribe_events", "subscription": agent.subscription})
    assert (await agent.client.receive_json())["success"]
    await hass.async_block_till_done()
    assert hass.states.is_state(CONNECTED, "off")
    assert (await agent.state({}))["error"]["code"] == "PI_UPS_NO_SESSION"


async def test_each_way_is_logged_once(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    connect: Connect,
    caplog: pytest.LogCaptureFixture,
    freezer: FrozenDateTimeFactory,
) -> None:
    caplog.set_level("INFO", "custom_components.pi_ups")
    agent = await connect()
    for _ in range(2):
        await agent.join()
        await agent.state({"battery_percent": 50})
        for _ in range(3):
            freezer.tick(timedelta(seconds=13))
            async_fire_time_changed(hass)
            await hass.async_block_till_done()
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("custom_components.pi_ups")]
    assert (
        ours
        == [
            "Rack UPS is in contact",
            "Rack UPS is out of contact: nothing heard for 12 s",
        ]
        * 2
    )


async def test_a_goodbye_tells_why_and_is_not_told_twice(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "custom_components.pi_ups")
    agent = await connect()
    await agent.join()
    await agent.bye()
    await agent.client.close()
    await hass.async_block_till_done()
    told = [record.getMessage() for record in caplog.records if "out of contact" in record.getMessage()]
    assert told == ["Rack UPS is out of contact: it said goodbye (shutdown): Battery at 10 %, limit 10 %."]


async def test_a_socket_that_closes_while_it_is_being_let_in(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect
) -> None:
    archive: Archive = hass.data[DATA_HUB].archive
    agent = await connect()
    async with Blockade(archive):
        await agent.client.send_json_auto_id({"type": "pi_ups/agent/connect", "data": agent.hello})
        await agent.client.close()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.runtime_data.session is None


async def test_an_entry_that_is_unloaded_while_an_agent_is_being_let_in(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect
) -> None:
    archive: Archive = hass.data[DATA_HUB].archive
    agent = await connect()
    async with Blockade(archive):
        await agent.client.send_json_auto_id({"type": "pi_ups/agent/connect", "data": agent.hello})
        # Messages are taken in order, so the hello has been taken by then.
        await agent.client.send_json_auto_id({"type": "ping"})
        assert (await agent.client.receive_json())["type"] == "pong"
        unload = hass.async_create_task(hass.config_entries.async_unload(entry.entry_id))
    assert await unload
    assert (await agent.client.receive_json())["success"]
    assert (await agent.next_event())["event"] == "pending"
    assert await hass.config_entries.async_setup(entry.entry_id)
    accepted = await agent.next_event()
    assert accepted["event"] == "accepted"


async def test_no_event_is_lost_to_a_reload(hass: HomeAssistant, entry: MockConfigEntry, connect: Connect) -> None:
    """A batch that is being stored when the entry is unloaded is fired before, or comes again and is fired after."""
    archive: Archive = hass.data[DATA_HUB].archive
    fired: list[int] = []

    @callback
    def take(event: Any) -> None:
        new = event.data["new_state"]
        if event.data["entity_id"] == "event.rack_ups_events" and new is not None and "seq" in new.attributes:
            fired.append(new.attributes["seq"])

    hass.bus.async_listen("state_changed", take)
    agent = await connect()
    await agent.join()
    event = ups_event(1)
    async with Blockade(archive):
        data = {"session": agent.session, "events": [event]}
        await agent.client.send_json_auto_id({"type": "pi_ups/agent/events", "data": data})
        await agent.client.send_json_auto_id({"type": "ping"})
        assert (await agent.client.receive_json())["type"] == "pong"
        reload = hass.async_create_task(hass.config_entries.async_reload(entry.entry_id))
    assert await reload
    while (await agent.next_answer_or_event()).get("event", {}).get("event") != "accepted":
        pass
    again = await connect()
    await again.join()
    assert (await again.send_events(event))["success"]
    await hass.async_block_till_done()
    assert set(fired) == {1}
    assert [one.event["seq"] for one in (await archive.run(lambda store: store.list("rack-pi")))[0]] == [1]


async def test_options_count_at_once_and_disturb_nobody(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect
) -> None:
    agent = await connect()
    await agent.join()
    result = await hass.config_entries.options.async_init(entry.entry_id)
    await hass.config_entries.options.async_configure(result["flow_id"], {"fresh_minutes": 30})
    await hass.async_block_till_done()
    assert (await agent.state({}))["success"]
    await agent.send_events(ups_event(1, ago=timedelta(minutes=20)))
    await hass.async_block_till_done()
    state = hass.states.get("event.rack_ups_events")
    assert state is not None
    assert state.attributes["seq"] == 1


async def test_a_restarted_agent_without_news_changes_no_entry(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect
) -> None:
    modified = entry.modified_at
    greeting = hello(last_seq=99)
    greeting["agent"]["boot_id"] = "another"
    await (await connect(**greeting)).join()
    await hass.async_block_till_done()
    assert entry.modified_at == modified


async def test_an_unload_that_fails_leaves_the_agent_in(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> bool:
        return False

    agent = await connect()
    await agent.join()
    with monkeypatch.context() as patched:
        patched.setattr(hass.config_entries, "async_unload_platforms", fails)
        assert not await hass.config_entries.async_unload(entry.entry_id)
    assert (await agent.next_event())["event"] == "released"
    agent.session = (await agent.next_event())["session"]
    await agent.state({**FULL, "battery_percent": 77}, full=True)
    assert (await agent.send_events(ups_event(1)))["result"] == {"acked_seq": 1}
    await hass.async_block_till_done()
    assert hass.states.is_state(BATTERY, "77")
