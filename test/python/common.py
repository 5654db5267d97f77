"""An agent at protocol level: what the real one sends, said by hand."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
import threading
from typing import Any

from custom_components.pi_ups.archive import Archive

CONTRACT = Path(__file__).parents[1] / "contract"


def contract(name: str) -> Any:
    """Read the examples that the TypeScript half reads too."""
    return json.loads((CONTRACT / f"{name}.json").read_text())


def hello(**changes: Any) -> dict[str, Any]:
    """Give the first example of a hello, with changes on its top level."""
    return {**contract("connect")["valid"][0]["data"], **changes}


FULL: dict[str, Any] = contract("state")["valid"][0]["data"]["values"]


def time_text(ago: timedelta = timedelta(0)) -> str:
    """Give the wire's text of a moment before now."""
    return (datetime.now(UTC) - ago).isoformat(timespec="milliseconds")


def ups_event(seq: int, kind: str = "ac_power_loss", ago: timedelta = timedelta(0), **changes: Any) -> dict[str, Any]:
    """Give an event as the agent sends it."""
    return {
        "id": f"b3f2a1c09d4e-{seq}",
        "seq": seq,
        "time": time_text(ago),
        "type": kind,
        "value": 96,
        "threshold": None,
        "unit": "%",
        "message": f"Event {seq}.",
        "detail": {"battery_percent": 96},
        **changes,
    }


class Blockade:
    """Keeps the archive's thread busy with a real job, so that what is asked of it meanwhile has to wait."""

    def __init__(self, archive: Archive) -> None:
        """Take the archive."""
        self._archive = archive
        self._free = threading.Event()

    async def __aenter__(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._archive.run(lambda _: self._free.wait(10)))
        await asyncio.sleep(0)

    async def __aexit__(self, *_: object) -> None:
        """Let go."""
        await asyncio.sleep(0.02)
        self._free.set()
        await self._task


class Agent:
    """One connection of an agent."""

    def __init__(self, client: Any, greeting: dict[str, Any]) -> None:
        """Keep the client and what it will say first."""
        self.client = client
        self.hello = greeting
        self.session = ""
        self.subscription = 0
        self.events: list[dict[str, Any]] = []

    async def command(self, kind: str, data: dict[str, Any]) -> dict[str, Any]:
        """Send a command and give its answer; events of the subscription that come first are kept."""
        await self.client.send_json_auto_id({"type": f"pi_ups/agent/{kind}", "data": data})
        return await self._until_result()

    async def _until_result(self) -> dict[str, Any]:
        while True:
            message = await self.client.receive_json()
            if message["type"] == "event":
                self.events.append(message["event"])
                continue
            return message

    async def next_answer_or_event(self) -> dict[str, Any]:
        """Give the next message, whatever it is."""
        message: dict[str, Any] = await self.client.receive_json()
        return message

    async def next_event(self) -> dict[str, Any]:
        """Give the next message of the subscription."""
        if self.events:
            return self.events.pop(0)
        message = await self.client.receive_json()
        assert message["type"] == "event", message
        return message["event"]

    async def knock(self) -> dict[str, Any]:
        """Say hello and give the first message of the subscription, or the refusal."""
        answer = await self.command("connect", self.hello)
        if not answer["success"]:
            return answer
        self.subscription = answer["id"]
        first = await self.next_event()
        if first["event"] == "accepted":
            self.session = first["session"]
        return first

    async def join(self, values: dict[str, Any] | None = None) -> None:
        """Be accepted and tell the full state."""
        first = await self.knock()
        assert first["event"] == "accepted", first
        await self.state(FULL if values is None else values, full=True)

    async def state(self, values: dict[str, Any], *, full: bool = False) -> dict[str, Any]:
        """Send values; none are a heartbeat."""
        return await self.command("state", {"session": self.session, "at": time_text(), "full": full, "values": values})

    async def send_events(self, *events: dict[str, Any]) -> dict[str, Any]:
        """Send a batch of events."""
        return await self.command("events", {"session": self.session, "events": list(events)})

    async def bye(self, reason: str = "shutdown", detail: str | None = "battery_percent_critical") -> dict[str, Any]:
        """Say goodbye."""
        return await self.command(
            "bye",
            {
                "session": self.session,
                "reason": reason,
                "detail": detail,
                "message": "Battery at 10 %, limit 10 %.",
                "at": time_text(),
            },
        )
