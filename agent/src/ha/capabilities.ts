// Which values and events exist for a board, from what it can sense. What is not in these lists is never sent and never shown.
import type { EventType, Sense } from "../core/model.ts";
import { eventTypes } from "../core/model.ts";
import type { ValueKey } from "../protocol/values.ts";
import { valueKeys } from "../protocol/values.ts";

/** Senses that must all be present; a key that is not listed here exists on every board. */
const valueNeeds: Partial<Record<ValueKey, readonly Sense[]>> = {
  ac_present: ["ac"],
  on_battery_since: ["ac"],
  battery_percent: ["charge"],
  battery_voltage_v: ["voltage"],
  battery_current_a: ["current"],
  battery_power_w: ["current", "voltage"],
  charging: ["charging"],
  runtime_min: ["charge"],
  runtime_settling: ["charge"],
  temperature_c: ["temperature"],
  health: ["charge"],
  cycles: ["charge"],
};

const eventNeeds: Partial<Record<EventType, Sense>> = {
  ac_power_loss: "ac",
  ac_power_restored: "ac",
  dc_out_loss: "dc_out",
  dc_out_restored: "dc_out",
  charging_started: "charging",
  charging_stopped: "charging",
  battery_full: "charge",
  temperature_high: "temperature",
  temperature_normal: "temperature",
  overcurrent_detected: "overcurrent",
  overcurrent_cleared: "overcurrent",
};

/** Battery limits are judged by percent and by voltage: one of the two is enough. */
const batteryWords: ReadonlySet<string> = new Set<ValueKey | EventType>([
  "battery_low",
  "battery_voltage_low",
  "battery_voltage_critical",
  "battery_voltage_recovered",
]);

/** Value keys that a board with these senses can give, in the order of the protocol. */
export function valuesFor(senses: ReadonlySet<Sense>): readonly ValueKey[] {
  return valueKeys.filter((key) => exists(key, valueNeeds[key] ?? [], senses));
}

/** Event types that a board with these senses can record, in the order of the docs. */
export function eventTypesFor(senses: ReadonlySet<Sense>): readonly EventType[] {
  return eventTypes.filter((type) => {
    const need = eventNeeds[type];
    return exists(type, need === undefined ? [] : [need], senses);
  });
}

function exists(word: string, needs: readonly Sense[], senses: ReadonlySet<Sense>): boolean {
  if (batteryWords.has(word)) return senses.has("charge") || senses.has("voltage");
  return needs.every((need) => senses.has(need));
}
