"""Every entity of a board that senses everything, as Home Assistant has it; and boards that sense less, or more than before."""

from __future__ import annotations

from typing import Any

from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er

from .common import FULL, contract, hello
from .conftest import Connect, add_entry

RICH: dict[str, Any] = {
    **FULL,
    "battery_percent_estimated": True,
    "battery_current_a": -0.82,
    "battery_power_w": -3.1,
    "battery_low": True,
    "health": "fair",
    "problem": True,
    "problem_message": "The fuel gauge is silent.",
    "runtime_min": 42,
    "shutdown_state": "counting_down",
    "shutdown_deadline": "2026-11-23T04:20:00.000+01:00",
    "shutdown_reason": "battery_percent_critical",
}


def senses_everything() -> list[str]:
    return contract("vocabulary")["values"]


def told(hass: HomeAssistant, one: er.RegistryEntry) -> dict[str, Any]:
    """Give what a person or an automation can rely on, without what changes with each run or with Home Assistant."""
    state = hass.states.get(one.entity_id)
    assert state is not None, one.entity_id
    return {
        "unique_id": one.unique_id,
        "translation_key": one.translation_key,
        "category": one.entity_category and str(one.entity_category),
        "name": state.attributes["friendly_name"],
        "state": state.state,
        "attributes": {
            str(key): [*value] if isinstance(value, list) else None if value is None else str(value)
            for key, value in sorted(state.attributes.items())
            if key != "friendly_name"
        },
    }


async def test_entities_of_a_board_that_senses_everything(
    hass: HomeAssistant, agent_user: MockUser, connect: Connect, snapshot: Any
) -> None:
    entry = add_entry(hass, agent_user, "rack-pi", "Rack UPS", values=senses_everything())
    assert await hass.config_entries.async_setup(entry.entry_id)
    await (await connect(values=senses_everything())).join(RICH)
    await hass.async_block_till_done()
    entries = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    assert {one.entity_id: told(hass, one) for one in sorted(entries, key=lambda one: one.entity_id)} == snapshot


async def test_an_estimated_percent_says_so(hass: HomeAssistant, entry: MockConfigEntry, connect: Connect) -> None:
    def estimated() -> Any:
        state = hass.states.get("sensor.rack_ups_battery")
        assert state is not None
        return state.attributes["estimated"]

    agent = await connect()
    await agent.join({**FULL, "battery_percent": None, "battery_percent_estimated": None})
    await hass.async_block_till_done()
    assert estimated() is None
    # The attribute alone is worth a write.
    await agent.state({"battery_percent_estimated": True})
    await hass.async_block_till_done()
    assert estimated() is True
    await agent.state({"battery_percent": 96, "battery_percent_estimated": False})
    await hass.async_block_till_done()
    assert (estimated(), hass.states.is_state("sensor.rack_ups_battery", "96")) == (False, True)
    # An agent from before this word says nothing about it.
    await agent.state({k: v for k, v in FULL.items() if k != "battery_percent_estimated"}, full=True)
    await hass.async_block_till_done()
    assert (estimated(), hass.states.is_state("sensor.rack_ups_battery", "96")) == (None, True)


async def test_device(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert device.identifiers == {("pi_ups", "rack-pi")}
    assert (device.name, device.manufacturer) == ("Rack UPS", "Geekworm")
    assert (device.model, device.sw_version) == ("X1201 (simulated)", "0.1.0")


def keys(hass: HomeAssistant, entry: MockConfigEntry) -> set[str | None]:
    entries = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    assert all(one.unique_id == f"rack-pi_{one.translation_key}" for one in entries)
    return {one.translation_key for one in entries}


async def test_only_what_the_board_senses(hass: HomeAssistant, entry: MockConfigEntry, connect: Connect) -> None:
    every = {key for names in contract("vocabulary")["entities"].values() for key in names}
    absent = {
        "battery_current",
        "battery_power",
        "dc_out",
        "dc_out_voltage",
        "health",
        "health_percent",
        "overcurrent",
    }
    assert keys(hass, entry) == every - absent


async def test_a_later_hello_adds_and_takes_away(hass: HomeAssistant, entry: MockConfigEntry, connect: Connect) -> None:
    await (await connect()).join()
    await hass.async_block_till_done()
    before = keys(hass, entry)
    other_board = [*hello()["values"], "battery_current_a"]
    other_board.remove("temperature_c")
    agent = await connect(values=other_board)
    await agent.join({**FULL, "battery_current_a": -0.8})
    await hass.async_block_till_done()
    assert keys(hass, entry) == before - {"temperature"} | {"battery_current"}
    assert hass.states.is_state("sensor.rack_ups_battery_current", "-0.8")
    assert hass.states.get("sensor.rack_ups_temperature") is None
    # What the entry remembers is the newer hello.
    await hass.config_entries.async_reload(entry.entry_id)
    assert keys(hass, entry) == before - {"temperature"} | {"battery_current"}
    # The board that was there first is back.
    await (await connect()).join()
    await hass.async_block_till_done()
    assert keys(hass, entry) == before
    assert hass.states.is_state("sensor.rack_ups_temperature", "48")


async def test_what_vanished_while_home_assistant_was_away_goes_too(
    hass: HomeAssistant, agent_user: MockUser, connect: Connect
) -> None:
    entry = add_entry(hass, agent_user, "rack-pi", "Rack UPS")
    registry = er.async_get(hass)
    stale = registry.async_get_or_create("sensor", "pi_ups", "rack-pi_battery_power", config_entry=entry)
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert registry.async_get(stale.entity_id) is None


async def test_the_device_follows_the_agent(hass: HomeAssistant, entry: MockConfigEntry, connect: Connect) -> None:
    greeting = hello()
    greeting["agent"].update(name="Cellar UPS", version="0.2.0")
    greeting["board"].update(model="X1206", manufacturer="Geekworm Ltd", simulated=False)
    await (await connect(**greeting)).join()
    await hass.async_block_till_done()
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert (device.name, device.sw_version) == ("Cellar UPS", "0.2.0")
    assert (device.manufacturer, device.model) == ("Geekworm Ltd", "X1206")


async def test_a_disabled_entity_is_not_offered_to_the_card(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect, hass_ws_client: Any
) -> None:
    registry = er.async_get(hass)
    for one in er.async_entries_for_config_entry(registry, entry.entry_id):
        registry.async_update_entity(one.entity_id, disabled_by=er.RegistryEntryDisabler.USER)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": "pi_ups/devices"})
    (device,) = (await client.receive_json())["result"]["devices"]
    assert device["entities"] == {}
    # A card that works from the device message alone still may see the UPS.
    assert device["agent_id"] == "rack-pi"
