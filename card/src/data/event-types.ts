// Every event type that the card knows: the filter it belongs to, its picture and its colour.
// A type that is not in this table stands under "all" and is told by its own sentence.
import type { EventFilter } from "../config.ts";
import type { IconName, Tone } from "../view/view.ts";

export const eventTypes: Readonly<Record<string, readonly [Exclude<EventFilter, "all">, IconName, Tone]>> = {
  ac_power_loss: ["power", "plugOff", "bad"],
  ac_power_restored: ["power", "plug", "ok"],
  dc_out_loss: ["power", "plugOff", "bad"],
  dc_out_restored: ["power", "plug", "ok"],
  battery_voltage_low: ["battery", "battery", "warn"],
  battery_voltage_critical: ["battery", "alert", "bad"],
  battery_voltage_recovered: ["battery", "battery", "ok"],
  charging_started: ["battery", "bolt", "ok"],
  charging_stopped: ["battery", "bolt", "muted"],
  battery_full: ["battery", "battery", "ok"],
  ups_fault: ["faults", "alert", "bad"],
  ups_fault_cleared: ["faults", "check", "ok"],
  temperature_high: ["faults", "heat", "warn"],
  temperature_normal: ["faults", "heat", "ok"],
  overcurrent_detected: ["faults", "alert", "bad"],
  overcurrent_cleared: ["faults", "check", "ok"],
  agent_started: ["shutdown", "chip", "muted"],
  agent_stopping: ["shutdown", "chip", "muted"],
  shutdown_scheduled: ["shutdown", "power", "warn"],
  shutdown_cancelled: ["shutdown", "check", "ok"],
  shutdown_started: ["shutdown", "power", "bad"],
};

/** What the trend's bands are made of: edges of mains, and begin and end of the agent's knowledge. */
export const outageTypes = [
  "ac_power_loss",
  "ac_power_restored",
  "agent_started",
  "agent_stopping",
  "shutdown_started",
];

/** A list of events: what a filter shows, or what the trend is made of. */
export type ListName = EventFilter | "outages";

/** Types of a list; undefined stands for every type. */
export function typesOf(list: ListName): readonly string[] | undefined {
  if (list === "all") return undefined;
  if (list === "outages") return outageTypes;
  return Object.keys(eventTypes).filter((type) => eventTypes[type]?.[0] === list);
}
