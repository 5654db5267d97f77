// The view in words: headline, the line below it, and the figure at the end.
import { reasonWords, type Strings } from "../i18n/strings.ts";
import { countdown, duration, type Format, runtime } from "./format.ts";
import type { Status, UpsView } from "./view.ts";

/** Stands for a figure that is not known. */
export const dash = "–";

/** What every part needs to speak. */
export interface Words {
  readonly strings: Strings;
  readonly format: Format;
  /** The charge is an estimate. */
  readonly estimated: boolean;
  /** Home Assistant's time. */
  readonly nowMs: number;
  /** Name of an event type, from the integration's translations. */
  readonly eventName: (type: string) => string;
}

/** What one status says. */
export interface Speech {
  readonly headline: string;
  /** Beside the name, below the headline. */
  readonly detail?: string | null;
  readonly figure: string;
  /** Below the figure. */
  readonly note?: string;
  /** For a live region: the headline where that ticks. */
  readonly calm?: string;
}

/** A percent of charge: "61 %", or "about 61 %" where nobody measured it. */
export function charge(pct: number, { strings, format, estimated }: Words): string {
  const text = format.percent(pct);
  return estimated ? strings.about(text) : text;
}

type SpeechOf<S> = (status: S, view: UpsView, words: Words) => Speech;

function percent({ battery: { pct } }: UpsView, words: Words): string {
  return pct === null ? dash : charge(pct, words);
}

/** On mains: the percent, and how long it would last. */
function charged(view: UpsView, words: Words): Pick<Speech, "figure" | "note"> {
  const { runtime: left } = view;
  const { strings } = words;
  return {
    figure: percent(view, words),
    note: left === null ? strings.runtimeUnknown : strings.ifPowerFails(runtime(left.minutes)),
  };
}

/** On battery: the time left, and the percent only in the bar. */
function draining({ runtime: left }: UpsView, { strings }: Words): Pick<Speech, "figure" | "note"> {
  if (left === null) return { figure: dash, note: strings.runtimeUnknown };
  return { figure: runtime(left.minutes), note: left.settling ? strings.leftSettling : strings.left };
}

function since(sinceMs: number | null, { nowMs }: Words): string | null {
  return sinceMs === null ? null : duration(nowMs - sinceMs);
}

function onBattery(headline: string, sinceMs: number | null, view: UpsView, words: Words): Speech {
  const elapsed = since(sinceMs, words);
  return {
    headline,
    detail: elapsed === null ? null : words.strings.soFar(elapsed),
    ...draining(view, words),
  };
}

const speeches: { readonly [K in Status["kind"]]: SpeechOf<Extract<Status, { kind: K }>> } = {
  on_mains: ({ full }, view, words) => ({
    headline: words.strings.onMains,
    detail: full ? words.strings.full : null,
    ...charged(view, words),
  }),
  charging: (_, view, words) => ({ headline: words.strings.charging, ...charged(view, words) }),
  on_battery: ({ sinceMs }, view, words) => onBattery(words.strings.onBattery, sinceMs, view, words),
  low: ({ sinceMs }, view, words) => onBattery(words.strings.batteryLow, sinceMs, view, words),
  counting_down({ deadlineMs, reason, sinceMs }, view, words) {
    const { strings, nowMs } = words;
    const leftMs = (deadlineMs ?? 0) - nowMs;
    const elapsed = since(sinceMs, words);
    const why = reasonWords(strings, reason);
    return {
      headline: leftMs > 0 ? strings.shuttingDownIn(countdown(leftMs)) : strings.shuttingDownNow,
      detail: why,
      figure: percent(view, words),
      note: elapsed === null ? "" : strings.onBatteryFor(elapsed),
      calm: `${strings.filters.shutdown}: ${why}`,
    };
  },
  shutting_down: ({ reason }, view, words) => ({
    headline: words.strings.shuttingDownNow,
    detail: reasonWords(words.strings, reason),
    figure: percent(view, words),
  }),
  shut_down: ({ atMs, waiting }, view, words) => ({
    headline: words.strings.shutDownAt(words.format.moment(atMs, words.nowMs)),
    detail: waiting ? words.strings.waitingForMains : words.strings.reasons.requested,
    figure: percent(view, words),
    note: words.strings.atShutdown,
  }),
  stopped: ({ atMs }, _, { strings, format, nowMs }) => ({
    headline: strings.stoppedAt(format.moment(atMs, nowMs)),
    figure: dash,
  }),
  no_contact({ sinceMs, lastAc }, view, words) {
    const { strings, format, nowMs } = words;
    const { pct } = view.battery;
    const mains = lastAc === null ? [] : [lastAc ? strings.onMains : strings.onBattery];
    return {
      headline:
        sinceMs === null ? strings.noContactYet : strings.noContactSince(format.moment(sinceMs, nowMs)),
      detail: pct === null ? null : strings.lastKnown([...mains, charge(pct, words)].join(", ")),
      figure: dash,
    };
  },
  fault: ({ text, onBattery: draws }, view, words) => ({
    headline: words.strings.checkUps,
    detail: text,
    ...(draws ? draining(view, words) : charged(view, words)),
  }),
  mains_unknown: (_, view, words) => ({ headline: words.strings.mainsUnknown, figure: percent(view, words) }),
};

export function speak(view: UpsView, words: Words): Speech {
  const { status } = view;
  return (speeches[status.kind] as SpeechOf<Status>)(status, view, words);
}

/** The battery for a screen reader: "61 %, about 1 hour 10 minutes". */
export function batterySpoken({ battery, runtime: left }: UpsView, words: Words): string {
  const { strings, format } = words;
  if (battery.pct === null) return strings.unknown;
  const pct = charge(battery.pct, words);
  if (battery.trust === "last_known") return strings.lastKnown(pct);
  return left === null ? pct : `${pct}, ${format.spoken(left.minutes * 60_000)}`;
}
