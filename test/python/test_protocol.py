"""The Python half of the contract: the same examples as the TypeScript half."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from custom_components.pi_ups import binary_sensor, protocol, sensor, vocabulary

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
    assert refusal.value.code == vocabulary.INVALID_MESSAGE
    assert refusal.value.field == example["names"]
    assert example["names"] in str(refusal.value)


@pytest.mark.parametrize("case", contract("connect")["negotiation"])
def test_negotiates(case: dict[str, Any]) -> None:
    def run() -> int:
        own = case["integration"]
        return protocol.negotiate({"protocol": case["agent"]}, own["min"], own["max"])

    if case["chosen"] is not None:
        assert run() == case["chosen"]
        return
    with pytest.raises(protocol.ProtocolError) as refusal:
        run()
    assert refusal.value.code == vocabulary.PROTOCOL_MISMATCH
    assert str(refusal.value).endswith(f"update the {case['update']}.")


def test_events_keep_what_they_say() -> None:
    example = contract("events")["valid"][0]["data"]
    parsed = protocol.parse_events(example)
    assert [event.as_json() for event in parsed.events] == example["events"]


def test_vocabulary() -> None:
    words = contract("vocabulary")
    assert list(vocabulary.EVENT_TYPES) == words["event_types"]
    assert list(vocabulary.SHUTDOWN_STATES) == words["shutdown_states"]
    assert list(vocabulary.SHUTDOWN_REASONS) == words["shutdown_reasons"]
    assert list(vocabulary.SHUTDOWN_BY) == words["shutdown_by"]
    assert list(vocabulary.RUNTIME_CONFIDENCE) == words["runtime_confidence"]
    assert list(vocabulary.HEALTH) == words["health"]
    assert words["protocol"] == {"min": vocabulary.PROTOCOL_MIN, "max": vocabulary.PROTOCOL_MAX}
    assert words["commands"] == {
        "connect": vocabulary.TYPE_CONNECT,
        "state": vocabulary.TYPE_STATE,
        "events": vocabulary.TYPE_EVENTS,
        "ack": vocabulary.TYPE_ACK,
        "bye": vocabulary.TYPE_BYE,
        "devices": vocabulary.TYPE_DEVICES,
        "listEvents": vocabulary.TYPE_EVENTS_LIST,
        "subscribeEvents": vocabulary.TYPE_EVENTS_SUBSCRIBE,
    }
    assert set(words["error_codes"]) == {
        vocabulary.PROTOCOL_MISMATCH,
        vocabulary.WRONG_USER,
        vocabulary.NO_SESSION,
        vocabulary.INVALID_MESSAGE,
        vocabulary.UNKNOWN_DEVICE,
    }
    assert {*(one.key for one in sensor.SENSORS), "last_event"} == set(words["entities"]["sensor"])
    assert {*(one.key for one in binary_sensor.BINARY_SENSORS), "connected"} == set(words["entities"]["binary_sensor"])
    for description in (*sensor.SENSORS, *binary_sensor.BINARY_SENSORS):
        assert description.value_key in words["values"]


def test_what_only_the_card_shows_has_no_entity() -> None:
    with_entity = {one.value_key for one in (*sensor.SENSORS, *binary_sensor.BINARY_SENSORS)}
    assert set(contract("vocabulary")["values"]) - with_entity == vocabulary.CARD_VALUES


def test_a_hello_of_another_protocol_is_told_apart_before_its_fields() -> None:
    with pytest.raises(protocol.ProtocolError) as refusal:
        protocol.negotiate({"protocol": {"min": 2, "max": 2}, "agent": "shaped in another way"})
    assert refusal.value.code == vocabulary.PROTOCOL_MISMATCH


def test_a_hello_is_kept_without_what_is_unknown() -> None:
    example = contract("connect")["valid"][0]["data"]
    kept = protocol.parse_hello({**example, "mood": "good", "board": {**example["board"], "colour": "green"}}).as_json()
    assert kept == example
    assert protocol.parse_hello(kept).as_json() == example


@pytest.mark.parametrize("agent", [None, {}, {"id": 7}, {"id": "Not An Id"}])
def test_an_id_that_is_none(agent: Any) -> None:
    assert protocol.agent_id_of({"agent": agent}) is None


@pytest.mark.parametrize(
    ("parse", "name", "changes", "field"),
    [
        (protocol.parse_hello, "connect", {"values": ["x"] * 201}, "values"),
        (protocol.parse_hello, "connect", {"event_types": ["x" * 65]}, "event_types"),
        (protocol.parse_hello, "connect", {"last_seq": 2**53}, "last_seq"),
        (protocol.parse_hello, "connect", {"heartbeat_s": True}, "heartbeat_s"),
        (protocol.parse_state, "state", {"values": {f"value_{n}": n for n in range(101)}}, "values"),
        (protocol.parse_state, "state", {"at": "2026-11-23T04:18:14"}, "at"),
        (protocol.parse_events, "events", {"events": [{}] * 201}, "events"),
        (protocol.parse_events, "events", {"events": ["an event"]}, "events.0"),
    ],
)
def test_limits(parse: Callable[[Any], object], name: str, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(protocol.ProtocolError) as refusal:
        parse({**contract(name)["valid"][0]["data"], **changes})
    assert refusal.value.field == field


def test_a_sentence_that_is_too_long_is_cut_not_refused() -> None:
    said = protocol.parse_bye({**contract("bye")["valid"][0]["data"], "message": "x" * 900})
    assert len(said.message) == 500
    assert said.message.endswith("…")
    state = contract("state")["valid"][0]["data"]
    values = protocol.parse_state({**state, "values": {"problem_message": "y" * 900}}).values
    assert len(str(values["problem_message"])) == 500
