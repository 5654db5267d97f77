"""Adding an agent: wait until one knocks, show it, let a person confirm it."""

from __future__ import annotations

import asyncio
from typing import Any, override

import probatio as vol

from homeassistant.config_entries import SOURCE_USER, ConfigFlow, ConfigFlowResult, OptionsFlow
from homeassistant.core import callback
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from .const import (
    CONF_AGENT_ID,
    CONF_FRESH_MINUTES,
    CONF_HELLO,
    CONF_USER_ID,
    DEFAULT_FRESH_MINUTES,
    DOMAIN,
    KNOCK_TIMEOUT,
)
from .device import PiUpsConfigEntry
from .hub import DATA_HUB, Hub, async_get_hub
from .session import Knock


async def _wait_for_knock(hub: Hub) -> bool:
    """Wait until an agent knocks; False when none did in time."""
    knocked = asyncio.Event()
    stop = hub.listen_knocks(knocked.set)
    try:
        async with asyncio.timeout(KNOCK_TIMEOUT):
            while not hub.strangers():
                knocked.clear()
                await knocked.wait()
    except TimeoutError:
        return False
    finally:
        stop()
    return True


def _placeholders(knock: Knock) -> dict[str, str]:
    hello = knock.hello
    board = hello.board["name"] + (" (simulated)" if hello.board["simulated"] else "")
    return {"name": hello.name, "agent_id": hello.agent_id, "board": board, "user": knock.user_name}


class PiUpsConfigFlow(ConfigFlow, domain=DOMAIN):
    """One config entry per agent; its unique id is the agent's id."""

    VERSION = 1

    _task: asyncio.Task[bool] | None = None
    _agent_id: str | None = None

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: PiUpsConfigEntry) -> PiUpsOptionsFlow:
        """Give the options."""
        return PiUpsOptionsFlow()

    @callback
    @override
    def async_remove(self) -> None:
        """The dialog was closed or is done: agents that knocked while it was open are offered like any others."""
        if self.source == SOURCE_USER and (hub := self.hass.data.get(DATA_HUB)) is not None:
            # After the task that waits has ended.
            self.hass.loop.call_soon(hub.offer_strangers)

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Wait for an agent that knocks."""
        hub = await async_get_hub(self.hass)
        if self._task is None:
            self._task = self.hass.async_create_background_task(_wait_for_knock(hub), "pi_ups wait for knock")
        if not self._task.done():
            return self.async_show_progress(step_id="user", progress_action="wait_for_agent", progress_task=self._task)
        found = self._task.result()
        self._task = None
        return self.async_show_progress_done(next_step_id="pick" if found else "nobody")

    async def async_step_nobody(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Nobody knocked: say what to look at, and wait again."""
        if user_input is None:
            return self.async_show_form(step_id="nobody")
        return await self.async_step_user()

    async def async_step_pick(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Let the person choose among the agents that knock."""
        hub = await async_get_hub(self.hass)
        if user_input is not None:
            return await self._create(hub, user_input[CONF_AGENT_ID])
        knocks = hub.strangers()
        if not knocks:
            # It went again between knocking and being shown.
            return self.async_show_form(step_id="nobody")
        options = [
            SelectOptionDict(
                value=knock.hello.agent_id,
                label="{name} · {board} · {agent_id} · {user}".format(**_placeholders(knock)),
            )
            for knock in knocks
        ]
        selector = SelectSelector(SelectSelectorConfig(options=options, mode=SelectSelectorMode.LIST))
        schema = vol.Schema({vol.Required(CONF_AGENT_ID, default=options[0]["value"]): selector})
        return self.async_show_form(step_id="pick", data_schema=schema)

    async def async_step_integration_discovery(self, discovery_info: dict[str, Any]) -> ConfigFlowResult:
        """An agent knocked while nobody was waiting for one: offer it."""
        await self.async_set_unique_id(discovery_info[CONF_AGENT_ID])
        self._abort_if_unique_id_configured()
        hub = await async_get_hub(self.hass)
        knock = hub.knock_of(discovery_info[CONF_AGENT_ID])
        if knock is None:
            return self.async_abort(reason="agent_gone")
        self._agent_id = knock.hello.agent_id
        self.context["title_placeholders"] = {"name": knock.hello.name}
        return await self.async_step_confirm()

    async def async_step_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Let the person confirm the agent that was offered."""
        hub = await async_get_hub(self.hass)
        assert self._agent_id is not None
        knock = hub.knock_of(self._agent_id)
        if knock is None:
            return self.async_abort(reason="agent_gone")
        if user_input is None:
            return self.async_show_form(step_id="confirm", description_placeholders=_placeholders(knock))
        return await self._create(hub, self._agent_id)

    async def _create(self, hub: Hub, agent_id: str) -> ConfigFlowResult:
        await self.async_set_unique_id(agent_id, raise_on_progress=False)
        self._abort_if_unique_id_configured()
        knock = hub.knock_of(agent_id)
        if knock is None:
            return self.async_abort(reason="agent_gone")
        return self.async_create_entry(
            title=knock.hello.name,
            data={CONF_AGENT_ID: agent_id, CONF_USER_ID: knock.user_id, CONF_HELLO: knock.hello.as_json()},
        )


class PiUpsOptionsFlow(OptionsFlow):
    """How old an event may be to still fire the event entity. Read at each event, so nothing needs a reload."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the one option."""
        if user_input is not None:
            return self.async_create_entry(data=user_input)
        present = self.config_entry.options.get(CONF_FRESH_MINUTES, DEFAULT_FRESH_MINUTES)
        selector = NumberSelector(
            NumberSelectorConfig(min=0.5, max=60, step=0.5, unit_of_measurement="min", mode=NumberSelectorMode.BOX)
        )
        schema = vol.Schema({vol.Required(CONF_FRESH_MINUTES, default=present): selector})
        return self.async_show_form(step_id="init", data_schema=schema)
