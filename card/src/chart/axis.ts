// Times below the trend, at round hours of the user's own time zone, as many as there is room for.
import type { Format } from "../view/format.ts";
import { type Scale, xOf } from "./scale.ts";

export interface Tick {
  readonly x: number;
  readonly label: string;
}

const hourMs = 3_600_000;
const steps = [1, 2, 3, 6, 12, 24, 48];
/** Room for a label such as "12:00 AM" and some air. */
const labelPx = 72;
/** "now" stands at the end. */
const nowPx = 44;

/** The first full hour after `atMs` by the user's clock; some time zones are half an hour off. */
function nextHour(atMs: number, format: Format): number {
  const minuteMs = 60_000;
  const { minute } = format.clockParts(atMs);
  return Math.floor(atMs / minuteMs) * minuteMs + (60 - minute) * minuteMs;
}

/** Ticks of the window without "now". */
export function ticks(scale: Scale, format: Format): readonly Tick[] {
  if (scale.width <= 0) return [];
  const hours = (scale.endMs - scale.startMs) / hourMs;
  const room = Math.max(1, Math.floor(scale.width / labelPx));
  const step = steps.find((each) => hours / each <= room) ?? 24 * Math.ceil(hours / room / 24);
  const result: Tick[] = [];
  const firstDay = format.dayNumber(scale.startMs);
  for (let atMs = nextHour(scale.startMs, format); atMs < scale.endMs; atMs += hourMs) {
    const { hour } = format.clockParts(atMs);
    const sinceFirstDay = (format.dayNumber(atMs) - firstDay) * 24 + hour;
    const x = xOf(scale, atMs);
    if (sinceFirstDay % step !== 0 || x < labelPx / 4 || x > scale.width - nowPx) continue;
    result.push({ x, label: format.time(atMs) });
  }
  return result;
}
