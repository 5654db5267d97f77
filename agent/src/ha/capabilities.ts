// Which values exist for a board, from what it can sense. What is not in this list is never sent and never shown.
import type { Sense } from "../core/model.ts";
import type { ValueKey } from "../protocol/values.ts";
import { valueKeys } from "../protocol/values.ts";

/** Senses of which every one must be there; a key that is not listed exists on every board. */
const needs: { readonly [K in ValueKey]?: readonly Sense[] } = {
  ac_present: ["ac"],
  on_battery_since: ["ac"],
  battery_percent: ["charge"],
  battery_voltage_v: ["voltage"],
  battery_current_a: ["current"],
  battery_power_w: ["current", "voltage"],
  charging: ["charging"],
  runtime_min: ["charge"],
  runtime_settling: ["charge"],
  runtime_confidence: ["charge"],
  temperature_c: ["temperature"],
  health: ["charge"],
  health_percent: ["charge"],
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
