// Which values exist for a board, from what it can sense. What is not in this list is never sent and never shown.
import type { Sense } from "../core/model.ts";
import type { ValueKey } from "../protocol/values.ts";
import { valueKeys } from "../protocol/values.ts";

/** Senses of which every one must be there; a key that is not listed exists on every board. */
const needs: { readonly [K in ValueKey]?: readonly Sense[] } = {
  ac_present: ["ac"],
  on_battery_since: ["ac"],
  battery_percent: ["charge"],
  battery_percent_estimated: ["charge"],
  battery_voltage_v: ["voltage"],
  battery_current_a: ["current"],
  battery_power_w: ["current", "voltage"],
  charging: ["charging"],
  // Nobody knows how long an outage lasts that is not seen.
  runtime_min: ["ac", "charge"],
  runtime_settling: ["ac", "charge"],
  runtime_confidence: ["ac", "charge"],
  temperature_c: ["temperature"],
  // A capacity is measured by the charge that an outage draws.
  health: ["charge", "current"],
  health_percent: ["charge", "current"],
  cycles: ["charge"],
  dc_out_ok: ["dc_out"],
  dc_out_voltage_v: ["dc_out"],
  overcurrent: ["overcurrent"],
};

/**
 * Value keys that a board with these senses can give, in the order of the protocol.
 * @param railMeasured false: about the 5 V rail only the Pi's under-voltage flag is known, no voltage
 */
export function valuesFor(senses: ReadonlySet<Sense>, railMeasured: boolean): readonly ValueKey[] {
  return valueKeys.filter(
    (key) =>
      (needs[key] ?? []).every((sense) => senses.has(sense)) && (railMeasured || key !== "dc_out_voltage_v"),
  );
}
