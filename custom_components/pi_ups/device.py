"""One agent that Home Assistant knows: its session, its last values, and who listens to them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import logging
import secrets
from typing import TYPE_CHECKING

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from .const import (
    CONF_FRESH_MINUTES,
    CONF_HELLO,
    CONF_USER_ID,
    DEFAULT_FRESH_MINUTES,
    DOMAIN,
    EVENT_HISTORY_SYNCED,
    HISTORY_QUIET,
    SILENCE_FACTOR,
)
from .protocol import (
    AckMessage,
    ByeMessage,
    EventsMessage,
    Hello,
    Json,
    Scalar,
    StateMessage,
    UpsEvent,
    parse_hello,
)

if TYPE_CHECKING:
    from homeassistant.components.websocket_api import ActiveConnection

    from .hub import Hub

_LOGGER = logging.getLogger(__name__)

type PiUpsConfigEntry = ConfigEntry[UpsDevice]


@dataclass(eq=False, kw_only=True)
class Session:
    """One accepted subscription of an agent."""

    connection: ActiveConnection
    message_id: int
    protocol: int
    id: str = field(default_factory=lambda: secrets.token_hex(8))

    def send(self, event: Json) -> None:
        """Send on the subscription; on a closed connection this does nothing, so commands need an answer."""
        self.connection.send_event(self.message_id, event)


class UpsDevice:
    """What is known of one agent. Entities, the card and the actions read it; the agent's messages change it."""

    def __init__(self, hass: HomeAssistant, hub: Hub, entry: PiUpsConfigEntry) -> None:
        """Begin with what the entry remembers of the last hello."""
        self.hass = hass
        self.hub = hub
        self.entry = entry
        self.hello: Hello = parse_hello(entry.data[CONF_HELLO])
        self.values: dict[str, Scalar] = {}
        self.session: Session | None = None
        self.bye: Json | None = None
        self.last_seen: datetime | None = None
        self.last_event: Json | None = None
        self._listeners: dict[Callable[[], None], frozenset[str] | None] = {}
        self._event_listeners: list[Callable[[UpsEvent], None]] = []
        self._card_listeners: list[Callable[[Json], None]] = []
        self._hello_listeners: list[Callable[[], None]] = []
        self._acks: dict[str, asyncio.Future[AckMessage]] = {}
        self._silence: CALLBACK_TYPE | None = None
        self._late: list[UpsEvent] = []
        self._late_timer: CALLBACK_TYPE | None = None

    @property
    def agent_id(self) -> str:
        """The agent's own id."""
        return self.hello.agent_id

    @property
    def user_id(self) -> str | None:
        """The user that this agent is bound to."""
        user_id: str | None = self.entry.data[CONF_USER_ID]
        return user_id

    @property
    def connected(self) -> bool:
        """True while the agent is in contact."""
        return self.session is not None

    @property
    def device_info(self) -> DeviceInfo:
        """How the device registry sees the agent."""
        board = self.hello.board
        return DeviceInfo(
            identifiers={(DOMAIN, self.agent_id)},
            name=self.hello.name,
            manufacturer=board["manufacturer"],
            model=board["model"] + (" (simulated)" if board["simulated"] else ""),
            sw_version=self.hello.version,
        )

    @property
    def device_id(self) -> str | None:
        """The id in the device registry, once it is there."""
        device = self._registered
        return None if device is None else device.id

    @property
    def _registered(self) -> dr.DeviceEntry | None:
        return dr.async_get(self.hass).async_get_device_by_identifier((DOMAIN, self.agent_id), self.entry.entry_id)

    async def async_load(self) -> None:
        """Read back what was known before Home Assistant started."""
        saved = await self.hass.async_add_executor_job(self.hub.store.load_device, self.agent_id)
        if saved is not None:
            self.values = saved["values"]
            self.bye = saved["bye"]
            self.last_seen = dt_util.parse_datetime(saved["last_seen"] or "")
        newest, _ = await self.hass.async_add_executor_job(lambda: self.hub.store.list(self.agent_id, limit=1))
        self.last_event = newest[0].as_json() if newest else None
        self.entry.async_on_unload(self.hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, self._on_stop))

    async def _on_stop(self, _: Event) -> None:
        await self.async_save()

    async def async_save(self) -> None:
        """Keep what the card shows while the agent or Home Assistant is away."""
        body = {
            "values": self.values,
            "bye": self.bye,
            "last_seen": None if self.last_seen is None else self.last_seen.isoformat(),
        }
        await self.hass.async_add_executor_job(self.hub.store.save_device, self.agent_id, body)

    # --- session -----------------------------------------------------------------------------------------------

    @callback
    def accept(self, session: Session, hello: Hello, last_seq: int) -> None:
        """Begin a session; an older one of the same agent is told that it was replaced."""
        previous, self.session = self.session, session
        if previous is not None:
            previous.send({"event": "replaced", "message": "A newer connection of this agent took over."})
        else:
            _LOGGER.info("%s is in contact again", self.hello.name)
        self._learn(hello)
        self.bye = None
        self._heard()
        session.send(
            {
                "event": "accepted",
                "session": session.id,
                "protocol": session.protocol,
                "integration_version": self.hub.version,
                "last_seq": last_seq,
                "server_time": dt_util.utcnow().isoformat(timespec="milliseconds"),
            }
        )
        self._tell_card_device()
        self._update_entities(None)

    def _learn(self, hello: Hello) -> None:
        if hello.raw != self.entry.data[CONF_HELLO]:
            self.hello = hello
            self.hass.config_entries.async_update_entry(self.entry, data={**self.entry.data, CONF_HELLO: hello.raw})
            if (registered := self._registered) is not None:
                dr.async_get(self.hass).async_update_device(registered.id, sw_version=hello.version, name=hello.name)
        for listener in [*self._hello_listeners]:
            listener()

    @callback
    def lose(self, session: Session, why: str) -> None:
        """End a session, if it is still the present one. Idempotent."""
        if self.session is not session:
            return
        self.session = None
        self._cancel_silence()
        for future in self._acks.values():
            future.cancel()
        self._acks.clear()
        if self.bye is None:
            _LOGGER.info("%s is out of contact: %s", self.hello.name, why)
        self.entry.async_create_background_task(self.hass, self.async_save(), "pi_ups save")
        self._tell_card_device()
        self._update_entities(None)

    @callback
    def release(self, message: str) -> None:
        """The entry is unloaded: the agent has to wait for `accepted` again."""
        if (session := self.session) is not None:
            session.send({"event": "released", "message": message})
            self.session = None
        self._cancel_silence()
        if self._late_timer is not None:
            self._late_timer()
        for future in self._acks.values():
            future.cancel()

    def _heard(self) -> None:
        self.last_seen = dt_util.utcnow()
        self._cancel_silence()
        session = self.session

        @callback
        def silent(_: datetime) -> None:
            self._silence = None
            if session is not None:
                self.lose(session, f"nothing heard for {SILENCE_FACTOR * self.hello.heartbeat_s:.0f} s")

        delay = timedelta(seconds=SILENCE_FACTOR * self.hello.heartbeat_s)
        self._silence = async_call_later(self.hass, delay, silent)

    def _cancel_silence(self) -> None:
        if self._silence is not None:
            self._silence()
            self._silence = None

    # --- messages ----------------------------------------------------------------------------------------------

    @callback
    def take_state(self, message: StateMessage) -> None:
        """Take changed values; only entities that show one of them write their state."""
        self._heard()
        changed = {key for key, value in message.values.items() if key not in self.values or self.values[key] != value}
        if message.full:
            changed |= self.values.keys() - message.values.keys()
            self.values = dict(message.values)
        else:
            self.values.update(message.values)
        if changed:
            self._update_entities(changed)

    async def async_take_events(self, message: EventsMessage) -> int:
        """Store a batch; give the sequence number up to which everything is on disk."""
        self._heard()
        now = dt_util.utcnow()
        limit = timedelta(minutes=self.entry.options.get(CONF_FRESH_MINUTES, DEFAULT_FRESH_MINUTES))
        marked = [(event, now - event.at > limit) for event in message.events]
        new = await self.hass.async_add_executor_job(self.hub.store.append, self.agent_id, marked)
        late_by_seq = {event.seq: late for event, late in marked}
        for event in new:
            late = late_by_seq[event.seq]
            self._take_new_event(event, late=late)
        if new:
            listed = [{**event.as_json(), "synced_late": late_by_seq[event.seq]} for event in new]
            self.tell_card({"kind": "events", "events": listed})
        return max((event.seq for event in message.events), default=0)

    def _take_new_event(self, event: UpsEvent, *, late: bool) -> None:
        shown = self.last_event
        newest = None if shown is None else datetime.fromisoformat(shown["time"])
        if newest is None or event.at >= newest:
            self.last_event = {**event.as_json(), "synced_late": late}
            self._update_entities({"last_event"})
        if late:
            self._late.append(event)
            if self._late_timer is not None:
                self._late_timer()
            self._late_timer = async_call_later(self.hass, HISTORY_QUIET, self._tell_history)
            return
        for listener in [*self._event_listeners]:
            listener(event)

    @callback
    def _tell_history(self, _: datetime) -> None:
        late, self._late, self._late_timer = self._late, [], None
        times = sorted(event.at for event in late)
        self.hass.bus.async_fire(
            EVENT_HISTORY_SYNCED,
            {
                "device_id": self.device_id,
                "count": len(late),
                "from": times[0].isoformat(),
                "to": times[-1].isoformat(),
                "types": sorted({event.type for event in late}),
            },
        )

    @callback
    def take_bye(self, session: Session, message: ByeMessage) -> None:
        """The agent goes, and says why."""
        self.bye = message.as_json()
        self.last_seen = dt_util.utcnow()
        _LOGGER.info("%s said goodbye (%s): %s", self.hello.name, message.reason, message.message)
        self.lose(session, message.message)

    # --- commands ----------------------------------------------------------------------------------------------

    async def async_command(self, command: Json, timeout_s: float) -> AckMessage:
        """Send a command and wait for the agent's answer. Raises TimeoutError, or ConnectionError without an agent."""
        session = self.session
        if session is None:
            raise ConnectionError("the agent is not in contact")
        command_id = secrets.token_hex(6)
        future: asyncio.Future[AckMessage] = self.hass.loop.create_future()
        self._acks[command_id] = future
        session.send({"event": "command", "command_id": command_id, **command})
        try:
            async with asyncio.timeout(timeout_s):
                return await future
        except asyncio.CancelledError as err:
            if future.cancelled():
                raise ConnectionError("the agent went away") from err
            raise
        finally:
            self._acks.pop(command_id, None)

    @callback
    def take_ack(self, message: AckMessage) -> None:
        """Give the answer to whoever waits for it."""
        self._heard()
        future = self._acks.get(message.command_id)
        if future is not None and not future.done():
            future.set_result(message)

    # --- listeners ---------------------------------------------------------------------------------------------

    @callback
    def listen(self, listener: Callable[[], None], keys: Iterable[str] | None) -> CALLBACK_TYPE:
        """Call `listener` when one of the values changed, and whenever contact comes or goes (None: only then)."""
        self._listeners[listener] = None if keys is None else frozenset(keys)

        def end() -> None:
            self._listeners.pop(listener, None)

        return end

    @callback
    def listen_events(self, listener: Callable[[UpsEvent], None]) -> CALLBACK_TYPE:
        """Call `listener` with every fresh event, once."""
        self._event_listeners.append(listener)
        return lambda: self._event_listeners.remove(listener)

    @callback
    def listen_hello(self, listener: Callable[[], None]) -> CALLBACK_TYPE:
        """Call `listener` when the agent may have told new abilities."""
        self._hello_listeners.append(listener)
        return lambda: self._hello_listeners.remove(listener)

    @callback
    def listen_card(self, listener: Callable[[Json], None]) -> CALLBACK_TYPE:
        """Call `listener` with every message for cards."""
        self._card_listeners.append(listener)
        return lambda: self._card_listeners.remove(listener)

    def _update_entities(self, changed: set[str] | None) -> None:
        for listener, keys in [*self._listeners.items()]:
            if changed is None or (keys is not None and not keys.isdisjoint(changed)):
                listener()

    def _tell_card_device(self) -> None:
        self.tell_card({"kind": "device", "device": self.hub.describe(self)})

    def tell_card(self, message: Json) -> None:
        """Send a message to every card that listens."""
        for listener in [*self._card_listeners]:
            listener(message)
