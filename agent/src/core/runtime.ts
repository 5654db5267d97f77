// Minutes left on battery. Without a current sensor only the fall of the percent tells: the median of many pairwise
// slopes (Theil-Sen) is not fooled by the gauge's small steps, and nothing is said until there is enough of a fall.
import type { RuntimeEstimate } from "./model.ts";
import type { Trend, TrendPoint } from "./trend.ts";

/** Percent points per minute, positive while falling. */
export interface RuntimeState {
  /** Of the present stretch on battery; null while unknown. */
  readonly fall: number | null;
  /** The last one that was measured for long enough: of this outage or of the one before. */
  readonly learned: number | null;
}

export const initialRuntime: RuntimeState = { fall: null, learned: null };

/** The gauge re-converges after a step of voltage: what it says then is no trend yet. */
export const settleMs = 30_000;
/** Less than this is within the gauge's own steps. */
const minimumFallPct = 0.3;
const minimumSpanMs = 30_000;
const learnSpanMs = 60_000;
/** The median of 40 points' pairs is as good as that of 120, at a ninth of the work. */
const usedPoints = 40;

function spread(points: readonly TrendPoint[]): readonly TrendPoint[] {
  if (points.length <= usedPoints) return points;
  const last = points.length - 1;
  return Array.from(
    { length: usedPoints },
    (_, i) => points[Math.round((i * last) / (usedPoints - 1))],
  ).filter((point) => point !== undefined);
}

function pairwiseFalls(points: readonly TrendPoint[], closestMs: number): readonly number[] {
  return points.flatMap((a, i) =>
    points
      .slice(i + 1)
      // Close pairs are dominated by the 1/256 % steps of the register.
      .filter((b) => b.monoMs - a.monoMs >= closestMs)
      .map((b) => ((a.chargePct - b.chargePct) * 60_000) / (b.monoMs - a.monoMs)),
  );
}

function spanMs(trend: Trend): number {
  const first = trend.points[0];
  return first === undefined || trend.latest === null ? 0 : trend.latest.monoMs - first.monoMs;
}

/** Percent points per minute, positive while falling; null while unknown. */
export function fallPerMinute(trend: Trend): number | null {
  const first = trend.points[0];
  const { latest } = trend;
  if (first === undefined || latest === null) return null;
  const span = spanMs(trend);
  if (span < minimumSpanMs || first.chargePct - latest.chargePct < minimumFallPct) return null;
  const falls = [...pairwiseFalls(spread([...trend.points, latest]), span / 4)].sort((x, y) => x - y);
  const median = falls[Math.floor(falls.length / 2)];
  return median !== undefined && median > 0 ? median : null;
}

/** Takes the trend after a fresh reading; `onBattery` only when that is proven. */
export function takeRuntime(state: RuntimeState, trend: Trend, onBattery: boolean): RuntimeState {
  if (!onBattery) return state.fall === null ? state : { ...state, fall: null };
  // The slope moves with new points only; between them the last one stands.
  if (trend.points.at(-1) !== trend.latest && trend.points.length > 1 && state.fall !== null) return state;
  const fall = fallPerMinute(trend);
  return { fall, learned: fall !== null && spanMs(trend) >= learnSpanMs ? fall : state.learned };
}

/** What the estimate is made from. */
export interface RuntimeFacts {
  readonly onBattery: boolean | null;
  /** Present percent, clamped to 0-100; null before the first good read. */
  readonly chargePct: number | null;
  /** Percent at which the agent powers the Pi off: the estimate counts down to that, not to 0 %. */
  readonly cutOffPct: number;
  /** When the present stretch began: an AC edge or a load step. */
  readonly sinceMonoMs: number | null;
  readonly nowMonoMs: number;
}

/**
 * Minutes until the critical percent, not rounded. On mains: what an outage now would last, by the last measured one.
 * The voltage limit can come first near the end; it is not in the estimate.
 */
export function estimateRuntime(state: RuntimeState, facts: RuntimeFacts): RuntimeEstimate {
  const { onBattery, chargePct, sinceMonoMs } = facts;
  if (chargePct === null) return { kind: "unknown", why: "no battery reading yet" };
  if (onBattery === null) return { kind: "unknown", why: "mains state unknown" };
  const left = Math.max(0, chargePct - facts.cutOffPct);
  const byLearned = state.learned === null ? null : left / state.learned;
  if (!onBattery) {
    return byLearned === null
      ? { kind: "unknown", why: "no outage measured yet" }
      : { kind: "estimate", minutes: byLearned };
  }
  const settling = sinceMonoMs === null || facts.nowMonoMs - sinceMonoMs < settleMs;
  if (!settling && state.fall !== null) return { kind: "estimate", minutes: left / state.fall };
  if (settling || byLearned !== null) return { kind: "settling", minutes: byLearned };
  return { kind: "unknown", why: "the battery has not fallen enough yet" };
}
