"""Who knocks and who is in: the one place that maps connections to agents, because commands are global to Home Assistant."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from homeassistant.config_entries import SOURCE_INTEGRATION_DISCOVERY
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import discovery_flow
from homeassistant.helpers import entity_registry as er
from homeassistant.loader import async_get_integration
from homeassistant.util.hass_dict import HassKey

from .const import CONF_AGENT_ID, CONF_USER_ID, DOMAIN
from .device import Session, UpsDevice
from .protocol import NO_SESSION, WRONG_USER, Hello, Json, ProtocolError, negotiate
from .store import EventStore

if TYPE_CHECKING:
    from homeassistant.components.websocket_api import ActiveConnection

_LOGGER = logging.getLogger(__name__)

DATA_HUB: HassKey[asyncio.Task[Hub]] = HassKey(DOMAIN)


@dataclass(eq=False, kw_only=True)
class Knock:
    """An agent that nobody has confirmed yet; its subscription waits."""

    hello: Hello
    connection: ActiveConnection
    message_id: int
    protocol: int
    user_id: str
    user_name: str


class Hub:
    """Sessions, knocks and the store, for all config entries together."""

    def __init__(self, hass: HomeAssistant, version: str) -> None:
        """Begin empty."""
        self.hass = hass
        self.version = version
        self.store = EventStore(Path(hass.config.path("pi_ups.db")))
        self.devices: dict[str, UpsDevice] = {}
        self.knocks: dict[str, Knock] = {}
        self._sessions: dict[str, tuple[UpsDevice, Session]] = {}
        self._knock_listeners: list[Callable[[], None]] = []

    # --- agents that connect -----------------------------------------------------------------------------------

    async def async_connect(self, connection: ActiveConnection, message_id: int, hello: Hello) -> Callable[[], None]:
        """Check a hello. Gives what admits it, to be called when the subscription's result was sent."""
        protocol = negotiate(hello.protocol_min, hello.protocol_max)
        user = connection.user
        self._refuse_stranger(hello, user.id)
        knock = Knock(
            hello=hello,
            connection=connection,
            message_id=message_id,
            protocol=protocol,
            user_id=user.id,
            user_name=user.name or "unknown",
        )
        if (device := self.devices.get(hello.agent_id)) is None:
            return lambda: self._wait(knock)
        last_seq = await self.hass.async_add_executor_job(self.store.last_seq, hello.agent_id)
        return lambda: self._accept(device, knock, last_seq)

    def _refuse_stranger(self, hello: Hello, user_id: str) -> None:
        owner = next(
            (
                entry.data[CONF_USER_ID]
                for entry in self.hass.config_entries.async_entries(DOMAIN)
                if entry.data[CONF_AGENT_ID] == hello.agent_id
            ),
            None,
        )
        waiting = self.knocks.get(hello.agent_id)
        if owner is None and waiting is not None:
            owner = waiting.user_id
        if owner is None or owner == user_id:
            return
        _LOGGER.warning("Another user tried to connect as agent %s and was refused", hello.agent_id)
        raise ProtocolError(
            WRONG_USER,
            f'The agent id "{hello.agent_id}" belongs to another Home Assistant user. Use that user\'s token, '
            "choose another agent.id, or remove the device in Home Assistant first.",
        )

    def _accept(self, device: UpsDevice, knock: Knock, last_seq: int) -> None:
        session = Session(connection=knock.connection, message_id=knock.message_id, protocol=knock.protocol)
        if device.session is not None:
            self._sessions.pop(device.session.id, None)
        self._sessions[session.id] = (device, session)
        device.accept(session, knock.hello, last_seq)

    def _wait(self, knock: Knock) -> None:
        """Let an agent wait, and tell a person that it knocks."""
        self.knocks[knock.hello.agent_id] = knock
        knock.connection.send_event(
            knock.message_id,
            {
                "event": "pending",
                "message": "Confirm this agent in Home Assistant: Settings, Devices & services, Add integration, Pi UPS.",
            },
        )
        if self._knock_listeners:
            for listener in [*self._knock_listeners]:
                listener()
            return
        discovery_flow.async_create_flow(
            self.hass,
            DOMAIN,
            context={"source": SOURCE_INTEGRATION_DISCOVERY},
            data={CONF_AGENT_ID: knock.hello.agent_id},
        )

    @callback
    def close(self, connection: ActiveConnection, message_id: int) -> None:
        """A subscription ended, by the agent or with its socket: whatever stands on it ends. Idempotent."""
        for agent_id, knock in [*self.knocks.items()]:
            if knock.connection is connection and knock.message_id == message_id:
                del self.knocks[agent_id]
        for session_id, (device, session) in [*self._sessions.items()]:
            if session.connection is connection and session.message_id == message_id:
                del self._sessions[session_id]
                device.lose(session, "the connection was closed")

    @callback
    def listen_knocks(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` at every knock; while somebody listens, no discovery is started."""
        self._knock_listeners.append(listener)
        return lambda: self._knock_listeners.remove(listener)

    def session(self, connection: ActiveConnection, session_id: str) -> tuple[UpsDevice, Session]:
        """Find a session of this very connection."""
        found = self._sessions.get(session_id)
        if found is not None and found[1].connection is connection and found[0].session is found[1]:
            return found
        raise ProtocolError(NO_SESSION, "There is no such session on this connection: say hello again.")

    # --- devices -----------------------------------------------------------------------------------------------

    async def async_add(self, device: UpsDevice) -> None:
        """A config entry was loaded: whoever waits for it is accepted."""
        self.devices[device.agent_id] = device
        knock = self.knocks.pop(device.agent_id, None)
        if knock is not None and knock.user_id == device.user_id:
            last_seq = await self.hass.async_add_executor_job(self.store.last_seq, device.agent_id)
            self._accept(device, knock, last_seq)

    @callback
    def remove(self, device: UpsDevice) -> None:
        """A config entry is unloaded; a connected agent waits as one that knocks."""
        self.devices.pop(device.agent_id, None)
        if (session := device.session) is not None:
            self._sessions.pop(session.id, None)
            user = session.connection.user
            self.knocks[device.agent_id] = Knock(
                hello=device.hello,
                connection=session.connection,
                message_id=session.message_id,
                protocol=session.protocol,
                user_id=user.id,
                user_name=user.name or "unknown",
            )
        device.release("The Pi UPS entry is not loaded in Home Assistant; waiting for it.")

    def by_device_id(self, device_id: str) -> UpsDevice | None:
        """Find a device by its registry id, or by the agent's id."""
        return next((one for one in self.devices.values() if device_id in (one.device_id, one.agent_id)), None)

    def describe(self, device: UpsDevice) -> Json:
        """Give what the card gets of a device."""
        registry = er.async_get(self.hass)
        prefix = f"{device.agent_id}_"
        entities = {
            entry.unique_id.removeprefix(prefix): entry.entity_id
            for entry in er.async_entries_for_config_entry(registry, device.entry.entry_id)
            if entry.disabled_by is None
        }
        return {
            "device_id": device.device_id or "",
            "agent_id": device.agent_id,
            "name": device.hello.name,
            "board": {
                key: device.hello.board[key]
                for key in ("id", "name", "manufacturer", "model", "simulated", "experimental")
            },
            "connected": device.connected,
            "last_seen": None if device.last_seen is None else device.last_seen.isoformat(timespec="milliseconds"),
            "bye": device.bye,
            "thresholds": device.hello.thresholds,
            "commands": list(device.hello.commands),
            "event_types": list(device.hello.event_types),
            "agent_version": device.hello.version,
            "integration_version": self.version,
            "values": dict(device.values),
            "entities": entities,
        }


async def async_get_hub(hass: HomeAssistant) -> Hub:
    """Give the hub; the first call makes it and registers the WebSocket commands.

    The config flow calls this before any entry exists, because an agent can only knock once the commands are there.
    """
    if (task := hass.data.get(DATA_HUB)) is None:
        task = hass.data[DATA_HUB] = hass.async_create_task(_async_make(hass), eager_start=False)
    return await asyncio.shield(task)


async def _async_make(hass: HomeAssistant) -> Hub:
    from .websocket_api import async_register_commands  # noqa: PLC0415  (they need the hub)

    integration = await async_get_integration(hass, DOMAIN)
    hub = Hub(hass, str(integration.version))
    await hass.async_add_executor_job(hub.store.open)
    async_register_commands(hass, hub)
    return hub
