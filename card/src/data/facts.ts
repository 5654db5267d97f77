// What is known of one UPS at this moment, from its entities (live) and from the device message (also while the agent is
// away). A value that is not known is null, one that the board cannot sense is undefined; nothing is filled in.
import type { EntityState, HomeAssistant } from "../ha.ts";
import type { PastEvent } from "./event-book.ts";
import type { Device } from "./wire.ts";

export interface Facts {
  readonly connected: boolean;
  readonly lastSeenMs: number | null;
  readonly bye: { readonly reason: string; readonly detail: string | null; readonly atMs: number } | null;
  readonly acPresent: boolean | null | undefined;
  readonly chargePct: number | null;
  /** Nobody measured the percent: the agent estimates it from the voltage. */
  readonly estimated: boolean;
  readonly charging: boolean | null | undefined;
  readonly batteryLow: boolean | null | undefined;
  readonly runtimeMin: number | null;
  readonly runtimeSettling: boolean;
  readonly problem: boolean;
  readonly problemText: string | null;
  readonly stale: boolean;
  /** Begin of the running outage. */
  readonly onBatterySinceMs: number | null;
  readonly shutdown: {
    /** Word of the protocol; anything but `idle` and `counting_down` means that it runs. */
    readonly state: string;
    readonly deadlineMs: number | null;
    readonly sinceMs: number | null;
    readonly reason: string | null;
    readonly text: string | null;
  };
}

/** Entity ids by entity key (`translation_key`). */
export type EntityIds = Readonly<Record<string, string | undefined>>;

/** The registry follows renames at once; the device message fills in for entries without a translation key. */
export function entityIdsOf(entities: HomeAssistant["entities"], device: Device): EntityIds {
  const ids: Record<string, string> = { ...device.entities };
  for (const entry of Object.values(entities)) {
    if (entry?.device_id !== device.device_id || entry.platform !== "pi_ups") continue;
    if (entry.translation_key !== undefined) ids[entry.translation_key] = entry.entity_id;
  }
  return ids;
}

type Value = Device["values"][string] | undefined;

/** Reads one value: the live entity first, the device message where there is no entity or it says nothing. */
interface Reader {
  /** The entity, unless it is unavailable. */
  live(key: string): EntityState | undefined;
  /** @param valueKey its name in the device message, where that differs */
  read(key: string, valueKey?: string): Value;
}

function reader(states: HomeAssistant["states"], ids: EntityIds, device: Device): Reader {
  const entity = (key: string) => states[ids[key] ?? ""];
  const live = (key: string) => {
    const state = entity(key);
    return state?.state === "unavailable" ? undefined : state;
  };
  return {
    live,
    read(key, valueKey = key) {
      const state = live(key)?.state;
      if (state !== undefined) return state === "unknown" ? null : state;
      // An entity that went unavailable after the message was sent knows better than the message.
      const changed = Date.parse(entity(key)?.last_updated ?? "");
      return device.connected && changed > Date.parse(device.last_seen ?? "")
        ? null
        : device.values[valueKey];
    },
  };
}

function toFlag(value: Value): boolean | null | undefined {
  if (value === undefined || value === null) return value;
  return value === true || value === "on" ? true : value === false || value === "off" ? false : null;
}

/** A finite number, or a text that is one. */
export function toNumber(value: Value): number | null {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
}

function toText(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

export function toMoment(value: unknown): number | null {
  return toNumber(Date.parse(String(value)));
}

const minutesPer: Readonly<Record<string, number>> = { s: 1 / 60, h: 60, d: 1440 };

/** The user may have chosen another unit for the runtime sensor. */
function runtimeMinutes({ live, read }: Reader): number | null {
  const value = toNumber(read("runtime", "runtime_min"));
  const unit = toText(live("runtime")?.attributes["unit_of_measurement"]);
  return value === null ? null : value * (minutesPer[unit ?? ""] ?? 1);
}

/** The newest event says when mains went; the entity's own change is a little late and starts anew with Home Assistant. */
function onBatterySince({ live, read }: Reader, events: readonly PastEvent[]): number | null {
  const last = events.find(({ event }) => event.type.startsWith("ac_power_"));
  if (last?.event.type === "ac_power_loss") return last.atMs;
  return toMoment(read("on_battery_since")) ?? toMoment(live("ac_power")?.last_changed);
}

function readShutdown({ live, read }: Reader, events: readonly PastEvent[]): Facts["shutdown"] {
  const scheduled = events.find(({ event }) => event.type === "shutdown_scheduled");
  return {
    state: toText(read("shutdown_state")) ?? "idle",
    deadlineMs: toMoment(read("shutdown_deadline")),
    sinceMs: scheduled?.atMs ?? toMoment(live("shutdown_state")?.last_changed),
    reason: toText(read("shutdown_reason")),
    text: scheduled?.event.message ?? toText(read("shutdown_text")),
  };
}

/** @param events newest first */
export function readFacts(
  states: HomeAssistant["states"],
  ids: EntityIds,
  device: Device,
  events: readonly PastEvent[],
): Facts {
  const read = reader(states, ids, device);
  const flag = (key: string, valueKey?: string) => toFlag(read.read(key, valueKey));
  const { bye, connected } = device;
  const acPresent = flag("ac_power", "ac_present");
  return {
    connected,
    lastSeenMs: toMoment(device.last_seen),
    bye: bye === null ? null : { reason: bye.reason, detail: bye.detail, atMs: toMoment(bye.at) ?? 0 },
    acPresent,
    chargePct: toNumber(read.read("battery_percent")),
    estimated:
      (read.live("battery_percent")?.attributes["estimated"] ?? read.read("battery_percent_estimated")) ===
      true,
    charging: flag("charging"),
    batteryLow: flag("battery_low"),
    runtimeMin: runtimeMinutes(read),
    runtimeSettling: flag("runtime_settling") === true,
    problem: flag("problem") === true,
    problemText: toText(read.live("problem")?.attributes["message"]) ?? toText(read.read("problem_message")),
    stale: flag("stale") === true,
    onBatterySinceMs: acPresent === false ? onBatterySince(read, events) : null,
    shutdown: readShutdown(read, events),
  };
}
