// Minutes left on battery. Without a current sensor only the fall of the percent tells: the median of many pairwise
// slopes (Theil-Sen) is not fooled by the gauge's small steps, and nothing is said until there is enough of a fall.
import type { RuntimeEstimate } from "./model.ts";
import type { Trend } from "./trend.ts";

/** The gauge re-converges after a step of voltage: what it says then is no trend yet. */
export const settleMs = 30_000;
/** Less than this is within the gauge's own steps. */
const minimumFallPct = 0.3;
const minimumSpanMs = 30_000;

/** Percent points per minute, positive while falling; null while unknown. */
export function fallPerMinute(trend: Trend): number | null {
  const points = trend.latest === null ? trend.points : [...trend.points, trend.latest];
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return null;
  const span = last.monoMs - first.monoMs;
  if (span < minimumSpanMs || first.chargePct - last.chargePct < minimumFallPct) return null;
  const slopes: number[] = [];
  for (let i = 0; i < points.length; i += 1) {
    for (let j = i + 1; j < points.length; j += 1) {
      const a = points[i];
      const b = points[j];
      // Close pairs are dominated by the 1/256 % steps of the register.
      if (a === undefined || b === undefined || b.monoMs - a.monoMs < span / 4) continue;
      slopes.push(((a.chargePct - b.chargePct) * 60_000) / (b.monoMs - a.monoMs));
    }
  }
  slopes.sort((x, y) => x - y);
  const median = slopes[Math.floor(slopes.length / 2)];
  return median === undefined || !(median > 0) ? null : median;
}

/**
 * @param chargePct present percent, clamped to 0-100
 * @param cutOffPct percent at which the agent powers the Pi off: the estimate counts down to that, not to 0 %
 * @param learnedFall slope of an earlier discharge, for "if mains failed now"
 */
export function estimateRuntime(
  onBattery: boolean | null,
  trend: Trend,
  chargePct: number | null,
  cutOffPct: number,
  nowMonoMs: number,
  learnedFall: number | null,
): RuntimeEstimate {
  if (chargePct === null) return { kind: "unknown", why: "no battery reading yet" };
  const left = Math.max(0, chargePct - cutOffPct);
  if (onBattery === null) return { kind: "unknown", why: "mains state unknown" };
  if (!onBattery) {
    if (learnedFall === null) return { kind: "unknown", why: "no outage measured yet" };
    return { kind: "estimate", minutes: left / learnedFall };
  }
  const fall = fallPerMinute(trend);
  const settling = trend.sinceMonoMs === null || nowMonoMs - trend.sinceMonoMs < settleMs;
  if (settling) {
    const known = learnedFall === null ? null : left / learnedFall;
    return { kind: "settling", minutes: known };
  }
  if (fall === null) return { kind: "unknown", why: "the battery has not fallen enough yet" };
  return { kind: "estimate", minutes: left / fall };
}
