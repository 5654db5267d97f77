// How important an event is in the log: a person who reads only warnings still learns of every danger.
import type { EventType } from "../core/model.ts";
import type { LogLevel } from "../ports/ports.ts";

const levels: Partial<Record<EventType, LogLevel>> = {
  ac_power_loss: "warning",
  dc_out_loss: "error",
  battery_voltage_low: "warning",
  battery_voltage_critical: "error",
  ups_fault: "error",
  temperature_high: "warning",
  overcurrent_detected: "error",
  shutdown_scheduled: "warning",
  shutdown_started: "warning",
};

/** `notice` where nothing else is said. */
export function eventLevel(type: EventType): LogLevel {
  return levels[type] ?? "notice";
}
