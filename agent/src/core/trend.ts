// The battery's recent past since the last break (AC edge or load step): the points from which charging, contradictions
// and runtime are derived. Points are thinned, so that the memory is bounded and ten minutes always fit.
import type { GaugeReading, Instant } from "./model.ts";

export interface TrendPoint {
  readonly monoMs: number;
  readonly chargePct: number;
  readonly cellMv: number;
}

export interface Trend {
  /** When the present stretch began: an AC edge, a load step or the start. */
  readonly sinceMonoMs: number | null;
  readonly points: readonly TrendPoint[];
  /** The newest reading, also when it was too soon for a point. */
  readonly latest: TrendPoint | null;
}

export const initialTrend: Trend = { sinceMonoMs: null, points: [], latest: null };

const pointEveryMs = 5_000;
const maxPoints = 120;
/** A voltage step larger than gauge noise (1.25 mV) and drift within a sample: the load changed. */
const loadStepMv = 60;

/** Begins a new stretch. */
export function restartTrend(at: Instant): Trend {
  return { sinceMonoMs: at.monoMs, points: [], latest: null };
}

/** Adds a fresh reading; a load step begins a new stretch. */
export function takeTrend(trend: Trend, reading: GaugeReading, at: Instant): Trend {
  const point: TrendPoint = { monoMs: at.monoMs, chargePct: reading.chargePct, cellMv: reading.cellMv };
  const { latest } = trend;
  if (latest !== null && Math.abs(point.cellMv - latest.cellMv) > loadStepMv) {
    return { sinceMonoMs: at.monoMs, points: [point], latest: point };
  }
  const last = trend.points.at(-1);
  const due = last === undefined || point.monoMs - last.monoMs >= pointEveryMs;
  return {
    sinceMonoMs: trend.sinceMonoMs ?? at.monoMs,
    points: due ? [...trend.points, point].slice(-maxPoints) : trend.points,
    latest: point,
  };
}

/** Change of percent and voltage over the last `windowMs` of the stretch, or null while it is shorter. */
export function changeOver(
  trend: Trend,
  windowMs: number,
): { readonly pct: number; readonly mv: number } | null {
  const { latest } = trend;
  if (latest === null) return null;
  let start: TrendPoint | null = null;
  for (const point of trend.points) {
    if (latest.monoMs - point.monoMs < windowMs) break;
    start = point;
  }
  if (start === null) return null;
  return { pct: latest.chargePct - start.chargePct, mv: latest.cellMv - start.cellMv };
}
