"""Pi UPS: what an agent on a Raspberry Pi sees and does, as entities, events and history in Home Assistant."""

from __future__ import annotations

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryNotReady
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType
from homeassistant.util.hass_dict import HassKey

from .actions import async_register_actions
from .archive import ArchiveError
from .card import async_register_card, async_serve_card, async_unregister_card
from .const import CONF_AGENT_ID, DOMAIN
from .device import PiUpsConfigEntry, UpsDevice
from .hub import async_get_hub

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)
PLATFORMS = (Platform.BINARY_SENSOR, Platform.EVENT, Platform.SENSOR)

DATA_CARD_URL: HassKey[str | None] = HassKey(f"{DOMAIN}_card_url")


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register what exists once: commands, actions, the card's address."""
    hub = await async_get_hub(hass)
    async_register_actions(hass)
    hass.data[DATA_CARD_URL] = await async_serve_card(hass, hub.version)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: PiUpsConfigEntry) -> bool:
    """Make the entities of an agent and let it in."""
    hub = await async_get_hub(hass)
    device = UpsDevice(hass, hub, entry)
    try:
        await device.async_load()
    except ArchiveError as err:
        raise ConfigEntryNotReady(
            translation_domain=err.translation_domain,
            translation_key=err.translation_key,
            translation_placeholders=err.translation_placeholders,
        ) from err
    entry.runtime_data = device
    if (url := hass.data[DATA_CARD_URL]) is not None:
        await async_register_card(hass, url)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    await hub.async_add(device)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: PiUpsConfigEntry) -> bool:
    """Send the agent to wait, then take the entities away: no event may arrive where nobody hears it."""
    hub = await async_get_hub(hass)
    device = entry.runtime_data
    await hub.async_remove(device)
    unloaded: bool = await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
    if not unloaded:
        await hub.async_add(device)
    return unloaded


async def async_remove_entry(hass: HomeAssistant, entry: PiUpsConfigEntry) -> None:
    """Forget the agent's history; with the last agent, take the card's resource away."""
    hub = await async_get_hub(hass)
    hub.refusals.clear(entry.data[CONF_AGENT_ID])
    await hub.archive.remove(entry.data[CONF_AGENT_ID])
    if not hass.config_entries.async_entries(DOMAIN, include_ignore=False):
        await async_unregister_card(hass)
