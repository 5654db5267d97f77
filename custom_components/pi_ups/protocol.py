"""Checks the messages of protocol version 1 between the agent and this integration, without Home Assistant in it.

Examples live in test/contract/*.json; the TypeScript half reads the same files. Unknown fields pass: a newer agent may
say more than this version knows. What is wrong is refused by its path, what was found and what is expected.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
import re
from typing import Any, Final, Literal, TypeIs

from .vocabulary import INVALID_MESSAGE, PROTOCOL_MAX, PROTOCOL_MIN, PROTOCOL_MISMATCH

MAX_EVENTS: Final = 200
MAX_VALUES: Final = 100
MAX_WORDS: Final = 200
# Larger whole numbers are not exact in JavaScript.
MAX_WHOLE: Final = 2**53 - 1

type Scalar = bool | int | float | str | None
type Json = dict[str, Any]

_MISSING: Final = object()
_AGENT_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_WORD = re.compile(r"[a-z][a-z0-9_]{0,63}")


class ProtocolError(Exception):
    """A message that is refused: a stable code, the field that is wrong, and a sentence."""

    def __init__(self, code: str, message: str, field: str | None = None) -> None:
        """Keep the code and the field beside the sentence."""
        super().__init__(message)
        self.code = code
        self.field = field


def wrong_field(field: str, expected: str, found: object) -> ProtocolError:
    """Give the refusal of one field."""
    shown = "nothing" if found is _MISSING else repr(found)[:60]
    return ProtocolError(INVALID_MESSAGE, f"Field {field}: found {shown}, expected {expected}.", field)


def parse_time(value: Any) -> datetime | None:
    """Give the moment of an RFC 3339 text with a zone, or None when it is none."""
    if not isinstance(value, str) or "T" not in value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def is_number(value: Any) -> TypeIs[int | float]:
    """Whether it is a number; true and false are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, (bool, int, float, str))


def _short(text: str, most: int = 500) -> str:
    # A sentence that is too long is still worth more than a message that is refused for it.
    return text if len(text) <= most else f"{text[: most - 1]}…"


class _Fields:
    """The fields of one object of a message, read by name and kind."""

    def __init__(self, data: Any, path: str = "") -> None:
        """Take an object; `path` is where it stands in its message, ending in a dot."""
        if not isinstance(data, Mapping):
            raise wrong_field(path.rstrip(".") or "data", "an object", data)
        self.data: Mapping[str, Any] = data
        self._path = path

    def get(self, key: str, check: Callable[[Any], bool], expected: str) -> Any:
        value = self.data.get(key, _MISSING)
        if value is _MISSING or not check(value):
            raise wrong_field(f"{self._path}{key}", expected, value)
        return value

    def inner(self, key: str) -> _Fields:
        return _Fields(self.get(key, lambda value: isinstance(value, Mapping), "an object"), f"{self._path}{key}.")

    def text(self, key: str, least: int = 1, most: int = 200) -> str:
        expected = f"a text of {least} to {most} characters" if least else f"a text of up to {most} characters"
        return str(self.get(key, lambda value: isinstance(value, str) and least <= len(value) <= most, expected))

    def word(self, key: str, pattern: re.Pattern[str], expected: str) -> str:
        return str(
            self.get(key, lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None, expected)
        )

    def words(self, key: str) -> tuple[str, ...]:
        def check(value: Any) -> bool:
            return (
                isinstance(value, list)
                and len(value) <= MAX_WORDS
                and all(isinstance(word, str) and len(word) <= 64 for word in value)
            )

        return tuple(self.get(key, check, f"a list of up to {MAX_WORDS} words"))

    def whole(self, key: str, least: int | None = None) -> int:
        def check(value: Any) -> bool:
            return is_number(value) and isinstance(value, int) and smallest <= value <= MAX_WHOLE

        smallest = -MAX_WHOLE if least is None else least
        return int(self.get(key, check, "a whole number" if least is None else f"a whole number from {least}"))

    def number(self, key: str, least: float | None = None, most: float | None = None) -> float:
        def check(value: Any) -> bool:
            return is_number(value) and (least is None or value >= least) and (most is None or value <= most)

        found: float = self.get(key, check, "a number" if least is None else f"a number from {least} to {most}")
        return found

    def flag(self, key: str) -> bool:
        return bool(self.get(key, lambda value: isinstance(value, bool), "true or false"))

    def time(self, key: str) -> str:
        return str(
            self.get(key, lambda value: parse_time(value) is not None, "a time like 2026-11-23T04:18:14.123+01:00")
        )

    def sentence(self, key: str) -> str:
        return _short(self.get(key, lambda value: isinstance(value, str), "a text"))

    def optional_text(self, key: str) -> str | None:
        value = self.data.get(key)
        return _short(value, 200) if isinstance(value, str) else None

    def scalar(self, key: str) -> Scalar:
        value: Scalar = self.get(key, _is_scalar, "a number, a text, true, false or null")
        return _short(value) if isinstance(value, str) else value


# --- hello -------------------------------------------------------------------------------------------------------------


def negotiate(data: Any, own_min: int = PROTOCOL_MIN, own_max: int = PROTOCOL_MAX) -> int:
    """Give the highest protocol number that both sides speak, or say which side to update.

    Looks at nothing else of the hello: another protocol may have other fields.
    """
    protocol = _Fields(data).inner("protocol")
    agent_min, agent_max = protocol.whole("min"), protocol.whole("max")
    chosen = min(agent_max, own_max)
    if chosen >= max(agent_min, own_min):
        return chosen
    side = "integration" if agent_min > own_max else "agent"
    raise ProtocolError(
        PROTOCOL_MISMATCH,
        f"The agent speaks protocol {agent_min} to {agent_max}, this integration "
        f"{own_min} to {own_max}: update the {side}.",
        side,
    )


def agent_id_of(data: Any) -> str | None:
    """Give the agent's id out of a hello that may be wrong otherwise."""
    agent = data.get("agent") if isinstance(data, Mapping) else None
    agent_id = agent.get("id") if isinstance(agent, Mapping) else None
    return agent_id if isinstance(agent_id, str) and _AGENT_ID.fullmatch(agent_id) else None


@dataclass(frozen=True, kw_only=True)
class Hello:
    """What an agent says of itself when it connects."""

    agent_id: str
    name: str
    version: str
    boot_id: str
    started_at: str
    board: Json
    values: tuple[str, ...]
    event_types: tuple[str, ...]
    commands: tuple[str, ...]
    thresholds: Json
    last_seq: int
    heartbeat_s: float
    protocol_min: int
    protocol_max: int

    def as_json(self) -> Json:
        """Give it as it stands on the wire, without fields that are unknown here."""
        return {
            "protocol": {"min": self.protocol_min, "max": self.protocol_max},
            "agent": {
                "id": self.agent_id,
                "name": self.name,
                "version": self.version,
                "boot_id": self.boot_id,
                "started_at": self.started_at,
            },
            "board": self.board,
            "values": list(self.values),
            "event_types": list(self.event_types),
            "commands": list(self.commands),
            "thresholds": self.thresholds,
            "last_seq": self.last_seq,
            "heartbeat_s": self.heartbeat_s,
        }

    def lasting(self) -> Json:
        """Give what stays the same from one connection to the next, unless something was changed on the agent."""
        said = self.as_json()
        del said["last_seq"], said["agent"]["boot_id"], said["agent"]["started_at"]
        return said


def parse_hello(data: Any) -> Hello:
    """Check the `data` of pi_ups/agent/connect."""
    said = _Fields(data)
    protocol, agent = said.inner("protocol"), said.inner("agent")
    board, thresholds = said.inner("board"), said.inner("thresholds")
    return Hello(
        agent_id=agent.word("id", _AGENT_ID, "up to 63 lower case letters, digits, _ and -"),
        name=agent.text("name"),
        version=agent.text("version"),
        boot_id=agent.text("boot_id"),
        started_at=agent.time("started_at"),
        board={
            **{key: board.text(key) for key in ("id", "name", "manufacturer", "model")},
            **{key: board.flag(key) for key in ("simulated", "experimental")},
        },
        values=said.words("values"),
        event_types=said.words("event_types"),
        commands=said.words("commands"),
        thresholds={
            key: thresholds.number(key) for key in ("low_percent", "critical_percent", "low_cell_v", "critical_cell_v")
        },
        last_seq=said.whole("last_seq", 0),
        heartbeat_s=said.number("heartbeat_s", 1, 60),
        protocol_min=protocol.whole("min"),
        protocol_max=protocol.whole("max"),
    )


# --- messages of a session ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class StateMessage:
    """Changed values, or a heartbeat when there are none."""

    session: str
    at: str
    full: bool
    values: dict[str, Scalar]


def parse_state(data: Any) -> StateMessage:
    """Check the `data` of pi_ups/agent/state."""
    said = _Fields(data)
    values = said.inner("values")
    if len(values.data) > MAX_VALUES:
        raise wrong_field("values", f"up to {MAX_VALUES} values", f"{len(values.data)} of them")
    return StateMessage(
        session=said.text("session"),
        at=said.time("at"),
        full=said.data.get("full") is True,
        values={key: values.scalar(key) for key in values.data},
    )


@dataclass(frozen=True, kw_only=True)
class UpsEvent:
    """One event of an agent's journal."""

    id: str
    seq: int
    time: str
    at: datetime
    type: str
    value: float | str | None
    threshold: float | None
    unit: str | None
    message: str
    detail: dict[str, Scalar]

    def as_json(self) -> Json:
        """Give the event as it stands on the wire."""
        return {
            "id": self.id,
            "seq": self.seq,
            "time": self.time,
            "type": self.type,
            "value": self.value,
            "threshold": self.threshold,
            "unit": self.unit,
            "message": self.message,
            "detail": self.detail,
        }


def parse_event(data: Any, path: str = "") -> UpsEvent:
    """Check one event; `path` is where it stands in its message, ending in a dot."""
    said = _Fields(data, path)
    time = said.time("time")
    moment = parse_time(time)
    assert moment is not None
    detail = said.inner("detail").data if "detail" in said.data else {}
    return UpsEvent(
        id=said.text("id", most=64),
        seq=said.whole("seq", 1),
        time=time,
        at=moment,
        type=said.word("type", _WORD, "up to 64 lower case letters, digits and _"),
        value=said.get("value", lambda v: v is None or isinstance(v, str) or is_number(v), "a number, a text or null"),
        threshold=said.get("threshold", lambda v: v is None or is_number(v), "a number or null"),
        unit=said.get("unit", lambda v: v is None or isinstance(v, str), "a text or null"),
        message=said.text("message", 0, 500),
        detail={key: value for key, value in detail.items() if _is_scalar(value)},
    )


@dataclass(frozen=True, kw_only=True)
class EventsMessage:
    """A batch of events, oldest first."""

    session: str
    events: tuple[UpsEvent, ...]


def parse_events(data: Any) -> EventsMessage:
    """Check the `data` of pi_ups/agent/events."""
    said = _Fields(data)
    events = said.get(
        "events",
        lambda value: isinstance(value, list) and len(value) <= MAX_EVENTS,
        f"a list of up to {MAX_EVENTS} events",
    )
    return EventsMessage(
        session=said.text("session"),
        events=tuple(parse_event(event, f"events.{n}.") for n, event in enumerate(events)),
    )


@dataclass(frozen=True, kw_only=True)
class AckMessage:
    """An agent's answer to a command."""

    session: str
    command_id: str
    accepted: bool
    code: str | None
    message: str


def parse_ack(data: Any) -> AckMessage:
    """Check the `data` of pi_ups/agent/ack."""
    said = _Fields(data)
    return AckMessage(
        session=said.text("session"),
        command_id=said.text("command_id"),
        accepted=said.flag("accepted"),
        code=said.optional_text("code"),
        message=said.sentence("message"),
    )


@dataclass(frozen=True, kw_only=True)
class ByeMessage:
    """Why an agent goes."""

    session: str
    reason: Literal["shutdown", "stop"]
    detail: str | None
    message: str
    at: str

    def as_json(self) -> Json:
        """Give what the card gets of it."""
        return {"reason": self.reason, "detail": self.detail, "message": self.message, "at": self.at}


def parse_bye(data: Any) -> ByeMessage:
    """Check the `data` of pi_ups/agent/bye."""
    said = _Fields(data)
    return ByeMessage(
        session=said.text("session"),
        reason=said.get("reason", lambda value: value in ("shutdown", "stop"), "shutdown or stop"),
        detail=said.optional_text("detail"),
        message=said.sentence("message"),
        at=said.time("at"),
    )
