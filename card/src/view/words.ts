// The view in words: headline, the line below it, the figure at the end, and what a screen reader hears.
import { type Strings, word } from "../i18n/strings.ts";
import type { Format } from "./format.ts";
import type { Runtime, Status, Trouble, UpsView } from "./view.ts";

/** Stands for a figure that is not known. */
export const dash = "–";

export interface Words {
  readonly strings: Strings;
  readonly format: Format;
  /** Home Assistant's time. */
  readonly nowMs: number;
}

export interface Figure {
  readonly value: string;
  readonly note: string;
}

function shutdownHeadline(deadlineMs: number | null, { strings, format, nowMs }: Words): string {
  if (deadlineMs === null) return strings.shuttingDownNow;
  const leftMs = deadlineMs - nowMs;
  return leftMs > 0 ? strings.shuttingDownIn(format.countdown(leftMs)) : strings.shuttingDownNow;
}

export function headline(status: Status, words: Words): string {
  const { strings, format, nowMs } = words;
  const at = (atMs: number) => format.moment(atMs, nowMs);
  switch (status.kind) {
    case "on_mains":
      return strings.onMains;
    case "charging":
      return strings.charging;
    case "on_battery":
      return strings.onBattery;
    case "low":
      return strings.batteryLow;
    case "counting_down":
      return shutdownHeadline(status.deadlineMs, words);
    case "shutting_down":
      return strings.shuttingDownNow;
    case "shut_down":
      return strings.shutDownAt(at(status.atMs));
    case "stopped":
      return strings.agentStoppedAt(at(status.atMs));
    case "no_contact":
      return status.sinceMs === null ? strings.noContactYet : strings.noContactSince(at(status.sinceMs));
    case "fault":
      return strings.checkUps;
    case "mains_unknown":
      return strings.mainsUnknown;
    case "waiting":
      return strings.waitingForData;
    default:
      return status satisfies never;
  }
}

/** The headline without the part that ticks, for a live region that must not speak every second. */
export function calmHeadline(status: Status, words: Words): string {
  return status.kind === "counting_down" ? words.strings.type_shutdown_scheduled : headline(status, words);
}

export function reasonWords(reason: string | null, strings: Strings): string | null {
  return reason === null ? null : (word(strings, "reason", reason) ?? reason.replaceAll("_", " "));
}

function soFar(sinceMs: number | null, { strings, format, nowMs }: Words): string | null {
  return sinceMs === null ? null : strings.soFar(format.duration(nowMs - sinceMs));
}

function lastKnown(view: UpsView, lastAc: boolean | null, { strings, format }: Words): string | null {
  const parts = [
    lastAc === null ? null : lastAc ? strings.lastOnMains : strings.lastOnBattery,
    view.battery.pct === null ? null : format.percent(view.battery.pct),
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : strings.lastKnown(parts.join(", "));
}

function statusDetail(view: UpsView, words: Words): string | null {
  const { strings } = words;
  const { status } = view;
  switch (status.kind) {
    case "on_mains":
      return status.full ? strings.full : status.charging === false ? strings.notCharging : null;
    case "on_battery":
    case "low":
      return soFar(status.sinceMs, words);
    case "counting_down":
    case "shutting_down":
      return reasonWords(status.reason, strings);
    case "shut_down":
      return status.waiting ? strings.waitingForMains : strings.onRequest;
    case "stopped":
      return strings.monitoringStopped;
    case "no_contact":
      return lastKnown(view, status.lastAc, words);
    case "fault":
      return status.text;
    case "charging":
    case "mains_unknown":
    case "waiting":
      return null;
    default:
      return status satisfies never;
  }
}

/** Name and what is to be said about the state. */
export function subline(view: UpsView, words: Words): string {
  return [view.name, statusDetail(view, words)].filter((part) => part !== null && part !== "").join(" · ");
}

export function runtimeFigure(runtime: Runtime, { strings, format }: Words): Figure {
  if (runtime.kind === "unknown") return { value: dash, note: strings.leftUnknown };
  return {
    value: format.runtime(runtime.minutes),
    note: runtime.settling ? strings.leftSettling : strings.left,
  };
}

function percentOrDash(view: UpsView, { format }: Words): string {
  return view.battery.pct === null ? dash : format.percent(view.battery.pct);
}

/** Percent on mains, time left on battery, nothing that could pass for a live figure without contact. */
export function figure(view: UpsView, words: Words): Figure {
  const { strings, format, nowMs } = words;
  const { status, runtime } = view;
  const pct = percentOrDash(view, words);
  switch (status.kind) {
    case "on_battery":
    case "low":
      return runtimeFigure(runtime, words);
    case "counting_down":
      return {
        value: pct,
        note: status.sinceMs === null ? "" : strings.onBatteryFor(format.duration(nowMs - status.sinceMs)),
      };
    case "shut_down":
      return { value: pct, note: strings.atShutdown };
    case "stopped":
      return { value: pct, note: strings.atStop };
    case "no_contact":
    case "waiting":
      return { value: dash, note: "" };
    case "fault":
      return status.onBattery
        ? runtimeFigure(runtime, words)
        : { value: pct, note: mainsNote(runtime, words) };
    case "on_mains":
    case "charging":
      return { value: pct, note: mainsNote(runtime, words) };
    case "mains_unknown":
    case "shutting_down":
      return { value: pct, note: "" };
    default:
      return status satisfies never;
  }
}

function mainsNote(runtime: Runtime, { strings, format }: Words): string {
  return runtime.kind === "unknown"
    ? strings.ifPowerFailsUnknown
    : strings.ifPowerFails(format.runtime(runtime.minutes));
}

/** Below the bar, where it helps: what the marks mean. */
export function batteryHint(view: UpsView, { strings, format }: Words): string | null {
  const { status, battery } = view;
  if (battery.criticalPct === null || (status.kind !== "on_battery" && status.kind !== "low")) return null;
  return strings.shutsDownAt(format.percent(battery.criticalPct));
}

/** The bar for a screen reader. */
export function batterySpoken(view: UpsView, words: Words): string {
  const { strings, format } = words;
  const { battery, runtime, status } = view;
  if (battery.pct === null) return strings.chargeUnknown;
  const pct = format.percent(battery.pct);
  if (battery.trust === "last_known") return strings.batteryLastKnown(pct);
  const time =
    runtime.kind === "about" && status.kind !== "counting_down"
      ? `, ${format.spoken(runtime.minutes * 60_000)}`
      : "";
  return `${strings.batteryValue(pct)}${time}`;
}

export function troubleWords(trouble: Trouble, strings: Strings): string {
  switch (trouble.kind) {
    case "no_such_device":
      return strings.noDevice(trouble.wanted);
    case "no_devices":
      return strings.noDevices;
    case "no_integration":
      return strings.noIntegration;
    case "not_allowed":
      return strings.notAllowed;
    case "refused":
      return strings.troubleLoading(trouble.refusal.message || trouble.refusal.code);
    default:
      return trouble satisfies never;
  }
}
