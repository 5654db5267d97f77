"""The event entity: fires once per fresh event. What happened while Home Assistant was away fires nothing."""

from __future__ import annotations

from typing import override

from homeassistant.components.event import EventEntity
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .device import PiUpsConfigEntry, UpsDevice
from .entity import UpsEntity
from .protocol import UpsEvent

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: PiUpsConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the event entity of an agent."""
    async_add_entities([UpsEvents(entry.runtime_data)])


class UpsEvents(UpsEntity, EventEntity):
    """All events of an agent. Always available: coming back must not look like an event."""

    def __init__(self, device: UpsDevice) -> None:
        """Offer the event types of the agent's board."""
        super().__init__(device, "events")
        self._attr_event_types = list(device.hello.event_types)

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self._device.entities.listen_events(self._on_event))

    @override
    @callback
    def _on_change(self) -> None:
        # Contact that comes and goes is no event, and a state write here would look like one.
        self._attr_event_types = list(self._device.hello.event_types)

    @callback
    def _on_event(self, event: UpsEvent) -> None:
        if event.type not in self._attr_event_types:
            self._attr_event_types = [*self._attr_event_types, event.type]
        self._trigger_event(
            event.type,
            {
                "seq": event.seq,
                "occurred_at": event.time,
                "value": event.value,
                "threshold": event.threshold,
                "unit": event.unit,
                "message": event.message,
                "detail": event.detail,
            },
        )
        self.async_write_ha_state()
