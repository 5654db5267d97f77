// From the core's snapshot to the values of the protocol: names and units, nothing else.
// Numbers keep their full resolution here; dead-band.ts rounds them, because only it knows what was sent last.
import type { Snapshot } from "../core/model.ts";
import { toRfc3339 } from "../core/rfc3339.ts";
import type { Value, ValueKey, ValueMap } from "../protocol/values.ts";

/**
 * These values (`valuesFor` names what the board can give); unknown is null.
 * Volts, amperes and watts (not milli), percent 0-100, minutes, degrees Celsius. Not yet rounded.
 */
export function toValues(snapshot: Snapshot, keys: readonly ValueKey[]): ValueMap {
  const out: { [K in ValueKey]?: Value } = {};
  for (const key of keys) out[key] = readers[key](snapshot);
  return out;
}

type Reader = (snapshot: Snapshot) => Value;

const readers: Record<ValueKey, Reader> = {
  ac_present: (s) => s.acPresent ?? null,
  battery_percent: (s) => s.chargePct,
  battery_percent_estimated: (s) => (s.chargePct === null ? null : s.chargeEstimated),
  battery_voltage_v: (s) => milli(s.packMv),
  battery_current_a: (s) => milli(s.currentMa),
  battery_power_w: (s) => milli(s.powerMw),
  charging: (s) => s.charging ?? null,
  battery_low: (s) => s.batteryLow,
  runtime_min: (s) => (s.runtime.kind === "unknown" ? null : s.runtime.minutes),
  runtime_settling: (s) => s.runtime.kind === "settling",
  runtime_confidence: (s) => (s.runtime.kind === "estimate" ? s.runtime.confidence : null),
  temperature_c: (s) => s.temperatureC ?? null,
  health: (s) => (s.health === "unknown" ? null : s.health),
  health_percent: (s) => s.healthPct,
  cycles: (s) => s.cycles,
  dc_out_ok: (s) => s.dcOut?.ok ?? null,
  dc_out_voltage_v: (s) => milli(s.dcOut?.railMv),
  overcurrent: (s) => s.overcurrent ?? null,
  problem: (s) => s.faults.length > 0,
  problem_message: (s) => s.faults[0]?.message ?? null,
  stale: (s) => s.stale,
  on_battery_since: (s) =>
    s.power === "on_battery" && s.powerSince !== null ? toRfc3339(s.powerSince) : null,
  shutdown_state: (s) => s.shutdown.kind,
  shutdown_deadline: (s) => (s.shutdown.kind === "counting_down" ? toRfc3339(s.shutdown.deadline) : null),
  shutdown_reason: (s) => (s.shutdown.kind === "idle" ? null : s.shutdown.reason),
  shutdown_text: (s) => (s.shutdown.kind === "idle" ? null : s.shutdown.text),
  shutdown_by: (s) => (s.shutdown.kind === "idle" ? null : s.shutdown.by.kind),
};

function milli(value: number | null | undefined): number | null {
  return value === null || value === undefined ? null : value / 1000;
}
