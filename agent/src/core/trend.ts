// The battery's recent past since the last break (AC edge, load step or a gap in the readings): the points from which
// charging, contradictions and runtime are derived. Points are thinned, so that the memory is bounded and ten minutes fit.
import type { GaugeReading, Instant } from "./model.ts";

export interface TrendPoint {
  readonly monoMs: number;
  readonly chargePct: number;
  readonly cellMv: number;
}

export interface Trend {
  /** When the present stretch began: an AC edge, a load step, a gap or the start. */
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
/** What lies before a longer silence says nothing about now. */
const gapMs = 60_000;
const gapSamples = 3;

/** Begins a new stretch. */
export function restartTrend(at: Instant): Trend {
  return { sinceMonoMs: at.monoMs, points: [], latest: null };
}

/** Adds a fresh reading; a load step or a gap begins a new stretch. */
export function takeTrend(trend: Trend, reading: GaugeReading, at: Instant, sampleIntervalMs: number): Trend {
  const point: TrendPoint = { monoMs: at.monoMs, chargePct: reading.chargePct, cellMv: reading.cellMv };
  const { latest } = trend;
  const gap = Math.max(gapMs, gapSamples * sampleIntervalMs);
  const broken =
    latest !== null &&
    (Math.abs(point.cellMv - latest.cellMv) > loadStepMv || point.monoMs - latest.monoMs > gap);
  if (broken) return { sinceMonoMs: at.monoMs, points: [point], latest: point };
  const last = trend.points.at(-1);
  const due = last === undefined || point.monoMs - last.monoMs >= pointEveryMs;
  return {
    sinceMonoMs: trend.sinceMonoMs ?? at.monoMs,
    points: due ? [...trend.points, point].slice(-maxPoints) : trend.points,
    latest: point,
  };
}

export interface Change {
  /** Percent points, positive when the battery rose. */
  readonly pct: number;
  readonly mv: number;
  readonly overMs: number;
}

/** Change of percent and voltage over the last `windowMs` of the stretch, or null while it is shorter. */
export function changeOver(trend: Trend, windowMs: number): Change | null {
  const { latest } = trend;
  if (latest === null) return null;
  let start: TrendPoint | null = null;
  for (const point of trend.points) {
    if (latest.monoMs - point.monoMs < windowMs) break;
    start = point;
  }
  if (start === null) return null;
  return {
    pct: latest.chargePct - start.chargePct,
    mv: latest.cellMv - start.cellMv,
    overMs: latest.monoMs - start.monoMs,
  };
}

/** Where the percent comes from: one that is estimated from a voltage moves with the load as well. */
export interface Measured {
  readonly estimated: boolean;
  readonly currentMa?: number;
}

/** Less current than this is a battery at rest, and the error of a cheap sensor. */
export const currentNoiseMa = 50;
const estimateRises = { pct: 0.1, mv: 3 } as const;

/** A load that ends lifts a voltage for a minute: without a current that charges, the whole minute has to rise. */
function isEstimateRising(trend: Trend, currentMa: number | undefined): boolean {
  if (currentMa !== undefined) return currentMa > currentNoiseMa;
  const change = changeOver(trend, risingMs.longest);
  return change !== null && change.pct >= estimateRises.pct && change.mv >= estimateRises.mv;
}

/** Change in each of so many windows that follow each other, the newest first; null while the stretch is shorter. */
export function changesOver(trend: Trend, windowMs: number, windows: number): readonly Change[] | null {
  const sums = Array.from({ length: windows }, (_, i) => changeOver(trend, windowMs * (i + 1)));
  const changes: Change[] = [];
  for (const [i, sum] of sums.entries()) {
    if (sum === null) return null;
    const newer = sums[i - 1] ?? { pct: 0, mv: 0, overMs: 0 };
    changes.push({ pct: sum.pct - newer.pct, mv: sum.mv - newer.mv, overMs: sum.overMs - newer.overMs });
  }
  return changes;
}

const risingMs = { shortest: 20_000, longest: 60_000 } as const;
/** The slowest charge measured is 0.25 %/min (3 A into 20 Ah); 0.03 points are 8 steps of the register. */
const rising = { pctPerMin: 0.1, pct: 0.03, mv: -1.5 } as const;

/**
 * Whether the battery rises at this moment. Quick and only a hint: 20 seconds of rising percent while the voltage does
 * not fall. Enough to hold a power-off back, not enough to call the pin broken.
 */
export function isRising(trend: Trend, how: Measured = { estimated: false }): boolean {
  if (how.estimated) return isEstimateRising(trend, how.currentMa);
  const change = changeOver(trend, risingMs.longest) ?? changeOver(trend, risingMs.shortest);
  if (change === null) return false;
  const perMin = (change.pct * 60_000) / change.overMs;
  return perMin >= rising.pctPerMin && change.pct >= rising.pct && change.mv >= rising.mv;
}
