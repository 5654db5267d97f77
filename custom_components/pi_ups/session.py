"""A subscription of an agent, and what it may become: a knock that waits for a person, or an accepted session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
import secrets
from typing import TYPE_CHECKING

from .protocol import Hello, Json

if TYPE_CHECKING:
    from homeassistant.components.websocket_api import ActiveConnection


def _nothing() -> None:
    pass


@dataclass(eq=False)
class Subscription:
    """The way to an agent: one message id on one connection. It ends once, by the agent or with its socket."""

    connection: ActiveConnection
    message_id: int
    closed: bool = False
    on_close: Callable[[], None] = _nothing

    def send(self, event: Json) -> None:
        """Send on the subscription; on a closed connection this does nothing, so commands need an answer."""
        self.connection.send_event(self.message_id, event)

    def close(self) -> None:
        """The agent unsubscribed, or the socket is gone. Idempotent."""
        if not self.closed:
            self.closed = True
            self.on_close()


@dataclass(eq=False, kw_only=True)
class Knock:
    """An agent that said hello and waits: for a person's confirmation, or for its config entry to be loaded."""

    subscription: Subscription
    hello: Hello
    protocol: int

    @property
    def user_id(self) -> str:
        """The Home Assistant user whose token the agent uses."""
        return self.subscription.connection.user.id

    @property
    def user_name(self) -> str:
        """Its name, for people."""
        return self.subscription.connection.user.name or "unknown"

    def replace(self, by: Subscription) -> None:
        """Tell the agent that a newer connection stands for it now."""
        # On the same connection it is the same agent, which must not be sent away.
        if self.subscription.connection is not by.connection:
            self.subscription.send({"event": "replaced", "message": "A newer connection of this agent took over."})


@dataclass(eq=False, kw_only=True)
class Session:
    """An accepted agent."""

    knock: Knock
    id: str = field(init=False)
    # Set by the first state message: before it, nothing is known of the present, only of the past.
    live: bool = False

    def __post_init__(self) -> None:
        """Make an id that names the agent and cannot be guessed."""
        self.id = f"{self.knock.hello.agent_id}.{secrets.token_hex(8)}"

    @property
    def connection(self) -> ActiveConnection:
        """The connection that every message of the session has to come from."""
        return self.knock.subscription.connection

    def send(self, event: Json) -> None:
        """Send to the agent."""
        self.knock.subscription.send(event)
