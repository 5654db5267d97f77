"""The Python half of the contract: the same examples as the TypeScript half."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from custom_components.pi_ups import binary_sensor, protocol, sensor

from .common import contract

PARSERS: dict[str, Callable[[dict[str, Any]], object]] = {
    "connect": protocol.parse_hello,
    "state": protocol.parse_state,
    "events": protocol.parse_events,
    "ack": protocol.parse_ack,
    "bye": protocol.parse_bye,
}


def examples(kind: str) -> list[Any]:
    return [
        pytest.param(name, example, id=f"{name}: {example['name']}")
        for name in PARSERS
        for example in contract(name)[kind]
    ]


@pytest.mark.parametrize(("name", "example"), examples("valid"))
def test_accepts(name: str, example: dict[str, Any]) -> None:
    PARSERS[name](example["data"])


@pytest.mark.parametrize(("name", "example"), examples("invalid"))
def test_refuses_and_names_the_field(name: str, example: dict[str, Any]) -> None:
    with pytest.raises(protocol.ProtocolError) as refusal:
        PARSERS[name](example["data"])
    assert refusal.value.code == protocol.INVALID_MESSAGE
    assert refusal.value.field == example["names"]
    assert example["names"] in str(refusal.value)


@pytest.mark.parametrize("case", contract("connect")["negotiation"])
def test_negotiates(case: dict[str, Any]) -> None:
    def run() -> int:
        return protocol.negotiate(
            case["agent"]["min"],
            case["agent"]["max"],
            case["integration"]["min"],
            case["integration"]["max"],
        )

    if case["chosen"] is not None:
        assert run() == case["chosen"]
        return
    with pytest.raises(protocol.ProtocolError) as refusal:
        run()
    assert refusal.value.code == protocol.PROTOCOL_MISMATCH
    assert str(refusal.value).endswith(f"update the {case['update']}.")


def test_events_keep_what_they_say() -> None:
    example = contract("events")["valid"][0]["data"]
    parsed = protocol.parse_events(example)
    assert [event.as_json() for event in parsed.events] == example["events"]


def test_vocabulary() -> None:
    words = contract("vocabulary")
    assert list(protocol.EVENT_TYPES) == words["event_types"]
    assert list(protocol.SHUTDOWN_STATES) == words["shutdown_states"]
    assert list(protocol.SHUTDOWN_REASONS) == words["shutdown_reasons"]
    assert list(protocol.SHUTDOWN_BY) == words["shutdown_by"]
    assert list(protocol.HEALTH) == words["health"]
    assert words["protocol"] == {"min": protocol.PROTOCOL_MIN, "max": protocol.PROTOCOL_MAX}
    assert words["commands"] == {
        "connect": protocol.TYPE_CONNECT,
        "state": protocol.TYPE_STATE,
        "events": protocol.TYPE_EVENTS,
        "ack": protocol.TYPE_ACK,
        "bye": protocol.TYPE_BYE,
        "devices": protocol.TYPE_DEVICES,
        "listEvents": protocol.TYPE_EVENTS_LIST,
        "subscribeEvents": protocol.TYPE_EVENTS_SUBSCRIBE,
    }
    assert set(words["error_codes"]) == {
        protocol.PROTOCOL_MISMATCH,
        protocol.WRONG_USER,
        protocol.NO_SESSION,
        protocol.INVALID_MESSAGE,
        protocol.UNKNOWN_DEVICE,
    }
    assert {*(one.key for one in sensor.SENSORS), "last_event"} == set(words["entities"]["sensor"])
    assert {*(one.key for one in binary_sensor.BINARY_SENSORS), "connected"} == set(words["entities"]["binary_sensor"])
    for description in (*sensor.SENSORS, *binary_sensor.BINARY_SENSORS):
        assert description.value_key in words["values"]
