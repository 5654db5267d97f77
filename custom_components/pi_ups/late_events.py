"""Events that reached Home Assistant as history: a whole burst of them is told once, and fires nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from .const import EVENT_HISTORY_SYNCED, HISTORY_QUIET
from .protocol import UpsEvent


class LateEvents:
    """Collects late events until none came for a moment, then fires one bus event for all of them."""

    def __init__(self, hass: HomeAssistant, device_id: Callable[[], str | None]) -> None:
        """Begin empty."""
        self._hass = hass
        self._device_id = device_id
        self._times: list[datetime] = []
        self._types: set[str] = set()
        self._timer: CALLBACK_TYPE | None = None

    @callback
    def add(self, event: UpsEvent) -> None:
        """Take one more."""
        self._times.append(event.at)
        self._types.add(event.type)
        if self._timer is not None:
            self._timer()

        @callback
        def quiet(_: datetime) -> None:
            self._timer = None
            self.tell()

        self._timer = async_call_later(self._hass, HISTORY_QUIET, HassJob(quiet, cancel_on_shutdown=True))

    @callback
    def tell(self) -> None:
        """Fire for what was collected, if anything was."""
        if self._timer is not None:
            self._timer()
            self._timer = None
        if not self._times:
            return
        times, types = self._times, self._types
        self._times, self._types = [], set()
        self._hass.bus.async_fire(
            EVENT_HISTORY_SYNCED,
            {
                "device_id": self._device_id(),
                "count": len(times),
                "from": min(times).isoformat(),
                "to": max(times).isoformat(),
                "types": sorted(types),
            },
        )
