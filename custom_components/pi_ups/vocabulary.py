"""The words of protocol version 1, without Home Assistant in it.

test/contract/vocabulary.json holds them for both languages; a test compares.
"""

from __future__ import annotations

from typing import Final

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
SHUTDOWN_BY: Final = ("battery", "home_assistant", "cli", "button")
HEALTH: Final = ("good", "fair", "poor")
RUNTIME_CONFIDENCE: Final = ("low", "medium", "high")

# Values that no entity shows as its state: the card hears of them from the device message.
CARD_VALUES: Final = frozenset(
    {
        "battery_percent_estimated",
        "runtime_settling",
        "problem_message",
        "stale",
        "on_battery_since",
        "shutdown_text",
        "shutdown_by",
    }
)
