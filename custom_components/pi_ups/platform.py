"""Adds the entities that an agent's board can sense, and more of them when a later hello tells of more."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from homeassistant.core import callback
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .device import PiUpsConfigEntry
from .entity import UpsDescription


@callback
def add_sensed[T: UpsDescription](
    entry: PiUpsConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    descriptions: Sequence[T],
    make: Callable[[T], Entity],
) -> None:
    """Add an entity for each description whose value the board can give; look again at every hello."""
    device = entry.runtime_data
    added: set[str] = set()

    @callback
    def look() -> None:
        new = [
            description
            for description in descriptions
            if description.key not in added and description.value_key in device.hello.values
        ]
        added.update(description.key for description in new)
        if new:
            async_add_entities(make(description) for description in new)

    look()
    entry.async_on_unload(device.listen_hello(look))
