// The charge line: samples to unbroken stretches, stretches to SVG paths. What was not known is a gap, never a slope.
import type { ChargeSample } from "../data/history-fold.ts";
import { downsample, type Point } from "./downsample.ts";
import { type Scale, xOf, yOf } from "./scale.ts";

/** A value that held longer than this is drawn level up to its change; a shorter one is joined by a slope. */
const levelAfterMs = 15 * 60_000;
/** The slope at the end of a level stretch, so that the change still reads as a line and not as a wall. */
const rampMs = 60_000;

/**
 * Unbroken stretches of the line.
 * @param samples oldest first; each holds until the next
 * @param endMs the last sample is drawn level up to here
 */
export function toStretches(samples: readonly ChargeSample[], endMs: number): readonly (readonly Point[])[] {
  const stretches: Point[][] = [];
  let current: Point[] = [];
  const close = (untilMs: number) => {
    const last = current.at(-1);
    if (last === undefined) return;
    if (untilMs > last.atMs) current.push({ atMs: untilMs, pct: last.pct });
    stretches.push(current);
    current = [];
  };
  for (const { atMs, pct } of samples) {
    if (atMs > endMs) break;
    if (pct === null) {
      close(atMs);
      continue;
    }
    const last = current.at(-1);
    if (last !== undefined && atMs - last.atMs > levelAfterMs) {
      current.push({ atMs: atMs - rampMs, pct: last.pct });
    }
    current.push({ atMs, pct });
  }
  close(endMs);
  return stretches;
}

function coordinates(points: readonly Point[], scale: Scale): string {
  const one = (value: number) => String(Math.round(value * 10) / 10);
  return points.map((point) => `${one(xOf(scale, point.atMs))} ${one(yOf(scale, point.pct))}`).join("L");
}

/** Two points to the pixel at most. */
function thin(points: readonly Point[], scale: Scale): readonly Point[] {
  return downsample(points, scale.width === 0 ? 0 : (2 * (scale.endMs - scale.startMs)) / scale.width);
}

/** `d` of the line; empty without points. */
export function linePath(stretches: readonly (readonly Point[])[], scale: Scale): string {
  return stretches.map((points) => `M${coordinates(thin(points, scale), scale)}`).join("");
}

/** `d` of the surface below the line. */
export function areaPath(stretches: readonly (readonly Point[])[], scale: Scale): string {
  const foot = (point: Point | undefined) =>
    point === undefined ? "" : coordinates([{ ...point, pct: 0 }], scale);
  return stretches
    .map((points) => `M${foot(points[0])}L${coordinates(thin(points, scale), scale)}L${foot(points.at(-1))}Z`)
    .join("");
}
