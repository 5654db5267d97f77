// From the recorder's history and the events to what the trend draws. The window is as long as the user wants it, but
// begins no earlier than anything is known: a UPS that was set up an hour ago shows this hour.
import type { TrendData } from "../chart/cursor.ts";
import { toStretches } from "../chart/path.ts";
import type { PastEvent } from "./event-book.ts";
import { cutToWindow, type Held, toCharge, toMains } from "./history-fold.ts";
import { type Contact, foldBands } from "./outages.ts";

const minuteMs = 60_000;
const shortestMs = 5 * minuteMs;

export interface TrendSource {
  readonly nowMs: number;
  readonly hours: number;
  /** The recorder's states, oldest first. */
  readonly charge: readonly Held[];
  /** undefined: the board cannot sense mains, so there are no outages to show. */
  readonly mains: readonly Held[] | undefined;
  readonly events: readonly PastEvent[];
  readonly contact: Contact;
  /** The first answer is on its way. */
  readonly loading: boolean;
}

function windowStart({ nowMs, hours, charge, mains = [], events }: TrendSource): number {
  const wantedMs = nowMs - hours * 60 * minuteMs;
  const knownMs = Math.min(
    ...[...charge.slice(0, 1), ...mains.slice(0, 1), ...events].map(({ atMs }) => atMs),
  );
  return Number.isFinite(knownMs) ? Math.max(wantedMs, Math.min(knownMs, nowMs - shortestMs)) : wantedMs;
}

export function makeTrend(source: TrendSource): TrendData {
  const { nowMs, events, contact, loading } = source;
  const startMs = windowStart(source);
  const charge = toCharge(cutToWindow(source.charge, startMs));
  const mains =
    source.mains === undefined
      ? charge.map(({ atMs, pct }) => ({ atMs, present: pct === null ? undefined : true }))
      : toMains(cutToWindow(source.mains, startMs));
  return {
    startMs,
    endMs: nowMs,
    stretches: toStretches(charge, nowMs),
    // Before the first answer nothing is known, but nothing is missing either.
    bands: loading ? [] : foldBands(startMs, nowMs, mains, events, contact),
    live: contact.connected && (charge.at(-1)?.pct ?? null) !== null,
    loading,
  };
}
