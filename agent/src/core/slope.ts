// The fall of the battery from its readings alone: the median of many pairwise slopes (Theil-Sen) is not fooled by the
// gauge's small steps or by outliers.

export interface SlopePoint {
  readonly monoMs: number;
  readonly chargePct: number;
}

/**
 * A gauge is looked at over half an hour: long enough for a fall of a point on a big pack, short enough to follow a load
 * that creeps. A percent that is estimated from a voltage wanders by some points on the flat part of the curve, and only
 * two hours make more than that of a fall.
 */
const pointEveryMs = { gauge: 15_000, estimated: 60_000 } as const;
const maxPoints = 120;
/** The median of 40 points' pairs is as good as that of 120, at a ninth of the work. */
const usedPoints = 40;
/** Less than this is within the gauge's own steps. */
const minimumFallPct = 0.3;
const minimumSpanMs = 30_000;

/** Adds a reading when it is time for a point; the list stays bounded. `estimated`: the percent is the core's own. */
export function addPoint(
  points: readonly SlopePoint[],
  point: SlopePoint,
  estimated: boolean,
): readonly SlopePoint[] {
  const last = points.at(-1);
  const everyMs = pointEveryMs[estimated ? "estimated" : "gauge"];
  if (last !== undefined && point.monoMs - last.monoMs < everyMs) return points;
  return [...points, point].slice(-maxPoints);
}

function spread(points: readonly SlopePoint[]): readonly SlopePoint[] {
  if (points.length <= usedPoints) return points;
  const last = points.length - 1;
  return Array.from(
    { length: usedPoints },
    (_, i) => points[Math.round((i * last) / (usedPoints - 1))],
  ).filter((point) => point !== undefined);
}

export function spanMs(points: readonly SlopePoint[]): number {
  const [first, last] = [points[0], points.at(-1)];
  return first === undefined || last === undefined ? 0 : last.monoMs - first.monoMs;
}

export function fallPct(points: readonly SlopePoint[]): number {
  const [first, last] = [points[0], points.at(-1)];
  return first === undefined || last === undefined ? 0 : first.chargePct - last.chargePct;
}

/**
 * Fall per minute on the scale that `units` makes of a percent, positive while falling; null while there is too little
 * of it to tell.
 */
export function fallPerMinute(
  points: readonly SlopePoint[],
  units: (chargePct: number) => number,
): number | null {
  const span = spanMs(points);
  if (span < minimumSpanMs || fallPct(points) < minimumFallPct) return null;
  const used = spread(points).map(({ monoMs, chargePct }) => ({ monoMs, value: units(chargePct) }));
  // Close pairs are dominated by the 1/256 % steps of the register.
  const closestMs = span / 4;
  const falls: number[] = [];
  for (const [i, a] of used.entries()) {
    for (const b of used.slice(i + 1)) {
      const passedMs = b.monoMs - a.monoMs;
      if (passedMs >= closestMs) falls.push(((a.value - b.value) * 60_000) / passedMs);
    }
  }
  const median = falls.sort((x, y) => x - y)[Math.floor(falls.length / 2)];
  return median !== undefined && median > 0 ? median : null;
}
