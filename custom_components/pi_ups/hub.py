"""Who knocks and who is in: the one place that maps connections to agents, because commands are global to Home Assistant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from homeassistant.config_entries import SOURCE_INTEGRATION_DISCOVERY, ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers import discovery_flow
from homeassistant.helpers.event import async_call_later
from homeassistant.loader import async_get_integration
from homeassistant.util.hass_dict import HassKey

from .archive import Archive
from .card_feed import CardFeed
from .const import CONF_AGENT_ID, CONF_USER_ID, DOMAIN, FORGET_AFTER
from .issues import Refusals
from .protocol import ProtocolError, agent_id_of, negotiate, parse_hello
from .session import Knock, Session, Subscription
from .vocabulary import NO_SESSION, WRONG_USER

if TYPE_CHECKING:
    from homeassistant.components.websocket_api import ActiveConnection

    from .device import UpsDevice

DATA_HUB: HassKey[Hub] = HassKey(DOMAIN)


class Hub:
    """Sessions, knocks and the archive, for all config entries together."""

    def __init__(self, hass: HomeAssistant, version: str) -> None:
        """Begin empty; nothing is opened yet."""
        self.hass = hass
        self.version = version
        self.archive = Archive(hass)
        self.cards = CardFeed()
        self.refusals = Refusals(hass)
        self.devices: dict[str, UpsDevice] = {}
        self._knocks: dict[str, Knock] = {}
        self._knock_listeners: list[Callable[[], None]] = []
        self._forgetting: dict[str, CALLBACK_TYPE] = {}

    def entry_of(self, agent_id: str) -> ConfigEntry[Any] | None:
        """Give an agent's config entry, loaded or not; one that only says "ignored" is none."""
        entries = self.hass.config_entries.async_entries(DOMAIN, include_ignore=False)
        return next((entry for entry in entries if entry.data[CONF_AGENT_ID] == agent_id), None)

    # --- agents that connect -------------------------------------------------------------------------------------------

    async def async_greet(self, subscription: Subscription, data: Any) -> Callable[[], None]:
        """Check a hello. Gives what admits the agent, to be called when the subscription's result was sent."""
        user = subscription.connection.user
        try:
            protocol = negotiate(data)
            hello = parse_hello(data)
            self._refuse_stranger(hello.agent_id, user.id)
        except ProtocolError as err:
            if (agent_id := agent_id_of(data)) is not None:
                entry = self.entry_of(agent_id)
                name = None if entry is None else entry.title
                self.refusals.tell(agent_id, err, name=name, user=user.name or "unknown")
            raise
        knock = Knock(subscription=subscription, hello=hello, protocol=protocol)
        if hello.agent_id not in self.devices:
            return lambda: self._wait(knock)
        last_seq = await self.archive.run(lambda store: store.last_seq(hello.agent_id))
        return lambda: self._admit(knock, last_seq)

    def _refuse_stranger(self, agent_id: str, user_id: str) -> None:
        """Let only the user in that was accepted for the agent, or, before that, the one that knocked first.

        Add-ons all log in as the Supervisor's one system user, so behind that user agents are told apart by id alone.
        """
        entry = self.entry_of(agent_id)
        waiting = self._knocks.get(agent_id)
        owner = entry.data[CONF_USER_ID] if entry is not None else waiting.user_id if waiting is not None else user_id
        if owner != user_id:
            raise ProtocolError(
                WRONG_USER,
                f'The agent id "{agent_id}" belongs to another Home Assistant user. Use that user\'s token, '
                "choose another agent.id, or remove the device in Home Assistant first.",
            )

    def _admit(self, knock: Knock, last_seq: int) -> None:
        if knock.subscription.closed:
            return
        device = self.devices.get(knock.hello.agent_id)
        if device is None:
            # Its entry was unloaded while the archive was asked.
            self._wait(knock)
            return
        self.refusals.clear(device.agent_id)
        device.accept(Session(knock=knock), last_seq)

    def _wait(self, knock: Knock) -> None:
        """Let an agent wait, and tell a person that it knocks."""
        agent_id = knock.hello.agent_id
        self._keep(knock)
        entry = self.entry_of(agent_id)
        message = (
            "Confirm this agent in Home Assistant: Settings, Devices & services, Add integration, Pi UPS."
            if entry is None
            else f'"{entry.title}" is set up in Home Assistant, but its entry is not loaded. It is accepted when it is.'
        )
        knock.subscription.send({"event": "pending", "message": message})
        for listener in [*self._knock_listeners]:
            listener()
        if not self._knock_listeners:
            self._offer(knock)

    def _keep(self, knock: Knock) -> None:
        agent_id = knock.hello.agent_id
        if (previous := self._knocks.get(agent_id)) is not None:
            previous.replace(knock.subscription)
        self._knocks[agent_id] = knock
        knock.subscription.on_close = lambda: self._leave(knock)
        if (cancel := self._forgetting.pop(agent_id, None)) is not None:
            cancel()

    def _leave(self, knock: Knock) -> None:
        """An agent that waited is gone. If it does not come back, nobody is asked about it any more."""
        agent_id = knock.hello.agent_id
        if self._knocks.get(agent_id) is not knock:
            return
        del self._knocks[agent_id]

        @callback
        def forget(_: datetime) -> None:
            del self._forgetting[agent_id]
            self._withdraw(agent_id)

        self._forgetting[agent_id] = async_call_later(self.hass, FORGET_AFTER, HassJob(forget, cancel_on_shutdown=True))

    def session(self, connection: ActiveConnection, session_id: str) -> tuple[UpsDevice, Session]:
        """Find a session of this very connection."""
        device = self.devices.get(session_id.partition(".")[0])
        session = None if device is None else device.session
        if device is None or session is None or session.id != session_id or session.connection is not connection:
            raise ProtocolError(NO_SESSION, "There is no such session on this connection: say hello again.")
        return device, session

    # --- agents that wait ----------------------------------------------------------------------------------------------

    def knock_of(self, agent_id: str) -> Knock | None:
        """Give the knock of an agent that waits now."""
        return self._knocks.get(agent_id)

    def strangers(self) -> list[Knock]:
        """Give the agents that knock and have no entry."""
        knocks = [knock for knock in self._knocks.values() if self.entry_of(knock.hello.agent_id) is None]
        return sorted(knocks, key=lambda knock: knock.hello.name)

    @callback
    def listen_knocks(self, listener: Callable[[], None]) -> CALLBACK_TYPE:
        """Call `listener` at every knock; while somebody listens, no discovery is started."""
        self._knock_listeners.append(listener)
        return lambda: self._knock_listeners.remove(listener)

    @callback
    def offer_strangers(self) -> None:
        """Nobody waits for a knock any more: whoever knocked meanwhile and was not chosen is offered as discovered."""
        if not self._knock_listeners:
            for knock in self.strangers():
                self._offer(knock)

    def _offer(self, knock: Knock) -> None:
        # Home Assistant itself drops it when the agent is set up, ignored or offered already.
        discovery_flow.async_create_flow(
            self.hass,
            DOMAIN,
            context={"source": SOURCE_INTEGRATION_DISCOVERY},
            data={CONF_AGENT_ID: knock.hello.agent_id},
        )

    def _withdraw(self, agent_id: str) -> None:
        for flow in self.hass.config_entries.flow.async_progress_by_handler(
            DOMAIN, match_context={"source": SOURCE_INTEGRATION_DISCOVERY, "unique_id": agent_id}
        ):
            self.hass.config_entries.flow.async_abort(flow["flow_id"])

    # --- devices -------------------------------------------------------------------------------------------------------

    async def async_add(self, device: UpsDevice) -> None:
        """A config entry was loaded: whoever waits for it is accepted."""
        last_seq = await self.archive.run(lambda store: store.last_seq(device.agent_id))
        self.devices[device.agent_id] = device
        knock = self._knocks.get(device.agent_id)
        if knock is not None and knock.user_id == device.user_id:
            del self._knocks[device.agent_id]
            self._admit(knock, last_seq)
        self.cards.tell_device(device)

    async def async_remove(self, device: UpsDevice) -> None:
        """A config entry is being unloaded; a connected agent waits as one that knocks."""
        self.devices.pop(device.agent_id, None)
        session = await device.async_end()
        if session is None or session.knock.subscription.closed:
            return
        self._keep(session.knock)
        message = "The Pi UPS entry is not loaded in Home Assistant; waiting for it."
        session.send({"event": "released", "message": message})

    def by_device_id(self, device_id: str) -> UpsDevice | None:
        """Find a loaded device by its registry id, or by the agent's id."""
        return next((one for one in self.devices.values() if device_id in (one.agent_id, one.device_id)), None)


async def async_get_hub(hass: HomeAssistant) -> Hub:
    """Give the hub; the first call makes it and registers the WebSocket commands.

    The config flow calls this before any entry exists, because an agent can only knock once the commands are there.
    """
    from .websocket_api import async_register_commands  # noqa: PLC0415  (they need the hub)

    integration = await async_get_integration(hass, DOMAIN)
    if DATA_HUB not in hass.data:
        hub = hass.data[DATA_HUB] = Hub(hass, str(integration.version))
        async_register_commands(hass, hub)
    return hass.data[DATA_HUB]
