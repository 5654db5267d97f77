// The trend in words: a summary for a screen reader, and what stands beside the cursor.
import type { Words } from "../view/words.ts";
import type { Reading, TrendData } from "./cursor.ts";

/** "Battery charge, last 24 hours. 2 outages, the longest 14 min." */
export function trendSummary(data: TrendData, { strings, format }: Words): string {
  const hours = Math.round((data.endMs - data.startMs) / 3_600_000);
  const outages = data.bands.filter((band) => band.kind === "outage");
  const longestMs = Math.max(0, ...outages.map((band) => band.endMs - band.startMs));
  return `${strings.trend(format.hours(hours))}. ${strings.outages(outages.length, format.duration(longestMs))}`;
}

export interface ReadingWords {
  readonly value: string;
  readonly note: string;
  readonly spoken: string;
}

/** An outage's length is counted up to the cursor while it lasts there. */
function bandNote(reading: Reading, { strings, format }: Words): string {
  const { band } = reading;
  if (band === null) return "";
  if (band.kind === "unknown") return strings.cursorNotKnown;
  return strings.cursorOnBattery(
    format.duration(Math.round((reading.atMs - band.startMs) / 60_000) * 60_000),
  );
}

export function readingWords(reading: Reading, words: Words): ReadingWords {
  const { strings, format, nowMs } = words;
  const value = reading.pct === null ? strings.cursorNoData : format.percent(Math.round(reading.pct));
  const note = bandNote(reading, words);
  const time = format.moment(reading.atMs, nowMs);
  return {
    value: `${time} · ${value}`,
    note,
    spoken: [time, value, note || (reading.pct === null ? "" : strings.cursorOnMains)]
      .filter((part) => part !== "")
      .join(", "),
  };
}
