"""Home Assistant's backups copy files while we run: before one begins, everything is brought into the one main file."""

from __future__ import annotations

from homeassistant.core import HomeAssistant

from .hub import DATA_HUB


async def async_pre_backup(hass: HomeAssistant) -> None:
    """Empty the write-ahead log. Writing goes on meanwhile: an agent must not wait for a backup of the whole house."""
    hub = hass.data.get(DATA_HUB)
    if hub is not None and hub.devices:
        await hub.archive.run(lambda store: store.checkpoint())


async def async_post_backup(hass: HomeAssistant) -> None:
    """Nothing was held up, so nothing has to go on."""
