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
const labelPx = 56;
/** "now" stands at the end. */
const nowPx = 44;

/** Ticks of the window without "now". */
export function ticks(scale: Scale, format: Format): readonly Tick[] {
  const { startMs, endMs, width } = scale;
  const hours = (endMs - startMs) / hourMs;
  const step = steps.find((each) => hours / each <= width / labelPx) ?? hours;
  const firstDay = format.dayNumber(startMs);
  const result: Tick[] = [];
  // Full hours by the user's clock; some time zones are half an hour off.
  const minuteMs = hourMs / 60;
  const full = (60 - (format.minuteOfDay(startMs) % 60)) * minuteMs;
  for (let atMs = Math.floor(startMs / minuteMs) * minuteMs + full; atMs < endMs; atMs += hourMs) {
    const hour = (format.dayNumber(atMs) - firstDay) * 24 + format.minuteOfDay(atMs) / 60;
    const x = xOf(scale, atMs);
    if (hour % step === 0 && x > labelPx / 4 && x < width - nowPx)
      result.push({ x, label: format.time(atMs) });
  }
  return result;
}
