// What is known of one UPS at this moment, from its entities (live) and from the device message (also while the agent is
// away). A value that is not known is null, one that the board cannot sense is undefined; nothing is filled in.
import type { EntityState, HomeAssistant } from "../ha.ts";
import type { PastEvent } from "./event-book.ts";
import type { Device } from "./wire.ts";

export type ShutdownStateWord = "idle" | "counting_down" | "executing" | "done";

export interface Facts {
  readonly connected: boolean;
  readonly lastSeenMs: number | null;
  readonly bye: { readonly reason: string; readonly detail: string | null; readonly atMs: number } | null;
  readonly acPresent: boolean | null | undefined;
  readonly chargePct: number | null;
  readonly charging: boolean | null | undefined;
  readonly batteryLow: boolean | null;
  readonly runtimeMin: number | null;
  readonly runtimeSettling: boolean;
  readonly problem: boolean;
  readonly problemText: string | null;
  readonly stale: boolean;
  readonly onBatterySinceMs: number | null;
  readonly shutdown: {
    readonly state: ShutdownStateWord;
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

const noValue = new Set(["unavailable", "unknown", ""]);

type Value = Device["values"][string];

/** Reads one value: the live entity first, the device message where there is no entity or it says nothing. */
class Reader {
  private readonly _states: HomeAssistant["states"];
  private readonly _ids: EntityIds;
  private readonly _device: Device;

  constructor(states: HomeAssistant["states"], ids: EntityIds, device: Device) {
    this._states = states;
    this._ids = ids;
    this._device = device;
  }

  entity(key: string): EntityState | undefined {
    const id = this._ids[key];
    return id === undefined ? undefined : this._states[id];
  }

  /** The entity's own statement; undefined when there is none to be had. */
  live(key: string): EntityState | undefined {
    const state = this.entity(key);
    return state === undefined || state.state === "unavailable" ? undefined : state;
  }

  /**
   * An entity that went unavailable after the device message was sent knows better than the message: while the agent is
   * in contact, an old message must not pass for a live figure.
   */
  value(key: string): Value | undefined {
    const state = this.entity(key);
    const sentMs = Date.parse(this._device.last_seen ?? "");
    const outdated = state !== undefined && Date.parse(state.last_updated) > sentMs && this._device.connected;
    return outdated ? null : this._device.values[valueKeyOf[key] ?? key];
  }

  flag(key: string): boolean | null | undefined {
    const live = this.live(key);
    if (live !== undefined) return live.state === "on" ? true : live.state === "off" ? false : null;
    const value = this.value(key);
    return value === undefined ? undefined : value === null ? null : value === true;
  }

  number(key: string): number | null {
    const live = this.live(key);
    const raw = live === undefined ? this.value(key) : noValue.has(live.state) ? null : Number(live.state);
    return typeof raw === "number" && Number.isFinite(raw) ? raw : null;
  }

  word(key: string): string | null {
    const live = this.live(key);
    const raw = live === undefined ? this.value(key) : noValue.has(live.state) ? null : live.state;
    return typeof raw === "string" ? raw : null;
  }
}

/** Entity keys whose value travels under another name. */
const valueKeyOf: Readonly<Record<string, string>> = {
  ac_power: "ac_present",
  battery_voltage: "battery_voltage_v",
  battery_current: "battery_current_a",
  battery_power: "battery_power_w",
  runtime: "runtime_min",
  temperature: "temperature_c",
};

function moment(text: string | null | undefined): number | null {
  const atMs = Date.parse(text ?? "");
  return Number.isFinite(atMs) ? atMs : null;
}

const minutesPer: Readonly<Record<string, number>> = { s: 1 / 60, min: 1, h: 60, d: 1440 };

/** The user may have chosen another unit for the runtime sensor. */
function runtimeMinutes(read: Reader): number | null {
  const value = read.number("runtime");
  const unit = read.live("runtime")?.attributes["unit_of_measurement"];
  const factor = typeof unit === "string" ? minutesPer[unit] : 1;
  return value === null || factor === undefined ? null : value * factor;
}

/** The newest event says when mains went; the entity's own change is a little late and starts anew with Home Assistant. */
function onBatterySince(read: Reader, events: readonly PastEvent[]): number | null {
  const last = events.find((each) => each.event.type.startsWith("ac_power_"));
  if (last?.event.type === "ac_power_loss") return last.atMs;
  return moment(read.word("on_battery_since")) ?? moment(read.live("ac_power")?.last_changed);
}

function newestMessage(events: readonly PastEvent[], type: string): string | null {
  return events.find((each) => each.event.type === type)?.event.message ?? null;
}

function attributeText(state: EntityState | undefined): string | null {
  const text = state?.attributes["message"] ?? state?.attributes["text"];
  return typeof text === "string" && text !== "" ? text : null;
}

const shutdownWords: readonly string[] = ["idle", "counting_down", "executing", "done"];

function readShutdown(read: Reader, events: readonly PastEvent[]): Facts["shutdown"] {
  const word = read.word("shutdown_state") ?? "idle";
  const state = (shutdownWords.includes(word) ? word : "idle") as ShutdownStateWord;
  const scheduled = events.find((each) => each.event.type === "shutdown_scheduled");
  return {
    state,
    deadlineMs: moment(read.word("shutdown_deadline")),
    sinceMs: scheduled?.atMs ?? moment(read.live("shutdown_state")?.last_changed),
    reason: read.word("shutdown_reason"),
    text:
      state === "idle"
        ? null
        : (attributeText(read.live("shutdown_reason")) ??
          scheduled?.event.message ??
          read.word("shutdown_text")),
  };
}

/** @param events newest first */
export function readFacts(
  states: HomeAssistant["states"],
  ids: EntityIds,
  device: Device,
  events: readonly PastEvent[],
): Facts {
  const read = new Reader(states, ids, device);
  const acPresent = read.flag("ac_power");
  const problem = read.flag("problem") === true;
  const byeMs = moment(device.bye?.at);
  return {
    connected: device.connected,
    lastSeenMs: moment(device.last_seen),
    bye:
      device.bye === null || byeMs === null
        ? null
        : { reason: device.bye.reason, detail: device.bye.detail, atMs: byeMs },
    acPresent,
    chargePct: read.number("battery_percent"),
    charging: read.flag("charging"),
    batteryLow: read.flag("battery_low") ?? null,
    runtimeMin: runtimeMinutes(read),
    runtimeSettling:
      (read.live("runtime")?.attributes["settling"] ?? device.values["runtime_settling"]) === true,
    problem,
    problemText: problem
      ? (attributeText(read.live("problem")) ??
        newestMessage(events, "ups_fault") ??
        read.word("problem_message"))
      : null,
    stale: (read.live("battery_percent")?.attributes["stale"] ?? device.values["stale"]) === true,
    onBatterySinceMs: acPresent === false ? onBatterySince(read, events) : null,
    shutdown: readShutdown(read, events),
  };
}
