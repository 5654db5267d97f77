// Minutes left on battery, to the cut-off. Where the current is sensed: charge left over the smoothed power. Where it is
// not: the fall of the percent, on a scale that earlier outages made even. Nothing is said until there is enough data,
// and a step of the load begins anew.
import { cutOffPct, sagOf } from "./cut-off.ts";
import { addDrawn, type Drawn, type PowerState, takePower } from "./energy.ts";
import type { Thresholds } from "./engine.ts";
import type { LearnedBattery } from "./learned.ts";
import type { EstimateConfidence, GaugeReading, Instant, RuntimeEstimate } from "./model.ts";
import { meanOcvMv, type OcvTable } from "./ocv.ts";
import { coverage, evenUnits } from "./profile.ts";
import { beginPublished, overtaken, type Published, publish } from "./published.ts";
import { addPoint, fallPct, fallPerMinute, type SlopePoint, spanMs } from "./slope.ts";

export interface RuntimeState {
  /** The present stretch: since an AC edge, a load step or a gap. null: not on battery. */
  readonly sinceMonoMs: number | null;
  readonly points: readonly SlopePoint[];
  readonly power: PowerState | null;
  /** Since the battery settled after mains was lost; outlives load steps. */
  readonly drawn: Drawn | null;
  /** Measured fall of this stretch, even units per minute; null while unknown. */
  readonly fall: number | null;
  /** The mean one from now to the cut-off, of this stretch. */
  readonly pace: number | null;
  /** Of the stretch before the last load step. */
  readonly lastPace: number | null;
  readonly mahPerUnit: number | null;
  readonly sagMv: number | null;
  readonly published: Published | null;
  readonly estimate: RuntimeEstimate;
}

const nothingYet: RuntimeEstimate = { kind: "unknown", why: "the battery has not fallen enough yet" };

export const initialRuntime: RuntimeState = {
  sinceMonoMs: null,
  points: [],
  power: null,
  drawn: null,
  fall: null,
  pace: null,
  lastPace: null,
  mahPerUnit: null,
  sagMv: null,
  published: null,
  estimate: nothingYet,
};

/** What does not come from the state. */
export interface RuntimeFacts {
  readonly table: OcvTable;
  readonly resistanceMohm: number;
  readonly ratedMah: number | null;
  readonly thresholds: Thresholds;
  readonly learned: LearnedBattery;
  /** The percent is the core's own estimate. */
  readonly estimated: boolean;
  /** When the present stretch began, by AC edge, voltage step or gap. */
  readonly sinceMonoMs: number;
}

/** The gauge re-converges, and the voltage relaxes, after a step: what they say then is no trend yet. */
export const settleMs = { withCurrent: 60_000, byFall: 120_000 } as const;
/** A fall of less is too much noise to publish a figure. */
const leastFallPct = { gauge: 0.5, estimated: 1.5 } as const;
/** Charge drawn for so many units is worth nothing at the first figure, and everything at the second. */
const trustedUnits = { gauge: [1, 5], estimated: [5, 15] } as const;
/** A gauge's percent is believed for charge only when the battery settled after the AC edge. */
const drawnAfterMs = 60_000;
const drawnLeastMah = 1;

function unitsOf({ learned }: Pick<RuntimeFacts, "learned">): (pct: number) => number {
  return (pct) => evenUnits(learned.profile, pct);
}

/** mAh per even unit: what this outage drew for what it lost, and before that what is known of the pack. */
function mahPerUnitOf(drawn: Drawn | null, pct: number, facts: RuntimeFacts): number | null {
  const units = unitsOf(facts);
  const { learned, ratedMah, estimated } = facts;
  const capacity = learned.capacityMah ?? ratedMah;
  const prior = learned.mahPerUnit ?? (capacity === null ? null : capacity / units(100));
  const lost = drawn === null ? 0 : units(drawn.fromPct) - units(pct);
  const [none, all] = trustedUnits[estimated ? "estimated" : "gauge"];
  if (drawn === null || drawn.mah < drawnLeastMah || lost <= none) return prior;
  const measured = drawn.mah / lost;
  const part = prior === null ? 1 : Math.min(1, (lost - none) / (all - none));
  return (prior ?? 0) * (1 - part) + measured * part;
}

interface Left {
  readonly minutes: number;
  /** Even units per minute at this load. */
  readonly pace: number;
}

/** Charge left over power: the current grows as the voltage falls, the power stays. */
function leftByCurrent(state: RuntimeState, pct: number, cutPct: number, facts: RuntimeFacts): Left | null {
  const { mahPerUnit, power, sagMv } = state;
  if (mahPerUnit === null || power === null || power.slowMw <= 0) return null;
  const units = unitsOf(facts);
  const meanMv = meanOcvMv(facts.table, Math.min(cutPct, pct), pct) - (sagMv ?? 0);
  const paceAt = (mv: number) => power.slowMw / (mv / 1000) / mahPerUnit / 60;
  const pace = paceAt(Math.max(1000, meanMv));
  return { minutes: Math.max(0, units(pct) - units(cutPct)) / pace, pace };
}

/**
 * Units left over the fall of the units. Without a profile in minutes the scale is one of charge, and a steady power
 * draws it faster as the voltage falls.
 */
function leftByFall(state: RuntimeState, pct: number, cutPct: number, facts: RuntimeFacts): Left | null {
  const { fall, points, sagMv } = state;
  const first = points[0];
  if (fall === null || first === undefined) return null;
  const units = unitsOf(facts);
  const left = Math.max(0, units(pct) - units(cutPct));
  if (facts.learned.profile?.basis === "minutes") return { minutes: left / fall, pace: fall };
  const sag = sagMv ?? 0;
  const ahead = meanOcvMv(facts.table, Math.min(cutPct, pct), pct) - sag;
  const behind = meanOcvMv(facts.table, pct, Math.max(pct, first.chargePct)) - sag;
  const pace = fall / Math.max(0.5, Math.min(1, ahead / behind));
  return { minutes: left / pace, pace };
}

function isSettled(state: RuntimeState, now: Instant, byCurrent: boolean, facts: RuntimeFacts): boolean {
  const { points, sinceMonoMs } = state;
  const sinceMs = now.monoMs - (sinceMonoMs ?? now.monoMs);
  if (byCurrent) return sinceMs >= settleMs.withCurrent;
  const least = leastFallPct[facts.estimated ? "estimated" : "gauge"];
  return sinceMs >= settleMs.byFall && spanMs(points) >= settleMs.byFall && fallPct(points) >= least;
}

const confident = { highMs: 600_000, highFallPct: 2, coverage: 0.8, seenUnits: 10 } as const;

/**
 * high: an earlier outage showed how this battery falls down to the cut-off, and this one has been watched for ten
 * minutes and two points (or its current is known). medium: the current is known and the pack's charge was measured, or
 * the earlier outage is known but this one is young. low: a straight line through a gauge whose shape nobody has seen.
 * One class less where the percent itself is only estimated from a voltage, without a current.
 */
function confidenceOf(
  state: RuntimeState,
  pct: number,
  cutPct: number,
  byCurrent: boolean,
  facts: RuntimeFacts,
): EstimateConfidence {
  const { learned, estimated } = facts;
  const seen = pct <= cutPct || coverage(learned.profile, cutPct, pct) >= confident.coverage;
  const watched =
    byCurrent || (spanMs(state.points) >= confident.highMs && fallPct(state.points) >= confident.highFallPct);
  const drawnUnits = state.drawn === null ? 0 : state.drawn.fromPct - pct;
  const charge = byCurrent && (learned.mahPerUnit !== null || drawnUnits >= confident.seenUnits);
  const rank = seen && watched ? 2 : seen || charge ? 1 : 0;
  const less = estimated && !byCurrent ? 1 : 0;
  return (["low", "medium", "high"] as const)[Math.max(0, rank - less)] ?? "low";
}

/** The minutes that the last known pace gives: good enough to show while this stretch settles. */
function byPace(
  pace: number | null,
  pct: number,
  cutPct: number,
  facts: Pick<RuntimeFacts, "learned">,
): number | null {
  const units = unitsOf(facts);
  return pace === null ? null : Math.max(0, units(pct) - units(cutPct)) / pace;
}

function measured(
  state: RuntimeState,
  reading: GaugeReading,
  at: Instant,
  facts: RuntimeFacts,
): RuntimeState {
  const { chargePct, currentMa } = reading;
  const point = { monoMs: at.monoMs, chargePct };
  const points = addPoint(state.points, point);
  const grew = points !== state.points;
  const power =
    currentMa === undefined ? null : takePower(state.power, (-currentMa * reading.cellMv) / 1000, at.monoMs);
  const settledFor = at.monoMs - (state.sinceMonoMs ?? at.monoMs);
  const begins = state.drawn === null && settledFor >= drawnAfterMs;
  const drawn =
    currentMa === undefined
      ? null
      : state.drawn === null
        ? begins
          ? { fromPct: chargePct, mah: 0, monoMs: at.monoMs }
          : null
        : addDrawn(state.drawn, currentMa, at.monoMs);
  const sag = sagOf(reading, facts.table, facts.resistanceMohm);
  return {
    ...state,
    points,
    power,
    drawn,
    sagMv: state.sagMv === null ? sag : state.sagMv + (sag - state.sagMv) * 0.05,
    fall: grew ? fallPerMinute(points, unitsOf(facts)) : state.fall,
    mahPerUnit: currentMa === undefined ? null : mahPerUnitOf(drawn, chargePct, facts),
  };
}

function said(state: RuntimeState, reading: GaugeReading, at: Instant, facts: RuntimeFacts): RuntimeState {
  const pct = Math.max(0, Math.min(100, reading.chargePct));
  const cutPct = cutOffPct(state.sagMv ?? 0, reading.cellMv, facts.table, facts.thresholds);
  const charge = leftByCurrent(state, pct, cutPct, facts);
  const left = charge ?? leftByFall(state, pct, cutPct, facts);
  const byCurrent = charge !== null;
  const settled = isSettled(state, at, byCurrent, facts);
  if (left === null || !settled) {
    const minutes = byPace(state.lastPace ?? facts.learned.pace, pct, cutPct, facts);
    const young = at.monoMs - (state.sinceMonoMs ?? at.monoMs) < settleMs.byFall;
    const estimate: RuntimeEstimate =
      young || minutes !== null || left !== null ? { kind: "settling", minutes } : nothingYet;
    return { ...state, estimate, published: null };
  }
  const published =
    state.published === null
      ? beginPublished(left.minutes, at.monoMs)
      : publish(state.published, left.minutes, at.monoMs);
  const confidence = confidenceOf(state, pct, cutPct, byCurrent, facts);
  const next: RuntimeState = {
    ...state,
    pace: left.pace,
    published,
    estimate: { kind: "estimate", minutes: published.minutes, confidence },
  };
  return overtaken(published, at.monoMs) ? restarted(next, at.monoMs) : next;
}

/** A new stretch: what was measured of the load before is over, what was drawn is not. */
function restarted(state: RuntimeState, sinceMonoMs: number): RuntimeState {
  return {
    ...state,
    sinceMonoMs,
    points: [],
    fall: null,
    pace: null,
    lastPace: state.pace ?? state.lastPace,
    published: null,
  };
}

/** Takes a fresh reading while the battery provably drives the Pi. */
export function takeRuntime(
  state: RuntimeState,
  reading: GaugeReading,
  at: Instant,
  facts: RuntimeFacts,
): RuntimeState {
  const { sinceMonoMs } = state;
  const isNew = sinceMonoMs === null || facts.sinceMonoMs > sinceMonoMs;
  const here = isNew ? restarted(state, facts.sinceMonoMs) : state;
  const next = measured(here, reading, at, facts);
  const stepMonoMs = next.power?.stepMonoMs ?? 0;
  const stepped = stepMonoMs > (next.sinceMonoMs ?? 0) && stepMonoMs === at.monoMs && state.power !== null;
  return said(stepped ? restarted(next, at.monoMs) : next, reading, at, facts);
}

/**
 * What an outage would last from now on by what earlier ones showed: shown on mains, and as `settling` in the first
 * seconds of an outage (`justLost`).
 */
export function runtimeOnMains(
  reading: GaugeReading,
  facts: Omit<RuntimeFacts, "sinceMonoMs">,
  justLost: boolean,
): RuntimeEstimate {
  const { learned, table, thresholds } = facts;
  const pct = Math.max(0, Math.min(100, reading.chargePct));
  const cutPct = cutOffPct(learned.sagMv ?? 0, reading.cellMv, table, thresholds);
  const minutes = byPace(learned.pace, pct, cutPct, facts);
  if (justLost) return { kind: "settling", minutes };
  if (minutes === null) return { kind: "unknown", why: "no outage measured yet" };
  const seen = coverage(learned.profile, cutPct, pct) >= confident.coverage;
  return { kind: "estimate", minutes, confidence: seen && !facts.estimated ? "medium" : "low" };
}
