"""What the card gets: devices as the protocol describes them, and a live feed that outlives reloads of the entry."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .protocol import Json

if TYPE_CHECKING:
    from .device import UpsDevice

type CardListener = Callable[[Json], None]


def may_read(hass: HomeAssistant, user: User, device: UpsDevice) -> bool:
    """Whether a user may read any of the device's entities, disabled ones included."""
    entries = er.async_entries_for_config_entry(er.async_get(hass), device.entry.entry_id)
    return any(user.permissions.check_entity(entry.entity_id, POLICY_READ) for entry in entries)


def describe(device: UpsDevice) -> Json:
    """Give a device as `pi_ups/devices` lists it."""
    registry = er.async_get(device.hass)
    prefix = f"{device.agent_id}_"
    return {
        "device_id": device.device_id or "",
        "agent_id": device.agent_id,
        "name": device.hello.name,
        "board": device.hello.board,
        "connected": device.connected,
        "last_seen": None if device.last_seen is None else device.last_seen.isoformat(timespec="milliseconds"),
        "bye": device.bye,
        "thresholds": device.hello.thresholds,
        "commands": list(device.hello.commands),
        "event_types": list(device.hello.event_types),
        "agent_version": device.hello.version,
        "integration_version": device.hub.version,
        "values": dict(device.values),
        "entities": {
            entry.unique_id.removeprefix(prefix): entry.entity_id
            for entry in er.async_entries_for_config_entry(registry, device.entry.entry_id)
            if entry.disabled_by is None
        },
    }


class CardFeed:
    """The cards that listen, by agent. Kept apart from the devices, which a reload replaces."""

    def __init__(self) -> None:
        """Begin without listeners."""
        self._listeners: dict[str, list[CardListener]] = {}

    @callback
    def listen(self, device: UpsDevice, listener: CardListener) -> CALLBACK_TYPE:
        """Call `listener` with every message about an agent, whatever its entry goes through."""
        listeners = self._listeners.setdefault(device.agent_id, [])
        listeners.append(listener)

        def end() -> None:
            if listener in listeners:
                listeners.remove(listener)

        return end

    def tell_device(self, device: UpsDevice) -> None:
        """Contact came or went, or a value changed that only the card shows."""
        if self._listeners.get(device.agent_id):
            self._tell(device.agent_id, {"kind": "device", "device": describe(device)})

    def tell_events(self, agent_id: str, events: list[Json]) -> None:
        """Events were stored."""
        self._tell(agent_id, {"kind": "events", "events": events})

    def _tell(self, agent_id: str, message: Json) -> None:
        for listener in [*self._listeners.get(agent_id, ())]:
            listener(message)
