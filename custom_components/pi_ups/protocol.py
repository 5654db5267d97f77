"""Protocol version 1 between the agent and this integration, without Home Assistant in it.

The words and examples live in test/contract/*.json; the TypeScript half reads the same files.
Unknown fields pass: a newer agent may say more than this version knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
import re
from typing import Any, Final, Literal

PROTOCOL_MIN: Final = 1
PROTOCOL_MAX: Final = 1

TYPE_CONNECT: Final = "pi_ups/agent/connect"
TYPE_STATE: Final = "pi_ups/agent/state"
TYPE_EVENTS: Final = "pi_ups/agent/events"
TYPE_ACK: Final = "pi_ups/agent/ack"
TYPE_BYE: Final = "pi_ups/agent/bye"
TYPE_DEVICES: Final = "pi_ups/devices"
TYPE_EVENTS_LIST: Final = "pi_ups/events/list"
TYPE_EVENTS_SUBSCRIBE: Final = "pi_ups/events/subscribe"

PROTOCOL_MISMATCH: Final = "PI_UPS_PROTOCOL_MISMATCH"
WRONG_USER: Final = "PI_UPS_WRONG_USER"
NO_SESSION: Final = "PI_UPS_NO_SESSION"
INVALID_MESSAGE: Final = "PI_UPS_INVALID_MESSAGE"
UNKNOWN_DEVICE: Final = "PI_UPS_UNKNOWN_DEVICE"

EVENT_TYPES: Final = (
    "ac_power_loss",
    "ac_power_restored",
    "dc_out_loss",
    "dc_out_restored",
    "battery_voltage_low",
    "battery_voltage_critical",
    "battery_voltage_recovered",
    "charging_started",
    "charging_stopped",
    "battery_full",
    "ups_fault",
    "temperature_high",
    "temperature_normal",
    "overcurrent_detected",
    "overcurrent_cleared",
    "ups_fault_cleared",
    "agent_started",
    "agent_stopping",
    "shutdown_scheduled",
    "shutdown_cancelled",
    "shutdown_started",
)
SHUTDOWN_STATES: Final = ("idle", "counting_down", "executing", "done")
SHUTDOWN_REASONS: Final = ("battery_percent_critical", "battery_voltage_critical", "requested")
SHUTDOWN_BY: Final = ("battery", "home_assistant", "cli")
HEALTH: Final = ("good", "fair", "poor")

MAX_EVENTS: Final = 200

type Scalar = bool | int | float | str | None
type Json = dict[str, Any]


class ProtocolError(Exception):
    """A message that is refused: a stable code, the field that is wrong, and a sentence."""

    def __init__(self, code: str, message: str, field: str | None = None) -> None:
        """Keep the code and the field beside the sentence."""
        super().__init__(message)
        self.code = code
        self.field = field


def _wrong(field: str, expected: str, found: object) -> ProtocolError:
    shown = "nothing" if found is _MISSING else repr(found)[:60]
    return ProtocolError(INVALID_MESSAGE, f"Field {field}: found {shown}, expected {expected}.", field)


_MISSING: Final = object()


def _get(data: Mapping[str, Any], path: str, key: str, check: Callable[[Any], bool], expected: str) -> Any:
    value = data.get(key, _MISSING)
    if value is _MISSING or not check(value):
        raise _wrong(f"{path}{key}", expected, value)
    return value


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 200


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, (bool, int, float, str))


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _is_words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)


def parse_time(value: Any) -> datetime | None:
    """Give the moment of an RFC 3339 text with a zone, or None when it is none."""
    if not isinstance(value, str) or "T" not in value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _is_time(value: Any) -> bool:
    return parse_time(value) is not None


_AGENT_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_EVENT_TYPE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_TIME_HINT = "a time like 2026-11-23T04:18:14.123+01:00"
_TEXT_HINT = "a text of 1 to 200 characters"


@dataclass(frozen=True, kw_only=True)
class Hello:
    """What an agent says of itself when it connects."""

    agent_id: str
    name: str
    version: str
    boot_id: str
    board: Json
    values: tuple[str, ...]
    event_types: tuple[str, ...]
    commands: tuple[str, ...]
    thresholds: Json
    last_seq: int
    heartbeat_s: float
    protocol_min: int
    protocol_max: int
    raw: Json


def parse_hello(data: Mapping[str, Any]) -> Hello:
    """Check the `data` of pi_ups/agent/connect."""
    protocol = _get(data, "", "protocol", _is_object, "an object with min and max")
    agent = _get(data, "", "agent", _is_object, "an object")
    board = _get(data, "", "board", _is_object, "an object")
    for key in ("id", "name", "manufacturer", "model"):
        _get(board, "board.", key, _is_text, _TEXT_HINT)
    for key in ("simulated", "experimental"):
        _get(board, "board.", key, lambda value: isinstance(value, bool), "true or false")
    thresholds = _get(data, "", "thresholds", _is_object, "an object")
    for key in ("low_percent", "critical_percent", "low_cell_v", "critical_cell_v"):
        _get(thresholds, "thresholds.", key, _is_number, "a number")
    words = "a list of words"
    return Hello(
        agent_id=_get(
            agent,
            "agent.",
            "id",
            lambda value: isinstance(value, str) and _AGENT_ID.fullmatch(value) is not None,
            "lower case letters, digits, _ and -",
        ),
        name=_get(agent, "agent.", "name", _is_text, _TEXT_HINT),
        version=_get(agent, "agent.", "version", _is_text, _TEXT_HINT),
        boot_id=_get(agent, "agent.", "boot_id", _is_text, _TEXT_HINT),
        board=board,
        values=tuple(_get(data, "", "values", _is_words, words)),
        event_types=tuple(_get(data, "", "event_types", _is_words, words)),
        commands=tuple(_get(data, "", "commands", _is_words, words)),
        thresholds=thresholds,
        last_seq=_get(data, "", "last_seq", lambda value: _is_int(value) and value >= 0, "a whole number from 0"),
        heartbeat_s=_get(data, "", "heartbeat_s", lambda value: _is_number(value) and 1 <= value <= 60, "1 to 60"),
        protocol_min=_get(protocol, "protocol.", "min", _is_int, "a whole number"),
        protocol_max=_get(protocol, "protocol.", "max", _is_int, "a whole number"),
        raw=dict(data),
    )


def negotiate(agent_min: int, agent_max: int, own_min: int = PROTOCOL_MIN, own_max: int = PROTOCOL_MAX) -> int:
    """Give the highest protocol number that both sides speak, or say which side to update."""
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


@dataclass(frozen=True, kw_only=True)
class StateMessage:
    """Changed values, or a heartbeat when there are none."""

    session: str
    at: str
    full: bool
    values: dict[str, Scalar]


def parse_state(data: Mapping[str, Any]) -> StateMessage:
    """Check the `data` of pi_ups/agent/state."""
    values = _get(data, "", "values", _is_object, "an object")
    for key in values:
        _get(values, "values.", key, _is_scalar, "a number, a text, true, false or null")
    return StateMessage(
        session=_get(data, "", "session", _is_text, _TEXT_HINT),
        at=_get(data, "", "at", _is_time, _TIME_HINT),
        full=data.get("full") is True,
        values=values,
    )


@dataclass(frozen=True, kw_only=True)
class UpsEvent:
    """One event of an agent's journal."""

    id: str
    seq: int
    time: str
    at: datetime
    type: str
    value: Scalar
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


def parse_event(data: Any, path: str) -> UpsEvent:
    """Check one event; `path` is where it stands in its message, ending in a dot."""
    if not isinstance(data, dict):
        raise _wrong(path.rstrip("."), "an object", data)
    time = _get(data, path, "time", _is_time, _TIME_HINT)
    moment = parse_time(time)
    assert moment is not None
    detail = data.get("detail", {})
    if not isinstance(detail, dict):
        raise _wrong(f"{path}detail", "an object", detail)
    return UpsEvent(
        id=_get(data, path, "id", lambda v: _is_text(v) and len(v) <= 64, "a text of 1 to 64 characters"),
        seq=_get(data, path, "seq", lambda v: _is_int(v) and v >= 1, "a whole number from 1"),
        time=time,
        at=moment,
        type=_get(
            data,
            path,
            "type",
            lambda v: isinstance(v, str) and _EVENT_TYPE.fullmatch(v) is not None,
            "lower case letters, digits and _",
        ),
        value=_get(
            data, path, "value", lambda v: v is None or isinstance(v, str) or _is_number(v), "a number, a text or null"
        ),
        threshold=_get(data, path, "threshold", lambda v: v is None or _is_number(v), "a number or null"),
        unit=_get(data, path, "unit", lambda v: v is None or isinstance(v, str), "a text or null"),
        message=_get(
            data, path, "message", lambda v: isinstance(v, str) and len(v) <= 500, "a text up to 500 characters"
        ),
        detail={key: value for key, value in detail.items() if _is_scalar(value)},
    )


@dataclass(frozen=True, kw_only=True)
class EventsMessage:
    """A batch of events, oldest first."""

    session: str
    events: tuple[UpsEvent, ...]


def parse_events(data: Mapping[str, Any]) -> EventsMessage:
    """Check the `data` of pi_ups/agent/events."""
    events = _get(
        data,
        "",
        "events",
        lambda value: isinstance(value, list) and len(value) <= MAX_EVENTS,
        f"a list of up to {MAX_EVENTS} events",
    )
    return EventsMessage(
        session=_get(data, "", "session", _is_text, _TEXT_HINT),
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


def parse_ack(data: Mapping[str, Any]) -> AckMessage:
    """Check the `data` of pi_ups/agent/ack."""
    return AckMessage(
        session=_get(data, "", "session", _is_text, _TEXT_HINT),
        command_id=_get(data, "", "command_id", _is_text, _TEXT_HINT),
        accepted=_get(data, "", "accepted", lambda value: isinstance(value, bool), "true or false"),
        code=data.get("code") if isinstance(data.get("code"), str) else None,
        message=_get(data, "", "message", lambda value: isinstance(value, str), "a text"),
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


def parse_bye(data: Mapping[str, Any]) -> ByeMessage:
    """Check the `data` of pi_ups/agent/bye."""
    return ByeMessage(
        session=_get(data, "", "session", _is_text, _TEXT_HINT),
        reason=_get(data, "", "reason", lambda v: v in ("shutdown", "stop"), "shutdown or stop"),
        detail=data.get("detail") if isinstance(data.get("detail"), str) else None,
        message=_get(data, "", "message", lambda value: isinstance(value, str), "a text"),
        at=_get(data, "", "at", _is_time, _TIME_HINT),
    )
