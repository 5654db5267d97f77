"""One agent that Home Assistant knows: its session, its last values, its events, and which entities listen to them."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
import logging
from typing import TYPE_CHECKING, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CALLBACK_TYPE, Event, HassJob, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from .answers import Answers
from .archive import ArchiveError
from .const import CONF_FRESH_MINUTES, CONF_HELLO, CONF_USER_ID, DEFAULT_FRESH_MINUTES, DOMAIN, SILENCE_FACTOR
from .entity_feed import EntityFeed
from .late_events import LateEvents
from .protocol import ByeMessage, EventsMessage, Hello, Json, Scalar, StateMessage, UpsEvent, parse_hello
from .session import Session
from .vocabulary import CARD_VALUES

if TYPE_CHECKING:
    from .hub import Hub

_LOGGER = logging.getLogger(__name__)

# What stands beside the values of the protocol for entities that listen.
LAST_EVENT: Final = "last_event"

type PiUpsConfigEntry = ConfigEntry[UpsDevice]


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
        self.answers = Answers()
        # The card hears of its own values last: describing a whole device takes a while.
        self.entities = EntityFeed(hass, CARD_VALUES, lambda: hub.cards.tell_device(self))
        self._late = LateEvents(hass, lambda: self.device_id)
        self._silence: CALLBACK_TYPE | None = None
        self._storing = asyncio.Lock()

    @property
    def agent_id(self) -> str:
        """The agent's own id."""
        return self.hello.agent_id

    @property
    def user_id(self) -> str:
        """The user that this agent is bound to."""
        user_id: str = self.entry.data[CONF_USER_ID]
        return user_id

    @property
    def connected(self) -> bool:
        """True while the agent is in contact and has told the present state; before that, only the past is known."""
        return self.session is not None and self.session.live

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

    # --- kept over restarts --------------------------------------------------------------------------------------------

    async def async_load(self) -> None:
        """Read back what was known before Home Assistant started. Raises ArchiveError."""
        saved = await self.hub.archive.run(lambda store: store.load_device(self.agent_id))
        if saved is not None:
            self.values = saved["values"]
            self.bye = saved["bye"]
            self.last_seen = dt_util.parse_datetime(saved["last_seen"] or "")
        newest, _ = await self.hub.archive.run(lambda store: store.list(self.agent_id, limit=1))
        self.last_event = newest[0].as_json() if newest else None
        self.entry.async_on_unload(self.hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, self._on_stop))

    async def _on_stop(self, _: Event) -> None:
        await self.async_save()

    async def async_save(self) -> None:
        """Keep what is shown while the agent or Home Assistant is away."""
        body = {
            "values": self.values,
            "bye": self.bye,
            "last_seen": None if self.last_seen is None else self.last_seen.isoformat(),
        }
        try:
            await self.hub.archive.run(lambda store: store.save_device(self.agent_id, body))
        except ArchiveError as err:
            _LOGGER.debug("The state of %s was not saved: %s", self.hello.name, err)

    def _save_soon(self) -> None:
        self.entry.async_create_background_task(self.hass, self.async_save(), f"{DOMAIN} save {self.agent_id}")

    # --- session -------------------------------------------------------------------------------------------------------

    @callback
    def accept(self, session: Session, last_seq: int) -> None:
        """Begin a session; an older one of the same agent is told that it was replaced."""
        previous, self.session = self.session, session
        if previous is not None:
            # Contact never ended, so what is shown stays until the new session tells its state.
            session.live = previous.live
            previous.knock.replace(session.knock.subscription)
        session.knock.subscription.on_close = lambda: self.lose(session, "the connection was closed")
        self._learn(session.knock.hello)
        self.heard()
        session.send(
            {
                "event": "accepted",
                "session": session.id,
                "protocol": session.knock.protocol,
                "integration_version": self.hub.version,
                "last_seq": last_seq,
                "server_time": dt_util.utcnow().isoformat(timespec="milliseconds"),
            }
        )

    def _learn(self, hello: Hello) -> None:
        known, self.hello = self.hello, hello
        if hello.lasting() == known.lasting():
            return
        self.hass.config_entries.async_update_entry(self.entry, data={**self.entry.data, CONF_HELLO: hello.as_json()})
        if (registered := self._registered) is not None:
            info = self.device_info
            dr.async_get(self.hass).async_update_device(
                registered.id,
                name=info["name"],
                manufacturer=info["manufacturer"],
                model=info["model"],
                sw_version=info["sw_version"],
            )
        self.entities.greet()

    @callback
    def lose(self, session: Session, why: str) -> None:
        """End a session, if it is still the present one. Idempotent."""
        if self.session is not session:
            return
        self.session = None
        self._cancel_silence()
        self.answers.fail()
        if not session.live:
            return
        _LOGGER.info("%s is out of contact: %s", self.hello.name, why)
        self._save_soon()
        self.entities.write_all()
        self.hub.cards.tell_device(self)

    async def async_end(self) -> Session | None:
        """The entry is being unloaded: take no more messages, finish what was begun, and give the session back."""
        session, self.session = self.session, None
        self._cancel_silence()
        self.answers.fail()
        async with self._storing:
            self._late.tell()
        await self.async_save()
        self.hub.cards.tell_device(self)
        return session

    @callback
    def heard(self) -> None:
        """Anything came from the agent: it is alive for some more heartbeats."""
        self.last_seen = dt_util.utcnow()
        self._cancel_silence()
        session = self.session
        limit_s = SILENCE_FACTOR * self.hello.heartbeat_s

        @callback
        def silent(_: datetime) -> None:
            self._silence = None
            if session is not None:
                self.lose(session, f"nothing heard for {limit_s:.0f} s")

        self._silence = async_call_later(self.hass, limit_s, HassJob(silent, cancel_on_shutdown=True))

    def _cancel_silence(self) -> None:
        if self._silence is not None:
            self._silence()
            self._silence = None

    # --- messages ------------------------------------------------------------------------------------------------------

    @callback
    def take_state(self, session: Session, message: StateMessage) -> None:
        """Take changed values; only entities that show one of them write their state, each once."""
        changed = {key for key, value in message.values.items() if key not in self.values or self.values[key] != value}
        if message.full:
            changed |= self.values.keys() - message.values.keys()
            self.values = dict(message.values)
        else:
            self.values.update(message.values)
        if session.live:
            # The write comes first, it is what somebody waits for; a heartbeat changes nothing.
            if changed:
                self.entities.write(changed)
            self.heard()
            return
        self.heard()
        if message.full or message.values:
            session.live = True
            self.bye = None
            _LOGGER.info("%s is in contact", self.hello.name)
            self._save_soon()
            self.entities.write_all()
            self.hub.cards.tell_device(self)

    async def async_take_events(self, message: EventsMessage) -> int:
        """Store a batch, then tell what is new of it; give the number up to which everything is on disk."""
        self.heard()
        async with self._storing:
            now = dt_util.utcnow()
            limit = timedelta(minutes=self.entry.options.get(CONF_FRESH_MINUTES, DEFAULT_FRESH_MINUTES))
            marked = [(event, now - event.at > limit) for event in message.events]
            new, last_seq = await self.hub.archive.run(
                lambda store: (store.append(self.agent_id, marked), store.last_seq(self.agent_id))
            )
            self._tell_events(new)
        return max((event.seq for event in message.events), default=last_seq)

    def _tell_events(self, new: list[tuple[UpsEvent, bool]]) -> None:
        if not new:
            return
        before = self.last_event
        for event, late in new:
            self._keep_newest(event, late=late)
            if late:
                self._late.add(event)
                continue
            self.entities.fire(event)
        if self.last_event is not before:
            self.entities.write({LAST_EVENT})
        self.hub.cards.tell_events(self.agent_id, [{**event.as_json(), "synced_late": late} for event, late in new])

    def _keep_newest(self, event: UpsEvent, *, late: bool) -> None:
        shown = self.last_event
        if shown is None or event.at >= datetime.fromisoformat(shown["time"]):
            self.last_event = {**event.as_json(), "synced_late": late}

    @callback
    def take_bye(self, session: Session, message: ByeMessage) -> None:
        """The agent goes, and says why."""
        self.bye = message.as_json()
        self.last_seen = dt_util.utcnow()
        self.lose(session, f"it said goodbye ({message.reason}): {message.message}")
