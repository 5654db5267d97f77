// The state values that travel to Home Assistant: name, meaning, and the smallest change worth a state write there.
// One write costs Home Assistant about 0.65 ms of CPU on any path (measured on 2026.11), so fewer writes is the lever.
import * as v from "valibot";
import { confidenceLevels } from "../core/model.ts";

export type ValueKind = "number" | "boolean" | "enum" | "text" | "timestamp";

export interface ValueDescription {
  readonly kind: ValueKind;
  readonly unit?: string;
  /** Changes smaller than this are not sent; 0 or absent: every change is. */
  readonly deadBand?: number;
  /** Words of an enum. */
  readonly options?: readonly string[];
  readonly meaning: string;
}

/** Every value of protocol 1. A value whose sense is absent on a board is never sent; unknown is `null`. */
export const values = {
  ac_present: { kind: "boolean", meaning: "Mains at the HAT's input, after debounce." },
  battery_percent: {
    kind: "number",
    unit: "%",
    deadBand: 1,
    meaning: "State of charge, 0-100, whole percent.",
  },
  battery_percent_estimated: {
    kind: "boolean",
    meaning: "The board measures a voltage only: the percent is estimated from it; null without a percent.",
  },
  battery_voltage_v: { kind: "number", unit: "V", deadBand: 0.01, meaning: "Voltage of the pack." },
  battery_current_a: {
    kind: "number",
    unit: "A",
    deadBand: 0.05,
    meaning: "Battery current, positive while charging.",
  },
  battery_power_w: {
    kind: "number",
    unit: "W",
    deadBand: 0.2,
    meaning: "Battery power, positive while charging.",
  },
  charging: {
    kind: "boolean",
    meaning: "The battery is being charged (derived where the board cannot sense it).",
  },
  battery_low: { kind: "boolean", meaning: "Between battery_voltage_low and battery_voltage_recovered." },
  runtime_min: {
    kind: "number",
    unit: "min",
    deadBand: 0,
    meaning: "Minutes left on battery, rounded: an estimate.",
  },
  runtime_settling: { kind: "boolean", meaning: "The estimate is settling after an AC edge or a load step." },
  runtime_confidence: {
    kind: "enum",
    options: confidenceLevels,
    meaning: "How far the runtime can be trusted; null without an estimate.",
  },
  temperature_c: {
    kind: "number",
    unit: "°C",
    deadBand: 1,
    meaning: "Temperature of the board, else of the processor.",
  },
  health: {
    kind: "enum",
    options: ["good", "fair", "poor"],
    meaning: "Battery health; null until measured.",
  },
  health_percent: {
    kind: "number",
    unit: "%",
    deadBand: 1,
    meaning: "Measured capacity in percent of the rated one; null until measured.",
  },
  cycles: { kind: "number", deadBand: 0.1, meaning: "Equivalent full discharges." },
  dc_out_ok: { kind: "boolean", meaning: "The 5 V rail is high enough, after hysteresis." },
  dc_out_voltage_v: { kind: "number", unit: "V", deadBand: 0.05, meaning: "Voltage of the 5 V rail." },
  overcurrent: { kind: "boolean", meaning: "More current flows than the board allows." },
  problem: { kind: "boolean", meaning: "A UPS fault is present." },
  problem_message: { kind: "text", meaning: "The worst present fault in a sentence; null without one." },
  stale: { kind: "boolean", meaning: "The battery figures are kept from an earlier read." },
  on_battery_since: { kind: "timestamp", meaning: "When the running outage was confirmed; null on mains." },
  shutdown_state: {
    kind: "enum",
    options: ["idle", "counting_down", "executing", "done"],
    meaning: "Where the shutdown policy stands.",
  },
  shutdown_deadline: { kind: "timestamp", meaning: "When the Pi will be powered off; null when idle." },
  shutdown_reason: {
    kind: "enum",
    options: ["battery_percent_critical", "battery_voltage_critical", "requested"],
    meaning: "Why; null when idle.",
  },
  shutdown_text: { kind: "text", meaning: "The reason in a sentence; null when idle." },
  shutdown_by: {
    kind: "enum",
    options: ["battery", "home_assistant", "cli", "button"],
    meaning: "Who asked; null when idle.",
  },
} as const satisfies Record<string, ValueDescription>;

export type ValueKey = keyof typeof values;
export const valueKeys = Object.keys(values) as readonly ValueKey[];

export type Value = number | boolean | string | null;
/** Any subset of the values. */
export type ValueMap = { readonly [K in ValueKey]?: Value };

/** Tolerant on purpose: unknown keys pass, so that an older integration accepts a newer agent. */
export const valueMapSchema = v.record(
  v.string(),
  v.nullable(v.union([v.number(), v.boolean(), v.string()])),
);
