"""Which entities listen to what of a device, and in which order they write their states."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from .protocol import UpsEvent

# Home Assistant sends a state to its clients when a turn of its loop ends, and each write takes most of a millisecond:
# the value that people wait for gets a turn of its own.
_FIRST: Final = frozenset({"ac_present"})
_AHEAD_S: Final = 0.003


class EntityFeed:
    """The entities of one device, by the values that they show."""

    def __init__(self, hass: HomeAssistant, for_card: frozenset[str], tell_card: Callable[[], None]) -> None:
        """Begin without listeners; `tell_card` is called when a value of `for_card` changed."""
        self._hass = hass
        self._for_card = for_card
        self._tell_card = tell_card
        self._by_values: dict[Callable[[], None], frozenset[str]] = {}
        self._to_events: list[Callable[[UpsEvent], None]] = []
        self._to_hellos: list[Callable[[], None]] = []

    @callback
    def listen(self, listener: Callable[[], None], keys: Iterable[str]) -> CALLBACK_TYPE:
        """Call `listener` when one of the values changed, and whenever contact comes or goes."""
        self._by_values[listener] = frozenset(keys)

        def end() -> None:
            self._by_values.pop(listener, None)

        return end

    @callback
    def listen_events(self, listener: Callable[[UpsEvent], None]) -> CALLBACK_TYPE:
        """Call `listener` with every fresh event, once."""
        self._to_events.append(listener)
        return lambda: self._to_events.remove(listener)

    @callback
    def listen_hello(self, listener: Callable[[], None]) -> CALLBACK_TYPE:
        """Call `listener` when the agent told other abilities than before."""
        self._to_hellos.append(listener)
        return lambda: self._to_hellos.remove(listener)

    def write_all(self) -> None:
        """Contact came or went."""
        for listener in [*self._by_values]:
            listener()

    def write(self, changed: set[str]) -> None:
        """Let the entities that show one of the values write: mains before all others, and the card last."""
        first = changed & _FIRST
        rest = changed - first
        self._write(first)
        if first and rest:
            self._hass.loop.call_later(_AHEAD_S, self._write_rest, rest)
        else:
            self._write_rest(rest)

    def _write_rest(self, changed: set[str]) -> None:
        self._write(changed)
        if not changed.isdisjoint(self._for_card):
            self._tell_card()

    def _write(self, changed: set[str]) -> None:
        if not changed:
            return
        for listener, keys in [*self._by_values.items()]:
            if not keys.isdisjoint(changed):
                listener()

    def fire(self, event: UpsEvent) -> None:
        """A fresh event happened."""
        for listener in [*self._to_events]:
            listener(event)

    def greet(self) -> None:
        """The agent told other abilities."""
        for listener in [*self._to_hellos]:
            listener()
