"""Adding an agent, in every way and with every end."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.pi_ups.const import DOMAIN
from homeassistant.config_entries import SOURCE_IGNORE, SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component

from .common import Agent, hello
from .conftest import Connect


@pytest.fixture(autouse=True)
async def _running(hass: HomeAssistant) -> None:
    """Have what a running Home Assistant has before anybody adds an integration."""
    assert await async_setup_component(hass, "lovelace", {})
    assert await async_setup_component(hass, "frontend", {})


async def wait_flow(hass: HomeAssistant, flow_id: str) -> dict:
    await hass.async_block_till_done(wait_background_tasks=True)
    return await hass.config_entries.flow.async_configure(flow_id)


async def test_waits_for_the_agent_that_knocks(hass: HomeAssistant, connect: Connect, agent_user: MockUser) -> None:
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    assert result["progress_action"] == "wait_for_agent"
    agent = await connect()
    assert (await agent.knock())["event"] == "pending"
    result = await wait_flow(hass, result["flow_id"])
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "pick")
    # A person who waits for an agent is not offered the same one a second time.
    assert len(hass.config_entries.flow.async_progress()) == 1
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {"agent_id": "rack-pi"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Rack UPS"
    assert result["result"].unique_id == "rack-pi"
    assert result["data"] == {"agent_id": "rack-pi", "user_id": agent_user.id, "hello": hello()}
    await hass.async_block_till_done()
    # The waiting subscription is accepted without a new connection.
    assert (await agent.next_event())["event"] == "accepted"


async def test_an_agent_that_knocked_before_is_there_at_once(hass: HomeAssistant, connect: Connect) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    assert (await (await connect()).knock())["event"] == "pending"
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    if result["type"] is FlowResultType.SHOW_PROGRESS:
        result = await wait_flow(hass, result["flow_id"])
    assert result["step_id"] == "pick"


async def test_nobody_knocks(hass: HomeAssistant, connect: Connect) -> None:
    with patch("custom_components.pi_ups.config_flow.KNOCK_TIMEOUT", 0.01):
        result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
        result = await wait_flow(hass, result["flow_id"])
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "nobody")
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {})
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    await (await connect()).knock()
    assert (await wait_flow(hass, result["flow_id"]))["step_id"] == "pick"


async def discovered(hass: HomeAssistant, connect: Connect) -> tuple[Agent, dict]:
    assert await async_setup_component(hass, DOMAIN, {})
    agent = await connect()
    assert (await agent.knock())["event"] == "pending"
    await hass.async_block_till_done()
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["title_placeholders"] == {"name": "Rack UPS"}
    return agent, flow


async def test_an_agent_that_knocks_is_offered(hass: HomeAssistant, connect: Connect, agent_user: MockUser) -> None:
    agent, flow = await discovered(hass, connect)
    result = await hass.config_entries.flow.async_configure(flow["flow_id"])
    assert result["step_id"] == "confirm"
    assert result["description_placeholders"] == {
        "name": "Rack UPS",
        "agent_id": "rack-pi",
        "board": "Geekworm X1201 (simulated)",
        "user": agent_user.name,
    }
    result = await hass.config_entries.flow.async_configure(flow["flow_id"], {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert (await agent.next_event())["event"] == "accepted"


async def test_an_agent_that_left_cannot_be_confirmed(hass: HomeAssistant, connect: Connect) -> None:
    agent, flow = await discovered(hass, connect)
    await agent.client.close()
    await hass.async_block_till_done()
    result = await hass.config_entries.flow.async_configure(flow["flow_id"], {})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "agent_gone")


async def test_an_agent_that_left_cannot_be_picked(hass: HomeAssistant, connect: Connect) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    agent = await connect()
    await agent.knock()
    await hass.async_block_till_done()
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    if result["type"] is FlowResultType.SHOW_PROGRESS:
        result = await wait_flow(hass, result["flow_id"])
    await agent.client.close()
    await hass.async_block_till_done()
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {"agent_id": "rack-pi"})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "agent_gone")


async def test_an_ignored_agent_is_not_offered_again(hass: HomeAssistant, connect: Connect) -> None:
    ignored = MockConfigEntry(
        domain=DOMAIN, source=SOURCE_IGNORE, unique_id="rack-pi", data={"agent_id": "rack-pi", "user_id": None}
    )
    ignored.add_to_hass(hass)
    assert await async_setup_component(hass, DOMAIN, {})
    assert (await (await connect()).knock())["event"] == "pending"
    await hass.async_block_till_done()
    assert hass.config_entries.flow.async_progress() == []


async def test_options(hass: HomeAssistant, entry: MockConfigEntry, freezer: FrozenDateTimeFactory) -> None:
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert result["step_id"] == "init"
    result = await hass.config_entries.options.async_configure(result["flow_id"], {"fresh_minutes": 10})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert entry.options == {"fresh_minutes": 10}
    assert timedelta(minutes=entry.options["fresh_minutes"]) == timedelta(minutes=10)
