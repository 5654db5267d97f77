"""The card's live feed: it outlives reloads, and tells what no entity shows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from homeassistant.core import HomeAssistant

from .common import FULL, contract, ups_event
from .conftest import Connect

type Card = Any


@pytest.fixture
async def card(
    hass: HomeAssistant, entry: MockConfigEntry, hass_ws_client: Any, hass_read_only_access_token: str
) -> Card:
    """A card in the browser of somebody who may only look, subscribed."""
    client = await hass_ws_client(hass, hass_read_only_access_token)
    await client.send_json_auto_id({"type": "pi_ups/events/subscribe", "device_id": entry.runtime_data.device_id})
    assert (await client.receive_json())["success"]
    first = (await client.receive_json())["event"]
    assert (first["kind"], first["device"]["connected"]) == ("device", False)
    return client


async def hears(card: Card) -> dict[str, Any]:
    return (await card.receive_json())["event"]


async def hears_nothing(card: Card) -> None:
    """Nothing is on its way: the answer to a ping is next."""
    await card.send_json_auto_id({"type": "ping"})
    assert (await card.receive_json())["type"] == "pong"


async def test_a_reload_does_not_silence_it(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect, card: Card
) -> None:
    agent = await connect()
    await agent.join()
    assert (await hears(card))["device"]["connected"] is True
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    # Away while the entry is unloaded; still away when it is loaded, until the agent has told its state.
    assert [(await hears(card))["device"]["connected"] for _ in range(2)] == [False, False]
    assert (await agent.next_event())["event"] == "released"
    agent.session = (await agent.next_event())["session"]
    await agent.state(FULL, full=True)
    assert (await hears(card))["device"]["connected"] is True
    await agent.send_events(ups_event(1))
    assert [event["seq"] for event in (await hears(card))["events"]] == [1]


async def test_what_no_entity_shows_is_told(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect, card: Card
) -> None:
    agent = await connect()
    await agent.join()
    first = await hears(card)
    assert first["device"]["values"] == FULL
    await agent.state({"battery_percent": 80})
    await hears_nothing(card)
    await agent.state({"runtime_settling": True, "stale": True})
    values = (await hears(card))["device"]["values"]
    assert (values["runtime_settling"], values["stale"], values["battery_percent"]) == (True, True, 80)


async def test_after_unsubscribing_nothing_comes(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect, card: Card
) -> None:
    await card.send_json_auto_id({"type": "unsubscribe_events", "subscription": 1})
    assert (await card.receive_json())["success"]
    agent = await connect()
    await agent.join()
    await agent.send_events(ups_event(1))
    await hears_nothing(card)


async def test_events_that_were_known_are_not_told_again(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect, card: Card
) -> None:
    agent = await connect()
    await agent.join()
    await hears(card)
    await agent.send_events(ups_event(1))
    await hears(card)
    await agent.send_events(ups_event(1), ups_event(2))
    assert [event["seq"] for event in (await hears(card))["events"]] == [2]
    await agent.send_events(ups_event(1), ups_event(2))
    await hears_nothing(card)


async def ask(card: Card, **query: Any) -> dict[str, Any]:
    await card.send_json_auto_id({"type": "pi_ups/events/list", "device_id": "rack-pi", **query})
    return await card.receive_json()


async def test_lists_by_time_and_type(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect, card: Card
) -> None:
    agent = await connect()
    await agent.join()
    events = [ups_event(seq, kind, ago=timedelta(hours=10 - seq)) for seq, kind in enumerate(KINDS, start=1)]
    await agent.send_events(*events)
    for _ in range(2):
        await hears(card)

    async def seqs(**query: Any) -> list[int]:
        return [event["seq"] for event in (await ask(card, **query))["result"]["events"]]

    assert await seqs() == [5, 4, 3, 2, 1]
    assert await seqs(start=events[2]["time"]) == [5, 4, 3]
    assert await seqs(end=events[2]["time"]) == [2, 1]
    assert await seqs(start=events[1]["time"], end=events[3]["time"], types=["ups_fault"]) == [3]
    assert await seqs(types=["ac_power_loss", "ac_power_restored"]) == [5, 4, 2, 1]
    found = (await ask(card))["result"]["events"][0]
    assert found == {**events[4], "synced_late": True}


KINDS = ("ac_power_loss", "ac_power_restored", "ups_fault", "ac_power_loss", "ac_power_restored")


@pytest.mark.parametrize("cursor", ["", "1", "1:2:3", "a:b", f"{10**30}:1", "1:-1"])
async def test_a_cursor_that_was_never_given_out(hass: HomeAssistant, card: Card, cursor: str) -> None:
    answer = await ask(card, cursor=cursor)
    assert answer["error"]["code"] == "PI_UPS_INVALID_MESSAGE"
    assert "cursor" in answer["error"]["message"]


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 501}, {"limit": "all"}, {"types": "ups_fault"}])
async def test_other_wrong_questions(hass: HomeAssistant, card: Card, query: dict[str, Any]) -> None:
    assert (await ask(card, **query))["error"]["code"] == "invalid_format"


async def test_the_device_is_told_as_the_contract_has_it(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect, card: Card
) -> None:
    await (await connect()).join()
    told = (await hears(card))["device"]
    example = contract("card")["devices"]["valid"][0]["result"]["devices"][0]
    assert told.keys() == example.keys()
    for key, value in example.items():
        if value is not None:
            assert type(told[key]) is type(value), key


async def test_nobody_subscribes_to_what_they_may_not_read(
    hass: HomeAssistant, entry: MockConfigEntry, token_of: Any, hass_ws_client: Any
) -> None:
    guest = MockUser(name="Guest")
    guest.mock_policy({})
    guest.add_to_hass(hass)
    client = await hass_ws_client(hass, await token_of(guest))
    await client.send_json_auto_id({"type": "pi_ups/events/subscribe", "device_id": "rack-pi"})
    assert (await client.receive_json())["error"]["code"] == "PI_UPS_UNKNOWN_DEVICE"
