// How much of the battery is left of what was sold: its capacity, from the charge that an outage drew for the percent
// that it cost, and its resistance, from the step of voltage and current at an AC edge. Nothing of this without a current.
import type { BatteryMeasurement } from "./learned.ts";
import type { Health, Instant, RawReading } from "./model.ts";

/** Good from 80 %, fair from 60 % of the rated capacity on: 80 % is where makers end a cell's cycle life. */
const goodPct = 80;
const fairPct = 60;

/** Percent of the rated capacity, 0-100; null while either is unknown. */
export function healthPct(capacityMah: number | null, ratedMah: number | null): number | null {
  if (capacityMah === null || ratedMah === null || ratedMah <= 0) return null;
  return Math.max(0, Math.min(100, (capacityMah / ratedMah) * 100));
}

export function healthOf(pct: number | null): Health {
  if (pct === null) return "unknown";
  if (pct >= goodPct) return "good";
  return pct >= fairPct ? "fair" : "poor";
}

/** Fewer points than this, and the error of the percent itself is too much of the result. */
const leastPoints = 30;
/** Against the rated capacity; what is further off is a wrong current or a wrong setting. */
const possiblePart = { min: 0.05, max: 2 } as const;
const leastMah = 50;

/** Capacity in mAh from charge drawn between two settled percents; null when that proves nothing. */
export function capacityFrom(
  drawnMah: number,
  fromPct: number,
  toPct: number,
  ratedMah: number | null,
): number | null {
  const points = fromPct - toPct;
  if (!(points >= leastPoints) || !(drawnMah > 0)) return null;
  const mah = (drawnMah / points) * 100;
  if (!(mah >= leastMah)) return null;
  if (ratedMah === null) return mah;
  return mah >= ratedMah * possiblePart.min && mah <= ratedMah * possiblePart.max ? mah : null;
}

/** The step of an AC edge, from the last reading before it to the voltage when it has settled. */
export interface EdgeState {
  /** Newest reading while mains was certain. */
  readonly before: { readonly reading: RawReading; readonly monoMs: number } | null;
  /** An edge was seen: what was before it, and when it was. */
  readonly edge: { readonly reading: RawReading; readonly monoMs: number } | null;
}

export const initialEdge: EdgeState = { before: null, edge: null };

/** Most of the slow part of the drop is there by then, and the charge has hardly moved. */
const settledMs = 60_000;
const tooLateMs = 90_000;
/** What was before the edge must be as fresh as this. */
const freshMs = 10_000;
/** Smaller steps of current drown in the noise of the voltage. */
const leastStepMa = 300;
const leastStepMv = 5;
const possibleMohm = { min: 5, max: 1000 } as const;

function resistanceFrom(before: RawReading, after: RawReading): number | null {
  if (before.currentMa === undefined || after.currentMa === undefined) return null;
  const [stepMa, stepMv] = [before.currentMa - after.currentMa, before.cellMv - after.cellMv];
  if (Math.abs(stepMa) < leastStepMa || Math.abs(stepMv) < leastStepMv) return null;
  const mohm = (stepMv / stepMa) * 1000;
  return mohm >= possibleMohm.min && mohm <= possibleMohm.max ? mohm : null;
}

export interface EdgeStep {
  readonly state: EdgeState;
  /** mOhm per cell in series; null when nothing was measured now. */
  readonly resistanceMohm: number | null;
}

/**
 * Takes a believed reading. `edgeMonoMs`: when mains last came or went, also when that is not confirmed yet.
 */
export function takeEdge(
  state: EdgeState,
  reading: RawReading,
  at: Instant,
  edgeMonoMs: number | null,
): EdgeStep {
  const now = { reading, monoMs: at.monoMs };
  const { before, edge } = state;
  const isNew = edgeMonoMs !== null && before !== null && before.monoMs < edgeMonoMs;
  if (isNew && edgeMonoMs !== edge?.monoMs) {
    const known = edgeMonoMs - before.monoMs <= freshMs;
    return {
      state: known
        ? { before, edge: { reading: before.reading, monoMs: edgeMonoMs } }
        : { before: now, edge: null },
      resistanceMohm: null,
    };
  }
  if (edge === null) return { state: { before: now, edge: null }, resistanceMohm: null };
  const sinceMs = at.monoMs - edge.monoMs;
  if (sinceMs < settledMs) return { state, resistanceMohm: null };
  const measured = sinceMs > tooLateMs ? null : resistanceFrom(edge.reading, reading);
  return { state: { before: now, edge: null }, resistanceMohm: measured };
}

/** A new figure counts as much as all before it, so that one bad measurement fades. */
export function blended(before: number | null, measured: number): number {
  return before === null ? measured : before + (measured - before) / 2;
}

export function capacityMeasurement(atMs: number, capacityMah: number): BatteryMeasurement {
  return { atMs, capacityMah, resistanceMohm: null, how: "outage_charge" };
}

/** @param cellMohm per cell in series */
export function resistanceMeasurement(
  atMs: number,
  cellMohm: number,
  cellsInSeries: number,
): BatteryMeasurement {
  return { atMs, capacityMah: null, resistanceMohm: cellMohm * cellsInSeries, how: "ac_edge" };
}
