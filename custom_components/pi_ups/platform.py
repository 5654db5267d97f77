"""Keeps the entities of an agent those that its board can sense: more when a hello tells of more, fewer when of fewer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .device import PiUpsConfigEntry
from .entity import UpsDescription


@callback
def add_sensed[T: UpsDescription](
    hass: HomeAssistant,
    entry: PiUpsConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    descriptions: Sequence[T],
    make: Callable[[T], Entity],
) -> None:
    """Add an entity for each description that fits the board, take away what does not; look again at every hello."""
    device = entry.runtime_data
    added: set[str] = set()

    @callback
    def look() -> None:
        fitting = {one.key: one for one in descriptions if one.has_fn(device.hello)}
        registry = er.async_get(hass)
        prefix = f"{device.agent_id}_"
        stale = {one.key for one in descriptions} - fitting.keys()
        for registered in er.async_entries_for_config_entry(registry, entry.entry_id):
            if registered.unique_id.removeprefix(prefix) in stale:
                registry.async_remove(registered.entity_id)
        new = [one for key, one in fitting.items() if key not in added]
        added.difference_update(stale)
        added.update(fitting)
        if new:
            async_add_entities(make(one) for one in new)

    look()
    entry.async_on_unload(device.entities.listen_hello(look))
