"""The actions `pi_ups.shutdown` and `pi_ups.cancel_shutdown`: sent to the agent, and done only when it says so."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import probatio as vol

from homeassistant.auth.permissions.const import POLICY_CONTROL
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers import entity_registry as er

from .answers import AgentAwayError
from .const import (
    ACK_TIMEOUT,
    ATTR_DELAY,
    ATTR_REASON,
    DOMAIN,
    SERVICE_CANCEL_SHUTDOWN,
    SERVICE_SHUTDOWN,
)
from .device import UpsDevice
from .hub import DATA_HUB
from .protocol import Json

_DEVICES = {vol.Required(ATTR_DEVICE_ID): vol.All(cv.ensure_list, [cv.string], vol.Length(min=1))}
_SHUTDOWN = vol.Schema(
    {
        **_DEVICES,
        vol.Optional(ATTR_DELAY): vol.All(cv.time_period, vol.Range(min=timedelta(0), max=timedelta(days=1))),
        vol.Optional(ATTR_REASON): vol.All(cv.string, vol.Length(max=200)),
    }
)
_CANCEL = vol.Schema(_DEVICES)


@callback
def async_register_actions(hass: HomeAssistant) -> None:
    """Register both actions, once for Home Assistant's life."""

    async def shutdown(call: ServiceCall) -> None:
        delay: timedelta | None = call.data.get(ATTR_DELAY)
        await _command(
            hass,
            call,
            {
                "command": "shutdown",
                "delay_s": None if delay is None else delay.total_seconds(),
                "reason": call.data.get(ATTR_REASON),
            },
        )

    async def cancel(call: ServiceCall) -> None:
        await _command(hass, call, {"command": "cancel_shutdown"})

    hass.services.async_register(DOMAIN, SERVICE_SHUTDOWN, shutdown, _SHUTDOWN)
    hass.services.async_register(DOMAIN, SERVICE_CANCEL_SHUTDOWN, cancel, _CANCEL)


async def _command(hass: HomeAssistant, call: ServiceCall, command: Json) -> None:
    """Ask all devices at once, so that one that is away keeps no other from hearing; then tell the first failure."""
    devices = [_device(hass, one) for one in dict.fromkeys(call.data[ATTR_DEVICE_ID])]
    user = await _authorized_user(hass, call, devices)
    results = await asyncio.gather(
        *(_send(device, {**command, "user": user}) for device in devices), return_exceptions=True
    )
    for result in results:
        if isinstance(result, BaseException):
            raise result


def _device(hass: HomeAssistant, device_id: str) -> UpsDevice:
    hub = hass.data.get(DATA_HUB)
    device = None if hub is None else hub.by_device_id(device_id)
    if device is None:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="unknown_device",
            translation_placeholders={"device_id": device_id},
        )
    return device


async def _authorized_user(hass: HomeAssistant, call: ServiceCall, devices: list[UpsDevice]) -> str | None:
    """Give the name of the person behind the call, who must be allowed to control an entity of each device."""
    if call.context.user_id is None:
        return None
    user = await hass.auth.async_get_user(call.context.user_id)
    if user is None:
        return None
    registry = er.async_get(hass)
    for device in devices:
        entries = er.async_entries_for_config_entry(registry, device.entry.entry_id)
        if not any(user.permissions.check_entity(one.entity_id, POLICY_CONTROL) for one in entries):
            raise Unauthorized(context=call.context, permission=POLICY_CONTROL, user_id=user.id)
    return user.name


async def _send(device: UpsDevice, command: Json) -> None:
    placeholders = {"name": device.hello.name}
    try:
        answer = await device.answers.ask(device.session, command, ACK_TIMEOUT)
    except AgentAwayError as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="agent_away",
            translation_placeholders=placeholders,
        ) from err
    except TimeoutError as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="no_answer",
            translation_placeholders=placeholders,
        ) from err
    if not answer.accepted:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="refused",
            translation_placeholders={**placeholders, "message": answer.message},
        )
