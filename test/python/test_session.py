"""Agents that connect: accepted, refused, replaced, silent, back again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.pi_ups.const import DOMAIN
from homeassistant.const import STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, callback
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

from .common import FULL, hello
from .conftest import Connect, make_user

MAINS = "binary_sensor.rack_ups_mains"
CONNECTED = "binary_sensor.rack_ups_connected"
BATTERY = "sensor.rack_ups_battery"


def state(hass: HomeAssistant, entity_id: str) -> str:
    found = hass.states.get(entity_id)
    assert found is not None, entity_id
    return found.state


async def test_accepts_a_user_without_admin_rights(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect
) -> None:
    agent = await connect()
    await agent.join()
    await hass.async_block_till_done()
    assert state(hass, MAINS) == STATE_ON
    assert state(hass, BATTERY) == "96"
    assert state(hass, CONNECTED) == STATE_ON


async def test_exists_unavailable_before_the_agent_comes(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    assert state(hass, BATTERY) == STATE_UNAVAILABLE
    assert state(hass, MAINS) == STATE_UNAVAILABLE
    assert state(hass, CONNECTED) == "off"
    assert state(hass, "event.rack_ups_events") == "unknown"
    assert state(hass, "sensor.rack_ups_shutdown") == "unknown"


async def test_another_user_is_refused(hass: HomeAssistant, entry: MockConfigEntry, connect: Connect) -> None:
    await (await connect()).join()
    stranger = await connect(user=make_user(hass, "Mallory"))
    refusal = await stranger.knock()
    assert refusal["error"]["code"] == "PI_UPS_WRONG_USER"
    assert "rack-pi" in refusal["error"]["message"]
    assert state(hass, CONNECTED) == STATE_ON


async def test_another_user_is_refused_while_the_entry_is_not_loaded(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect
) -> None:
    await hass.config_entries.async_unload(entry.entry_id)
    refusal = await (await connect(user=make_user(hass, "Mallory"))).knock()
    assert refusal["error"]["code"] == "PI_UPS_WRONG_USER"


async def test_a_stranger_cannot_use_a_stolen_session(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect
) -> None:
    agent = await connect()
    await agent.join()
    thief = await connect(user=make_user(hass, "Mallory"))
    thief.session = agent.session
    answer = await thief.state({"ac_present": False})
    assert answer["error"]["code"] == "PI_UPS_NO_SESSION"
    assert state(hass, MAINS) == STATE_ON


async def test_protocol_mismatch_says_which_side_to_update(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect
) -> None:
    refusal = await (await connect(protocol={"min": 2, "max": 3})).knock()
    assert refusal["error"]["code"] == "PI_UPS_PROTOCOL_MISMATCH"
    assert refusal["error"]["message"].endswith("update the integration.")


async def test_a_bad_hello_names_the_field(hass: HomeAssistant, entry: MockConfigEntry, connect: Connect) -> None:
    refusal = await (await connect(heartbeat_s=0)).knock()
    assert refusal["error"]["code"] == "PI_UPS_INVALID_MESSAGE"
    assert "heartbeat_s" in refusal["error"]["message"]


async def test_a_newer_connection_takes_over(hass: HomeAssistant, entry: MockConfigEntry, connect: Connect) -> None:
    old = await connect()
    await old.join()
    new = await connect()
    await new.join()
    assert (await old.next_event())["event"] == "replaced"
    assert (await old.state({"ac_present": False}))["error"]["code"] == "PI_UPS_NO_SESSION"
    # The old socket closes after the new one is in: nothing may become unavailable by that.
    await old.client.close()
    await hass.async_block_till_done()
    assert state(hass, CONNECTED) == STATE_ON
    assert state(hass, MAINS) == STATE_ON


async def test_a_closed_socket_is_no_contact_at_once(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect
) -> None:
    agent = await connect()
    await agent.join()
    await agent.client.close()
    await hass.async_block_till_done()
    assert state(hass, BATTERY) == STATE_UNAVAILABLE
    assert state(hass, CONNECTED) == "off"
    await (await connect()).join()
    await hass.async_block_till_done()
    assert state(hass, BATTERY) == "96"


async def test_silence_is_no_contact_within_15_s(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect, freezer: FrozenDateTimeFactory
) -> None:
    agent = await connect()
    await agent.join()
    freezer.tick(timedelta(seconds=11))
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert state(hass, CONNECTED) == STATE_ON
    freezer.tick(timedelta(seconds=3))
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert state(hass, BATTERY) == STATE_UNAVAILABLE
    # It wakes up on the same socket: told to say hello again, and everything is back.
    assert (await agent.state({}))["error"]["code"] == "PI_UPS_NO_SESSION"
    await agent.join()
    await hass.async_block_till_done()
    assert state(hass, BATTERY) == "96"


async def test_heartbeats_write_no_state(hass: HomeAssistant, entry: MockConfigEntry, connect: Connect) -> None:
    agent = await connect()
    await agent.join()
    await hass.async_block_till_done()
    writes: list[Any] = []

    @callback
    def take(event: Any) -> None:
        writes.append(event)

    hass.bus.async_listen("state_changed", take)
    for _ in range(20):
        assert (await agent.state({}))["success"]
    assert (await agent.state({"battery_percent": 96, "runtime_min": None}))["success"]
    await hass.async_block_till_done()
    assert writes == []


async def test_one_value_is_one_write(hass: HomeAssistant, entry: MockConfigEntry, connect: Connect) -> None:
    agent = await connect()
    await agent.join()
    await hass.async_block_till_done()
    writes: list[str] = []

    @callback
    def take(event: Any) -> None:
        writes.append(event.data["entity_id"])

    hass.bus.async_listen("state_changed", take)
    await agent.state({"battery_percent": 95, "fan_rpm": 1200})
    await hass.async_block_till_done()
    assert writes == [BATTERY]


async def test_goodbye_is_kept_over_a_reload(hass: HomeAssistant, entry: MockConfigEntry, connect: Connect) -> None:
    agent = await connect()
    await agent.join()
    assert (await agent.bye())["success"]
    await hass.async_block_till_done()
    assert state(hass, BATTERY) == STATE_UNAVAILABLE
    connected = hass.states.get(CONNECTED)
    assert connected is not None
    assert connected.attributes["goodbye"] == "Battery at 10 %, limit 10 %."
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.runtime_data.bye["detail"] == "battery_percent_critical"
    assert entry.runtime_data.values["battery_percent"] == 96
    again = await connect()
    await again.join()
    assert entry.runtime_data.bye is None


async def test_reload_lets_the_connected_agent_in_again(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect
) -> None:
    agent = await connect()
    await agent.join()
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert (await agent.next_event())["event"] == "released"
    accepted = await agent.next_event()
    assert accepted["event"] == "accepted"
    agent.session = accepted["session"]
    assert (await agent.state(FULL, full=True))["success"]
    await hass.async_block_till_done()
    assert state(hass, BATTERY) == "96"


async def test_an_unknown_word_is_unknown_not_an_error(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect
) -> None:
    agent = await connect(values=[*hello()["values"], "health"])
    await agent.join({**FULL, "health": "splendid", "shutdown_state": "dancing", "battery_percent": "many"})
    await hass.async_block_till_done()
    assert state(hass, "sensor.rack_ups_battery_health") == "unknown"
    assert state(hass, "sensor.rack_ups_shutdown") == "unknown"
    assert state(hass, BATTERY) == "unknown"


async def test_problem_carries_its_sentence(hass: HomeAssistant, entry: MockConfigEntry, connect: Connect) -> None:
    agent = await connect()
    await agent.join()
    await agent.state({"problem": True, "problem_message": "The fuel gauge is silent."})
    await hass.async_block_till_done()
    problem = hass.states.get("binary_sensor.rack_ups_problem")
    assert problem is not None
    assert problem.state == STATE_ON
    assert problem.attributes["message"] == "The fuel gauge is silent."


async def test_commands_exist_only_with_the_integration(hass: HomeAssistant, connect: Connect) -> None:
    # As in a running Home Assistant: what the integration depends on is up long before it is added.
    assert await async_setup_component(hass, "lovelace", {})
    assert await async_setup_component(hass, "frontend", {})
    agent = await connect()
    answer = await agent.command("connect", agent.hello)
    assert answer["error"]["code"] == "unknown_command"
    assert await async_setup_component(hass, DOMAIN, {})
    assert (await agent.knock())["event"] == "pending"


@pytest.mark.parametrize("kind", ["state", "events", "ack", "bye"])
async def test_without_a_session_nothing_is_taken(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect, kind: str
) -> None:
    from .common import contract

    agent = await connect()
    answer = await agent.command(kind, contract(kind)["valid"][0]["data"])
    assert answer["error"]["code"] == "PI_UPS_NO_SESSION"


async def test_server_time_is_utc(hass: HomeAssistant, entry: MockConfigEntry, connect: Connect) -> None:
    first = await (await connect()).knock()
    moment = dt_util.parse_datetime(first["server_time"])
    assert moment is not None
    assert abs(moment - dt_util.utcnow()) < timedelta(seconds=10)
    assert first["last_seq"] == 0
