"""Pi UPS: what an agent on a Raspberry Pi sees and does, as entities, events and history in Home Assistant."""

from __future__ import annotations

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.helpers.typing import ConfigType
from homeassistant.util.hass_dict import HassKey

from .actions import async_register_actions
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
    await device.async_load()
    entry.runtime_data = device
    if (url := hass.data[DATA_CARD_URL]) is not None:
        await async_register_card(hass, url)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    await hub.async_add(device)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: PiUpsConfigEntry) -> bool:
    """Take the entities away; a connected agent waits."""
    device = entry.runtime_data
    if not await hass.config_entries.async_unload_platforms(entry, PLATFORMS):
        return False
    (await async_get_hub(hass)).remove(device)
    await device.async_save()
    return True


async def async_remove_entry(hass: HomeAssistant, entry: PiUpsConfigEntry) -> None:
    """Forget the agent's history; with the last agent, take the card's resource away."""
    hub = await async_get_hub(hass)
    await hass.async_add_executor_job(hub.store.remove, entry.data[CONF_AGENT_ID])
    if not hass.config_entries.async_entries(DOMAIN):
        await async_unregister_card(hass)


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: PiUpsConfigEntry, device_entry: DeviceEntry
) -> bool:
    """A device can be deleted while its agent is away."""
    return not entry.runtime_data.connected
