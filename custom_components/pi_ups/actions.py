"""The actions `pi_ups.shutdown` and `pi_ups.cancel_shutdown`: sent to the agent, and done only when it says so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import probatio as vol

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv

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

_DEVICES = {vol.Required(ATTR_DEVICE_ID): vol.All(cv.ensure_list, [cv.string])}
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
    user = None
    if call.context.user_id is not None:
        known = await hass.auth.async_get_user(call.context.user_id)
        user = known.name if known is not None else None
    for device in [await _device(hass, one) for one in call.data[ATTR_DEVICE_ID]]:
        await _send(device, {**command, "user": user})


async def _device(hass: HomeAssistant, device_id: str) -> UpsDevice:
    task = hass.data.get(DATA_HUB)
    device = None if task is None else (await task).by_device_id(device_id)
    if device is None:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="unknown_device",
            translation_placeholders={"device_id": device_id},
        )
    return device


async def _send(device: UpsDevice, command: Json) -> None:
    placeholders: dict[str, Any] = {"name": device.hello.name}
    try:
        answer = await device.async_command(command, ACK_TIMEOUT)
    except ConnectionError as err:
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
