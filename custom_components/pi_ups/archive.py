"""The event store for the event loop: one thread of its own, so that what was asked first is done first.

An answer to an agent waits for it; a removal can never be overtaken by an older write.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
import logging
from pathlib import Path
import sqlite3

from homeassistant.const import EVENT_HOMEASSISTANT_CLOSE
from homeassistant.core import Event, HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from .const import DATABASE, DOMAIN
from .store import EventStore

_LOGGER = logging.getLogger(__name__)


class ArchiveError(HomeAssistantError):
    """The file cannot be read or written."""


class Archive:
    """Runs the store's methods in their order. The file is opened by the first, and closed when Home Assistant ends."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin without a file and without a thread."""
        self._hass = hass
        self.path = Path(hass.config.path(DATABASE))
        self._store = EventStore(self.path)
        self._thread: ThreadPoolExecutor | None = None
        self._closed = False
        self._failing = False

    async def run[T](self, what: Callable[[EventStore], T]) -> T:
        """Do something with the open store. Raises ArchiveError with a sentence when the disk does not let it."""
        try:
            done = await self._hass.loop.run_in_executor(self._own_thread(), self._in_thread, what)
        except (sqlite3.Error, OSError) as err:
            if not self._failing:
                self._failing = True
                _LOGGER.error("%s cannot be used: %s. Events wait in the agents until it can", self.path, err)
            raise ArchiveError(
                translation_domain=DOMAIN,
                translation_key="archive",
                translation_placeholders={"path": str(self.path), "error": str(err)},
            ) from err
        if self._failing:
            self._failing = False
            _LOGGER.info("%s can be used again", self.path)
        return done

    def _in_thread[T](self, what: Callable[[EventStore], T]) -> T:
        self._store.open()
        return what(self._store)

    def _own_thread(self) -> ThreadPoolExecutor:
        if self._closed:
            raise ArchiveError("Home Assistant is stopping")
        if self._thread is None:
            self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"{DOMAIN} archive")
            self._hass.bus.async_listen_once(EVENT_HOMEASSISTANT_CLOSE, self._close)
        return self._thread

    async def _close(self, _: Event) -> None:
        self._closed = True
        assert self._thread is not None
        self._thread.submit(self._store.close)
        await self._hass.async_add_executor_job(self._thread.shutdown)

    async def remove(self, agent_id: str) -> None:
        """Forget an agent; with the last one, the file goes too."""

        def remove(store: EventStore) -> None:
            store.remove(agent_id)
            if store.is_empty():
                store.erase()

        await self.run(remove)
