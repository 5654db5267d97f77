"""Commands on their way to an agent. A sent message proves nothing, so each waits for the agent's answer."""

from __future__ import annotations

import asyncio
import secrets

from .protocol import AckMessage, Json
from .session import Session


class AgentAwayError(Exception):
    """No agent is there, or it went before it answered."""


class Answers:
    """The commands of one agent that are not answered yet."""

    def __init__(self) -> None:
        """Begin empty."""
        self._waiting: dict[str, asyncio.Future[AckMessage]] = {}

    async def ask(self, session: Session | None, command: Json, timeout_s: float) -> AckMessage:
        """Send a command and give the agent's answer. Raises AgentAwayError or TimeoutError."""
        if session is None:
            raise AgentAwayError
        command_id = secrets.token_hex(6)
        future: asyncio.Future[AckMessage] = asyncio.get_running_loop().create_future()
        self._waiting[command_id] = future
        session.send({"event": "command", "command_id": command_id, **command})
        try:
            async with asyncio.timeout(timeout_s):
                return await future
        finally:
            del self._waiting[command_id]

    def take(self, answer: AckMessage) -> None:
        """Give an answer to whoever waits for it; one that nobody waits for any more is dropped."""
        future = self._waiting.get(answer.command_id)
        if future is not None and not future.done():
            future.set_result(answer)

    def fail(self) -> None:
        """The agent is gone: nothing will be answered."""
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(AgentAwayError())
