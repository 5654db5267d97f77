// Which events exist for a board: what it cannot sense, it does not have.
import { type EventType, eventTypes, type Sense } from "./model.ts";

/** The sense that an event needs; absent: every agent has it. */
const needs: { readonly [T in EventType]?: Sense } = {
  ac_power_loss: "ac",
  ac_power_restored: "ac",
  dc_out_loss: "dc_out",
  dc_out_restored: "dc_out",
  battery_voltage_low: "voltage",
  battery_voltage_critical: "voltage",
  battery_voltage_recovered: "voltage",
  charging_started: "charging",
  charging_stopped: "charging",
  battery_full: "charge",
  temperature_high: "temperature",
  temperature_normal: "temperature",
  overcurrent_detected: "overcurrent",
  overcurrent_cleared: "overcurrent",
};

/** The events that a board with these senses can record, in the order of the vocabulary. */
export function eventTypesFor(senses: ReadonlySet<Sense>): readonly EventType[] {
  return eventTypes.filter((type) => {
    const sense = needs[type];
    return sense === undefined || senses.has(sense);
  });
}
