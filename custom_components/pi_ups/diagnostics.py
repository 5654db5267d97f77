"""Diagnostics without secrets: ids of users are left out, everything else is what a bug report needs."""

from __future__ import annotations

from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.core import HomeAssistant

from .const import CONF_USER_ID
from .device import PiUpsConfigEntry

TO_REDACT = {CONF_USER_ID, "user_id", "boot_id", "token"}


async def async_get_config_entry_diagnostics(hass: HomeAssistant, entry: PiUpsConfigEntry) -> dict[str, Any]:
    """Give the device, its last values and its newest events."""
    device = entry.runtime_data
    events, _ = await hass.async_add_executor_job(lambda: device.hub.store.list(device.agent_id, limit=50))
    return {
        "entry": async_redact_data({"data": dict(entry.data), "options": dict(entry.options)}, TO_REDACT),
        "device": device.hub.describe(device),
        "protocol": None if device.session is None else device.session.protocol,
        "events": [event.as_json() for event in events],
    }
