// What stands under the cursor, and how keys move it.
import type { Band } from "../data/outages.ts";
import type { Point } from "./downsample.ts";

export interface Reading {
  readonly atMs: number;
  /** null: not known at that moment. */
  readonly pct: number | null;
  readonly band: Band | null;
}

/** What the trend draws: a window, the line's unbroken stretches, and the bands behind it. */
export interface TrendData {
  readonly startMs: number;
  readonly endMs: number;
  readonly stretches: readonly (readonly Point[])[];
  readonly bands: readonly Band[];
  /** The line ends in a live value. */
  readonly live: boolean;
  /** Nothing has arrived yet. */
  readonly loading: boolean;
}

/** Charge on the drawn line, so that the cursor's dot sits on it. */
function chargeAt(stretches: readonly (readonly Point[])[], atMs: number): number | null {
  const points = stretches.find(
    (each) => (each[0]?.atMs ?? Infinity) <= atMs && atMs <= (each.at(-1)?.atMs ?? -Infinity),
  );
  if (points === undefined) return null;
  const after = points.findIndex((point) => point.atMs >= atMs);
  const right = points[after];
  const left = points[after - 1] ?? right;
  if (left === undefined || right === undefined) return null;
  if (right.atMs === left.atMs) return right.pct;
  return left.pct + ((atMs - left.atMs) / (right.atMs - left.atMs)) * (right.pct - left.pct);
}

export function readingAt(data: TrendData, atMs: number): Reading {
  return {
    atMs,
    pct: chargeAt(data.stretches, atMs),
    band: data.bands.find((band) => band.startMs <= atMs && atMs <= band.endMs) ?? null,
  };
}

const steps = 96;

/** The cursor after a key, null to hide it, undefined when the key is not ours. */
export function moveCursor(data: TrendData, atMs: number | null, key: string): number | null | undefined {
  const stepMs = (data.endMs - data.startMs) / steps;
  const from = atMs ?? data.endMs;
  const clamp = (value: number) => Math.min(data.endMs, Math.max(data.startMs, value));
  switch (key) {
    case "ArrowLeft":
    case "ArrowDown":
      return clamp(from - stepMs);
    case "ArrowRight":
    case "ArrowUp":
      return clamp(from + stepMs);
    case "PageUp":
      return nextEdge(data, from, 1);
    case "PageDown":
      return nextEdge(data, from, -1);
    case "Home":
      return data.startMs;
    case "End":
      return data.endMs;
    case "Escape":
      return null;
    default:
      return undefined;
  }
}

/** Page keys jump from outage to outage. */
function nextEdge(data: TrendData, fromMs: number, direction: 1 | -1): number {
  const starts = data.bands
    .map((band) => band.startMs)
    .filter((startMs) => (startMs - fromMs) * direction > 0);
  if (starts.length === 0) return direction === 1 ? data.endMs : data.startMs;
  return direction === 1 ? Math.min(...starts) : Math.max(...starts);
}
