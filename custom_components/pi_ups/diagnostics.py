"""Diagnostics that can be posted: ids and names of people are left out, the rest is what a bug report needs."""

from __future__ import annotations

import re
from typing import Any

from homeassistant.components.diagnostics import REDACTED, async_redact_data
from homeassistant.core import HomeAssistant

from .card_feed import describe
from .const import CONF_USER_ID
from .device import PiUpsConfigEntry

TO_REDACT = {CONF_USER_ID, "boot_id", "token", "access_token"}


async def async_get_config_entry_diagnostics(hass: HomeAssistant, entry: PiUpsConfigEntry) -> dict[str, Any]:
    """Give the device, its last values and its newest events."""
    device = entry.runtime_data
    events, _ = await device.hub.archive.run(lambda store: store.list(device.agent_id, limit=50))
    found = {
        "entry": {"data": dict(entry.data), "options": dict(entry.options)},
        "device": describe(device),
        "protocol": None if device.session is None else device.session.knock.protocol,
        "events": [event.as_json() for event in events],
    }
    # A sentence may say who asked for a shutdown.
    people = [user.name for user in await hass.auth.async_get_users() if user.name]
    nameless: dict[str, Any] = _without(people, async_redact_data(found, TO_REDACT))
    return nameless


def _without(people: list[str], tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: _without(people, value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_without(people, value) for value in tree]
    if isinstance(tree, str) and people:
        return re.sub(rf"\b({'|'.join(map(re.escape, people))})\b", REDACTED, tree)
    return tree
