"""What all entities share: the device, the unique id, when they are available and when they write their state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import override

from homeassistant.core import callback
from homeassistant.helpers.entity import Entity, EntityDescription

from .device import UpsDevice
from .protocol import Hello, Scalar


@dataclass(frozen=True, kw_only=True)
class UpsDescription(EntityDescription):
    """An entity that shows one value of the protocol."""

    value_key: str
    # Also shown while the agent is away: what was last known about the past does not become unknown.
    always_available: bool = False

    def has_fn(self, hello: Hello) -> bool:
        """Whether the board can give the value."""
        return self.value_key in hello.values


class UpsEntity(Entity):
    """An entity of an agent. It writes its state when its value or the contact changed, and at no other time."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, device: UpsDevice, key: str) -> None:
        """Name the entity by its key; the translations give it its words."""
        self._device = device
        self._attr_unique_id = f"{device.agent_id}_{key}"
        self._attr_translation_key = key
        self._attr_device_info = device.device_info

    def _keys(self) -> tuple[str, ...]:
        """Give the values that this entity shows."""
        return ()

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self._device.entities.listen(self._on_change, self._keys()))

    @callback
    def _on_change(self) -> None:
        self.async_write_ha_state()


class UpsValueEntity(UpsEntity):
    """An entity over one value."""

    entity_description: UpsDescription

    def __init__(self, device: UpsDevice, description: UpsDescription) -> None:
        """Take the description."""
        super().__init__(device, description.key)
        self.entity_description = description

    @override
    def _keys(self) -> tuple[str, ...]:
        return (self.entity_description.value_key,)

    @property
    def value(self) -> Scalar:
        """The last known value; None is unknown."""
        return self._device.values.get(self.entity_description.value_key)

    @property
    @override
    def available(self) -> bool:
        return self._device.connected or self.entity_description.always_available
