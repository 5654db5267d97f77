// Times below the trend, at round hours of the user's own time zone, as many as there is room for.
import type { Format } from "../view/format.ts";
import { type Scale, xOf } from "./scale.ts";

export interface Tick {
  readonly x: number;
  readonly label: string;
}

const minuteMs = 60_000;
/** Minutes between two labels. */
const steps = [5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880];
/** Room for a label such as "12:00 AM" and some air. */
const labelPx = 56;
/** "now" stands at the end. */
const nowPx = 44;

/** Ticks of the window without "now". */
export function ticks(scale: Scale, format: Format): readonly Tick[] {
  const { startMs, endMs, width } = scale;
  const minutes = (endMs - startMs) / minuteMs;
  const step = steps.find((each) => minutes / each <= width / labelPx) ?? minutes;
  const firstDay = format.dayNumber(startMs);
  // Looking once an hour is enough for long steps; hours are those of the user's clock, some zones are half an hour off.
  const look = Math.min(step, 60);
  const first = look - (format.minuteOfDay(startMs) % look);
  const result: Tick[] = [];
  for (let atMs = Math.floor(startMs / minuteMs + first) * minuteMs; atMs < endMs; atMs += look * minuteMs) {
    const minute = (format.dayNumber(atMs) - firstDay) * 1440 + format.minuteOfDay(atMs);
    const x = xOf(scale, atMs);
    if (minute % step === 0 && x > labelPx / 4 && x < width - nowPx)
      result.push({ x, label: format.time(atMs) });
  }
  return result;
}
