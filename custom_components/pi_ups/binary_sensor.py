"""Binary sensors: mains, charging, low battery, problem, contact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .device import PiUpsConfigEntry, UpsDevice
from .entity import UpsDescription, UpsEntity, UpsValueEntity
from .platform import add_sensed

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class UpsBinarySensorDescription(UpsDescription, BinarySensorEntityDescription):
    """A binary sensor over one value, with a sentence beside it where there is one."""

    message_key: str | None = None


BINARY_SENSORS: tuple[UpsBinarySensorDescription, ...] = (
    UpsBinarySensorDescription(key="ac_power", value_key="ac_present", device_class=BinarySensorDeviceClass.PLUG),
    UpsBinarySensorDescription(
        key="charging", value_key="charging", device_class=BinarySensorDeviceClass.BATTERY_CHARGING
    ),
    UpsBinarySensorDescription(
        key="battery_low", value_key="battery_low", device_class=BinarySensorDeviceClass.BATTERY
    ),
    UpsBinarySensorDescription(
        key="dc_out",
        value_key="dc_out_ok",
        device_class=BinarySensorDeviceClass.POWER,
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    UpsBinarySensorDescription(
        key="overcurrent",
        value_key="overcurrent",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    UpsBinarySensorDescription(
        key="problem",
        value_key="problem",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        message_key="problem_message",
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: PiUpsConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the binary sensors of an agent."""
    device = entry.runtime_data
    add_sensed(
        hass, entry, async_add_entities, BINARY_SENSORS, lambda description: UpsBinarySensor(device, description)
    )
    async_add_entities([ConnectedSensor(device)])


class UpsBinarySensor(UpsValueEntity, BinarySensorEntity):
    """A binary sensor over one value."""

    entity_description: UpsBinarySensorDescription

    @override
    def _keys(self) -> tuple[str, ...]:
        message_key = self.entity_description.message_key
        return (*super()._keys(), *(() if message_key is None else (message_key,)))

    @property
    @override
    def is_on(self) -> bool | None:
        return self.value if isinstance(self.value, bool) else None

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        message_key = self.entity_description.message_key
        return None if message_key is None else {"message": self._device.values.get(message_key)}


class ConnectedSensor(UpsEntity, BinarySensorEntity):
    """Whether the agent is in contact; it stays available to say so."""

    _attr_device_class = BinarySensorDeviceClass.CONNECTIVITY
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    def __init__(self, device: UpsDevice) -> None:
        """Take the device."""
        super().__init__(device, "connected")

    @property
    @override
    def is_on(self) -> bool:
        return self._device.connected

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        bye = self._device.bye
        return {"goodbye": None if bye is None else bye["message"]}
