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

/** `d` of one stretch; two points to the pixel at most. */
function stretchPath(points: readonly Point[], scale: Scale): string {
  const one = (value: number) => Math.round(value * 10) / 10;
  const bucketMs = (2 * (scale.endMs - scale.startMs)) / (scale.width || 1);
  const places = downsample(points, bucketMs).map(
    ({ atMs, pct }) => `${one(xOf(scale, atMs))} ${one(yOf(scale, pct))}`,
  );
  return `M${places.join("L")}`;
}

/** `d` of the line; empty without points. */
export function linePath(stretches: readonly (readonly Point[])[], scale: Scale): string {
  return stretches.map((points) => stretchPath(points, scale)).join("");
}

/** `d` of the surface below the line: down to the foot, back to the start. */
export function areaPath(stretches: readonly (readonly Point[])[], scale: Scale): string {
  return stretches
    .map((points) => `${stretchPath(points, scale)}V${scale.height}H${xOf(scale, points[0]?.atMs ?? 0)}Z`)
    .join("");
}
