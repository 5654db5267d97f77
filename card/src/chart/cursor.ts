// What stands under the cursor, and how keys move it.
import type { Band } from "../data/outages.ts";
import type { Point } from "./downsample.ts";

export interface Reading {
  readonly atMs: number;
  /** null: not known at that moment. */
  readonly pct: number | null;
  readonly band: Band | undefined;
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
function chargeAt(stretches: TrendData["stretches"], atMs: number): number | null {
  for (const points of stretches) {
    const right = points.find((point) => point.atMs >= atMs);
    const left = points.findLast((point) => point.atMs <= atMs);
    if (left === undefined || right === undefined) continue;
    const share = (atMs - left.atMs) / (right.atMs - left.atMs || 1);
    return left.pct + share * (right.pct - left.pct);
  }
  return null;
}

export function readingAt({ stretches, bands }: TrendData, atMs: number): Reading {
  const band = bands.find(({ startMs, endMs }) => startMs <= atMs && atMs <= endMs);
  return { atMs, pct: chargeAt(stretches, atMs), band };
}

/** A day in quarters of an hour. */
const steps = 96;

/** The cursor after a key, null to hide it, undefined when the key is not ours. */
export function moveCursor(
  { startMs, endMs }: TrendData,
  atMs: number | null,
  key: string,
): number | null | undefined {
  const moves: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowDown: -1,
    ArrowRight: 1,
    ArrowUp: 1,
    PageDown: -8,
    PageUp: 8,
    Home: -steps,
    End: steps,
  };
  if (key === "Escape") return null;
  const move = moves[key];
  if (move === undefined) return undefined;
  const next = (atMs ?? endMs) + (move * (endMs - startMs)) / steps;
  return Math.min(endMs, Math.max(startMs, next));
}
