// The trend in words: a summary for a screen reader, and what stands beside the cursor.
import { duration } from "../view/format.ts";
import { charge, type Words } from "../view/words.ts";
import type { Reading, TrendData } from "./cursor.ts";

/** "Battery, 24 hours: 2 outages, the longest 14 min" */
export function trendSummary({ startMs, endMs, bands }: TrendData, { strings, format }: Words): string {
  const lengths = bands.filter(({ kind }) => kind === "outage").map((band) => band.endMs - band.startMs);
  const minutes = Math.round((endMs - startMs) / 60_000) * 60_000;
  return `${strings.battery}, ${format.spoken(minutes)}: ${strings.outages(lengths.length, duration(Math.max(0, ...lengths)))}`;
}

/** "06:29 · 91 %" and "On battery, 35 min"; an outage's length is counted up to the cursor. */
export function readingWords({ atMs, pct, band }: Reading, words: Words): readonly [string, string] {
  const { strings, format, nowMs } = words;
  const value = pct === null ? strings.unknown : charge(pct, words);
  const minutes = Math.round((atMs - (band?.startMs ?? 0)) / 60_000) * 60_000;
  const note = band?.kind === "outage" ? `${strings.onBattery}, ${duration(minutes)}` : "";
  return [`${format.moment(atMs, nowMs)} · ${value}`, note];
}
