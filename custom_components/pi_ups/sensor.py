"""Sensors: what the battery and the shutdown policy say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    PERCENTAGE,
    EntityCategory,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfPower,
    UnitOfTemperature,
    UnitOfTime,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .device import LAST_EVENT, PiUpsConfigEntry, UpsDevice
from .entity import UpsDescription, UpsEntity, UpsValueEntity
from .platform import add_sensed
from .protocol import Scalar, is_number, parse_time
from .vocabulary import EVENT_TYPES, HEALTH, RUNTIME_CONFIDENCE, SHUTDOWN_REASONS, SHUTDOWN_STATES

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class UpsSensorDescription(UpsDescription, SensorEntityDescription):
    """A sensor over one value."""

    convert: Callable[[Scalar], Any] = lambda value: value
    # The value that says whether this one is estimated; the attribute `estimated` shows it.
    estimated_key: str | None = None


def _number(value: Scalar) -> float | None:
    return value if is_number(value) else None


def _one_of(words: tuple[str, ...]) -> Callable[[Scalar], str | None]:
    # A word of a newer agent is unknown here, not an error.
    return lambda value: value if isinstance(value, str) and value in words else None


def _moment(value: Scalar) -> datetime | None:
    return parse_time(value)


_DIAGNOSTIC = EntityCategory.DIAGNOSTIC
_MEASUREMENT = SensorStateClass.MEASUREMENT

SENSORS: tuple[UpsSensorDescription, ...] = (
    UpsSensorDescription(
        key="battery_percent",
        value_key="battery_percent",
        estimated_key="battery_percent_estimated",
        device_class=SensorDeviceClass.BATTERY,
        native_unit_of_measurement=PERCENTAGE,
        state_class=_MEASUREMENT,
        suggested_display_precision=0,
        convert=_number,
    ),
    UpsSensorDescription(
        key="battery_voltage",
        value_key="battery_voltage_v",
        device_class=SensorDeviceClass.VOLTAGE,
        native_unit_of_measurement=UnitOfElectricPotential.VOLT,
        state_class=_MEASUREMENT,
        suggested_display_precision=2,
        entity_category=_DIAGNOSTIC,
        convert=_number,
    ),
    UpsSensorDescription(
        key="battery_current",
        value_key="battery_current_a",
        device_class=SensorDeviceClass.CURRENT,
        native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
        state_class=_MEASUREMENT,
        suggested_display_precision=2,
        entity_category=_DIAGNOSTIC,
        convert=_number,
    ),
    UpsSensorDescription(
        key="battery_power",
        value_key="battery_power_w",
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        state_class=_MEASUREMENT,
        suggested_display_precision=1,
        convert=_number,
    ),
    UpsSensorDescription(
        key="runtime",
        value_key="runtime_min",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.MINUTES,
        state_class=_MEASUREMENT,
        suggested_display_precision=0,
        convert=_number,
    ),
    UpsSensorDescription(
        key="runtime_confidence",
        value_key="runtime_confidence",
        device_class=SensorDeviceClass.ENUM,
        options=list(RUNTIME_CONFIDENCE),
        entity_category=_DIAGNOSTIC,
        convert=_one_of(RUNTIME_CONFIDENCE),
    ),
    UpsSensorDescription(
        key="temperature",
        value_key="temperature_c",
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=_MEASUREMENT,
        suggested_display_precision=0,
        entity_category=_DIAGNOSTIC,
        convert=_number,
    ),
    UpsSensorDescription(
        key="health",
        value_key="health",
        device_class=SensorDeviceClass.ENUM,
        options=list(HEALTH),
        entity_category=_DIAGNOSTIC,
        convert=_one_of(HEALTH),
    ),
    UpsSensorDescription(
        key="health_percent",
        value_key="health_percent",
        native_unit_of_measurement=PERCENTAGE,
        state_class=_MEASUREMENT,
        suggested_display_precision=0,
        entity_category=_DIAGNOSTIC,
        convert=_number,
    ),
    UpsSensorDescription(
        key="cycles",
        value_key="cycles",
        state_class=SensorStateClass.TOTAL_INCREASING,
        suggested_display_precision=1,
        entity_category=_DIAGNOSTIC,
        convert=_number,
    ),
    UpsSensorDescription(
        key="dc_out_voltage",
        value_key="dc_out_voltage_v",
        device_class=SensorDeviceClass.VOLTAGE,
        native_unit_of_measurement=UnitOfElectricPotential.VOLT,
        state_class=_MEASUREMENT,
        suggested_display_precision=2,
        entity_category=_DIAGNOSTIC,
        convert=_number,
    ),
    UpsSensorDescription(
        key="shutdown_state",
        value_key="shutdown_state",
        device_class=SensorDeviceClass.ENUM,
        options=list(SHUTDOWN_STATES),
        always_available=True,
        convert=_one_of(SHUTDOWN_STATES),
    ),
    UpsSensorDescription(
        key="shutdown_deadline",
        value_key="shutdown_deadline",
        device_class=SensorDeviceClass.TIMESTAMP,
        always_available=True,
        convert=_moment,
    ),
    UpsSensorDescription(
        key="shutdown_reason",
        value_key="shutdown_reason",
        device_class=SensorDeviceClass.ENUM,
        options=list(SHUTDOWN_REASONS),
        always_available=True,
        convert=_one_of(SHUTDOWN_REASONS),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: PiUpsConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors of an agent."""
    device = entry.runtime_data
    add_sensed(hass, entry, async_add_entities, SENSORS, lambda description: UpsSensor(device, description))
    async_add_entities([LastEventSensor(device)])


class UpsSensor(UpsValueEntity, SensorEntity):
    """A sensor over one value."""

    _unrecorded_attributes = frozenset({"estimated"})
    entity_description: UpsSensorDescription

    @override
    def _keys(self) -> tuple[str, ...]:
        estimated_key = self.entity_description.estimated_key
        return (*super()._keys(), *(() if estimated_key is None else (estimated_key,)))

    @property
    @override
    def native_value(self) -> Any:
        return self.entity_description.convert(self.value)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        estimated_key = self.entity_description.estimated_key
        return None if estimated_key is None else {"estimated": self._device.values.get(estimated_key)}


class LastEventSensor(UpsEntity, SensorEntity):
    """The newest event by its own time, also one that arrived as history."""

    _attr_device_class = SensorDeviceClass.ENUM
    _unrecorded_attributes = frozenset({"message"})

    def __init__(self, device: UpsDevice) -> None:
        """Take the device."""
        super().__init__(device, "last_event")

    @property
    @override
    def options(self) -> list[str]:
        # What an earlier board or a newer agent recorded is a word too.
        type_ = self.native_value
        known = dict.fromkeys((*EVENT_TYPES, *self._device.hello.event_types, *((type_,) if type_ else ())))
        return list(known)

    @override
    def _keys(self) -> tuple[str, ...]:
        return (LAST_EVENT,)

    @property
    @override
    def native_value(self) -> str | None:
        event = self._device.last_event
        return None if event is None else str(event["type"])

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        event = self._device.last_event
        if event is None:
            return None
        return {"occurred_at": event["time"], "seq": event["seq"], "message": event["message"]}
