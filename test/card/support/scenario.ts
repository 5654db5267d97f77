// Situations of a UPS as Home Assistant would tell them: device, entities, states, events and history of one moment.
// Only the wire format is spoken here, so the same data could come from a real Home Assistant.
import { readFileSync } from "node:fs";
import type { Device, ListedEvent } from "../../../agent/src/protocol/messages.ts";

export interface CompressedState {
  readonly s: string;
  readonly lu: number;
}

export interface State {
  readonly entity_id: string;
  readonly state: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly last_changed: string;
  readonly last_updated: string;
}

export interface Scenario {
  readonly nowMs: number;
  readonly device: Device;
  /** Instead of the one device. */
  readonly devices?: readonly Device[];
  readonly states: Readonly<Record<string, State>>;
  readonly entities: Readonly<Record<string, unknown>>;
  readonly events: readonly ListedEvent[];
  readonly history: Readonly<Record<string, readonly CompressedState[]>>;
  /** Words for states, by language, as the integration translates them. */
  readonly words: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Monday in Berlin, 15:00. */
export const nowMs = Date.parse("2026-11-23T15:00:00+01:00");
export const minute = 60_000;
export const hour = 60 * minute;
export const deviceId = "3f2a9c";

const template = (
  JSON.parse(readFileSync(new URL("../../contract/card.json", import.meta.url), "utf8")) as {
    devices: { valid: readonly { result: { devices: readonly Device[] } }[] };
  }
).devices.valid[0]?.result.devices[0] as Device;

/** Entity key -> id, value behind it, unit. */
const entityTable: Readonly<Record<string, readonly [id: string, value: string, unit?: string]>> = {
  battery_percent: ["sensor.rack_ups_battery", "battery_percent", "%"],
  battery_voltage: ["sensor.rack_ups_battery_voltage", "battery_voltage_v", "V"],
  battery_power: ["sensor.rack_ups_battery_power", "battery_power_w", "W"],
  runtime: ["sensor.rack_ups_runtime_left", "runtime_min", "min"],
  temperature: ["sensor.rack_ups_temperature", "temperature_c", "°C"],
  last_event: ["sensor.rack_ups_last_event", "last_event"],
  shutdown_state: ["sensor.rack_ups_shutdown", "shutdown_state"],
  shutdown_deadline: ["sensor.rack_ups_shutdown_deadline", "shutdown_deadline"],
  shutdown_reason: ["sensor.rack_ups_shutdown_reason", "shutdown_reason"],
  ac_power: ["binary_sensor.rack_ups_mains", "ac_present"],
  charging: ["binary_sensor.rack_ups_charging", "charging"],
  battery_low: ["binary_sensor.rack_ups_battery_low", "battery_low"],
  problem: ["binary_sensor.rack_ups_problem", "problem"],
};
export const batteryEntity = "sensor.rack_ups_battery";
export const mainsEntity = "binary_sensor.rack_ups_mains";

export const calmValues = {
  ac_present: true,
  battery_percent: 100,
  battery_percent_estimated: false,
  battery_voltage_v: 4.18,
  temperature_c: 41,
  charging: false,
  battery_low: false,
  runtime_min: 300,
  problem: false,
  shutdown_state: "idle",
  shutdown_deadline: null,
  shutdown_reason: null,
};

export function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}

type Values = Device["values"];

function stateOf(value: Values[string] | undefined, available: boolean): string {
  if (!available) return "unavailable";
  if (value === null || value === undefined) return "unknown";
  return typeof value === "boolean" ? (value ? "on" : "off") : String(value);
}

function statesOf(device: Device, changedMs: number): Scenario["states"] {
  const rows = Object.entries(entityTable).flatMap(([key, [id, valueKey, unit]]) => {
    // A board without the sense has no entity.
    if (!(valueKey in device.values) && key !== "last_event") return [];
    const staying = key.startsWith("shutdown_") || key === "last_event";
    const state = stateOf(device.values[valueKey], device.connected || staying);
    const own: Readonly<Record<string, object>> = {
      problem: { message: device.values["problem_message"] ?? null },
      battery_percent: { estimated: device.values["battery_percent_estimated"] ?? null },
    };
    const attributes = {
      ...(unit === undefined ? {} : { unit_of_measurement: unit }),
      ...(device.connected ? own[key] : {}),
    };
    const at = iso(changedMs);
    return [[id, { entity_id: id, state, attributes, last_changed: at, last_updated: at }] as const];
  });
  return Object.fromEntries(rows);
}

function translations(language: string): Readonly<Record<string, string>> {
  const file = new URL(`../../../custom_components/pi_ups/translations/${language}.json`, import.meta.url);
  const { entity } = JSON.parse(readFileSync(file, "utf8")) as {
    entity: { sensor: Record<string, { state?: Record<string, string> }> };
  };
  return { ...entity.sensor["last_event"]?.state, ...entity.sensor["shutdown_reason"]?.state };
}
const words = { en: translations("en"), de: translations("de") };

export interface Parts {
  readonly device?: Partial<Device>;
  readonly values?: Values;
  readonly events?: readonly ListedEvent[];
  readonly charge?: readonly (readonly [hoursAgo: number, state: string | number])[];
  readonly mains?: readonly (readonly [hoursAgo: number, state: string])[];
  /** When the states were written. */
  readonly changedMs?: number;
}

function compressed(rows: readonly (readonly [number, string | number])[]): readonly CompressedState[] {
  return rows.map(([hoursAgo, state]) => ({ s: String(state), lu: (nowMs - hoursAgo * hour) / 1000 }));
}

export function scenario(parts: Parts): Scenario {
  const device: Device = {
    ...template,
    device_id: deviceId,
    board: { ...template.board, simulated: false },
    last_seen: iso(nowMs - 2000),
    values: { ...calmValues, ...parts.values },
    entities: Object.fromEntries(Object.entries(entityTable).map(([key, [id]]) => [key, id])),
    ...parts.device,
  };
  const states = statesOf(device, parts.changedMs ?? nowMs - 5 * minute);
  const entities = Object.fromEntries(
    Object.entries(entityTable).map(([key, [id]]) => [
      id,
      { entity_id: id, platform: "pi_ups", translation_key: key, device_id: device.device_id },
    ]),
  );
  return {
    nowMs,
    device,
    states,
    entities,
    events: parts.events ?? [],
    history: {
      [batteryEntity]: compressed(parts.charge ?? [[30, 100]]),
      [mainsEntity]: compressed(parts.mains ?? [[30, "on"]]),
    },
    words,
  };
}

let counter = 0;

/** An event `hoursAgo`, with what the agent's core writes for its type. */
export function event(hoursAgo: number, type: string, parts: Partial<ListedEvent> = {}): ListedEvent {
  counter += 1;
  return {
    id: `run-${counter}`,
    seq: 100_000 - Math.round(hoursAgo * 1000),
    time: iso(nowMs - hoursAgo * hour),
    type,
    value: null,
    threshold: null,
    unit: null,
    message: `${type}.`,
    detail: {},
    synced_late: false,
    ...parts,
  };
}
