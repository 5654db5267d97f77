"""The actions: sent to the agent, done only when it says so, and refused with a sentence in every other case."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
import voluptuous

from custom_components.pi_ups.const import DOMAIN
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized

from .common import Agent, hello
from .conftest import Connect, add_entry


async def call(
    hass: HomeAssistant, entry: MockConfigEntry, name: str, context: Context | None = None, **data: Any
) -> None:
    device_id = entry.runtime_data.device_id
    await hass.services.async_call(DOMAIN, name, {"device_id": device_id, **data}, blocking=True, context=context)


async def answer(agent: Agent, *, accepted: bool, message: str) -> dict[str, Any]:
    """Answer the next command as the agent would; gives the command."""
    command = await agent.next_event()
    ack = {
        "session": agent.session,
        "command_id": command["command_id"],
        "accepted": accepted,
        "code": None if accepted else "PI_UPS_REMOTE_SHUTDOWN_FORBIDDEN",
        "message": message,
    }
    assert (await agent.command("ack", ack))["success"]
    return command


@pytest.mark.parametrize(
    ("delay", "seconds"), [({"minutes": 1}, 60), (90, 90), ("00:05:00", 300), ({"seconds": 0}, 0), (None, None)]
)
async def test_accepted(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect, delay: Any, seconds: float | None
) -> None:
    agent = await connect()
    await agent.join()
    data = {} if delay is None else {"delay": delay}
    task = asyncio.create_task(call(hass, entry, "shutdown", reason="maintenance", **data))
    command = await answer(agent, accepted=True, message="The Pi powers off in 1 min.")
    await task
    assert (command["event"], command["command"]) == ("command", "shutdown")
    assert (command["delay_s"], command["reason"], command["user"]) == (seconds, "maintenance", None)


@pytest.mark.parametrize("data", [{"delay": -1}, {"delay": {"days": 2}}, {"reason": "x" * 201}, {"force": True}])
async def test_nonsense_is_not_sent(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect, data: dict[str, Any]
) -> None:
    agent = await connect()
    await agent.join()
    with pytest.raises((voluptuous.Invalid, ValueError)):
        await call(hass, entry, "shutdown", **data)
    assert (await agent.state({}))["success"]
    assert agent.events == []


async def test_says_who_asked(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect, hass_admin_user: MockUser
) -> None:
    agent = await connect()
    await agent.join()
    context = Context(user_id=hass_admin_user.id)
    task = asyncio.create_task(call(hass, entry, "shutdown", context))
    assert (await answer(agent, accepted=True, message="ok"))["user"] == hass_admin_user.name
    await task


async def test_refused_with_the_agents_sentence(hass: HomeAssistant, entry: MockConfigEntry, connect: Connect) -> None:
    agent = await connect()
    await agent.join()
    task = asyncio.create_task(call(hass, entry, "shutdown"))
    command = await answer(agent, accepted=False, message="Forbidden here.")
    assert command["delay_s"] is None
    with pytest.raises(ServiceValidationError, match=r"Rack UPS refused: Forbidden here\."):
        await task


async def test_cancel(hass: HomeAssistant, entry: MockConfigEntry, connect: Connect) -> None:
    agent = await connect()
    await agent.join()
    task = asyncio.create_task(call(hass, entry, "cancel_shutdown"))
    assert (await answer(agent, accepted=True, message="ok"))["command"] == "cancel_shutdown"
    await task


async def test_no_answer(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custom_components.pi_ups.actions.ACK_TIMEOUT", 0.05)
    agent = await connect()
    await agent.join()
    with pytest.raises(HomeAssistantError) as failure:
        await call(hass, entry, "shutdown")
    assert failure.value.translation_key == "no_answer"
    # An answer that comes too late is taken without harm.
    await answer(agent, accepted=True, message="ok")


async def test_no_agent_fails_at_once(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    async with asyncio.timeout(1):
        with pytest.raises(HomeAssistantError) as failure:
            await call(hass, entry, "shutdown")
    assert failure.value.translation_key == "agent_away"


async def test_the_agent_leaves_meanwhile(hass: HomeAssistant, entry: MockConfigEntry, connect: Connect) -> None:
    agent = await connect()
    await agent.join()
    task = asyncio.create_task(call(hass, entry, "shutdown"))
    await agent.next_event()
    await agent.client.close()
    with pytest.raises(HomeAssistantError) as failure:
        await task
    assert failure.value.translation_key == "agent_away"


async def test_a_call_that_is_cancelled_stays_cancelled(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect
) -> None:
    agent = await connect()
    await agent.join()
    task = asyncio.create_task(call(hass, entry, "shutdown"))
    await agent.next_event()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_unknown_device(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    with pytest.raises(ServiceValidationError) as failure:
        await hass.services.async_call(DOMAIN, "shutdown", {"device_id": "nobody"}, blocking=True)
    assert failure.value.translation_key == "unknown_device"


async def test_a_device_that_is_away_keeps_no_other_from_hearing(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect, agent_user: MockUser
) -> None:
    shed = add_entry(hass, agent_user, "shed-pi", "Shed UPS")
    assert await hass.config_entries.async_setup(shed.entry_id)
    greeting = hello()
    greeting["agent"]["id"] = "shed-pi"
    agent = await connect(**greeting)
    await agent.join()
    both = [entry.runtime_data.device_id, shed.runtime_data.device_id]
    task = asyncio.create_task(hass.services.async_call(DOMAIN, "shutdown", {"device_id": both}, blocking=True))
    assert (await answer(agent, accepted=True, message="ok"))["command"] == "shutdown"
    with pytest.raises(HomeAssistantError) as failure:
        await task
    assert failure.value.translation_placeholders == {"name": "Rack UPS"}


async def test_who_may_only_look_may_not_shut_down(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect, hass_read_only_user: MockUser
) -> None:
    agent = await connect()
    await agent.join()
    with pytest.raises(Unauthorized):
        await call(hass, entry, "shutdown", Context(user_id=hass_read_only_user.id))
    assert (await agent.state({}))["success"]
    assert agent.events == []
