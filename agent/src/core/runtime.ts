// Minutes left on battery, to the cut-off. Where the current is sensed: charge left over the smoothed power. Where it is
// not: the fall of the percent, on a scale that earlier outages made even. Nothing is said until there is enough data,
// and a step of the load begins anew.
import { confidenceOf, isSeen } from "./confidence.ts";
import { cutOffPct } from "./cut-off.ts";
import type { Drawn } from "./energy.ts";
import type { Thresholds } from "./engine.ts";
import type { LearnedBattery } from "./learned.ts";
import { cutOffSagMv, type LoadState, restartLoad, takeLoad } from "./load.ts";
import type { GaugeReading, Instant, RuntimeEstimate } from "./model.ts";
import { meanOcvMv, type OcvTable } from "./ocv.ts";
import { evenUnits } from "./profile.ts";
import { beginPublished, overtaken, type Published, publish } from "./published.ts";
import { fallPct, spanMs } from "./slope.ts";

export interface RuntimeState {
  /** null: not on battery. */
  readonly load: LoadState | null;
  /** Even units per minute from now to the cut-off, of this stretch; null while unknown. */
  readonly pace: number | null;
  /** Of the stretch before the last load step. */
  readonly lastPace: number | null;
  readonly published: Published | null;
  readonly estimate: RuntimeEstimate;
}

const nothingYet: RuntimeEstimate = { kind: "unknown", why: "the battery has not fallen enough yet" };

export const initialRuntime: RuntimeState = {
  load: null,
  pace: null,
  lastPace: null,
  published: null,
  estimate: nothingYet,
};

/** What is known of the pack, the limits and the past. */
export interface RuntimeFacts {
  readonly table: OcvTable;
  readonly resistanceMohm: number;
  readonly ratedMah: number | null;
  readonly thresholds: Thresholds;
  readonly learned: LearnedBattery;
  /** The percent is the core's own estimate. */
  readonly estimated: boolean;
  readonly sampleIntervalMs: number;
}

/** The gauge re-converges, and the voltage relaxes, after a step: what they say then is no trend yet. */
const settleMs = { withCurrent: 60_000, byFall: 120_000 } as const;
/** A fall of less is too much noise to publish a figure. */
const leastFallPct = { gauge: 0.5, estimated: 1.5 } as const;
/** Charge drawn for so many units is worth nothing at the first figure, and everything at the second. */
const trustedUnits = { gauge: [1, 5], estimated: [5, 15] } as const;
const drawnLeastMah = 1;
/** Less drives no Pi, and is the noise of the sensor. */
const leastMw = 50;
/** Units per minute: months to the cut-off. */
const leastFall = 1e-3;

function unitsOf(learned: LearnedBattery): (pct: number) => number {
  return (pct) => evenUnits(learned.profile, pct);
}

/** mAh per even unit: what this outage drew for what it lost, and before that what is known of the pack. */
function mahPerUnitOf(drawn: Drawn | null, pct: number, facts: RuntimeFacts): number | null {
  const { learned, ratedMah, estimated } = facts;
  const units = unitsOf(learned);
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
  /** Even units per minute on the way to the cut-off. */
  readonly pace: number;
}

/** Charge left over power: the current grows as the voltage falls, the power stays. */
function leftByCurrent(load: LoadState, pct: number, cutPct: number, facts: RuntimeFacts): Left | null {
  const { drawn, power, sagMv } = load;
  const mahPerUnit = mahPerUnitOf(drawn, pct, facts);
  if (mahPerUnit === null || power === null || power.slowMw < leastMw) return null;
  const units = unitsOf(facts.learned);
  const meanMv = Math.max(1000, meanOcvMv(facts.table, Math.min(cutPct, pct), pct) - sagMv);
  const pace = power.slowMw / (meanMv / 1000) / mahPerUnit / 60;
  return { minutes: Math.max(0, units(pct) - units(cutPct)) / pace, pace };
}

/**
 * Units left over the fall of the units. Without a profile in minutes the scale is one of charge, and a steady power
 * draws it faster as the voltage falls.
 */
function leftByFall(load: LoadState, pct: number, cutPct: number, facts: RuntimeFacts): Left | null {
  const { fall, points, sagMv } = load;
  const first = points[0];
  if (fall === null || fall < leastFall || first === undefined) return null;
  const units = unitsOf(facts.learned);
  const left = Math.max(0, units(pct) - units(cutPct));
  if (facts.learned.profile?.basis === "minutes") return { minutes: left / fall, pace: fall };
  const ahead = meanOcvMv(facts.table, Math.min(cutPct, pct), pct) - sagMv;
  const behind = meanOcvMv(facts.table, pct, Math.max(pct, first.chargePct)) - sagMv;
  const pace = fall / Math.max(0.5, Math.min(1, ahead / behind));
  return { minutes: left / pace, pace };
}

function isSettled({ points, sinceMonoMs }: LoadState, now: Instant, byCurrent: boolean, estimated: boolean) {
  const sinceMs = now.monoMs - sinceMonoMs;
  if (byCurrent) return sinceMs >= settleMs.withCurrent;
  const least = leastFallPct[estimated ? "estimated" : "gauge"];
  return spanMs(points) >= settleMs.byFall && fallPct(points) >= least;
}

/** The minutes that the last known pace gives: good enough to show while a stretch settles. */
function byPace(pace: number | null, pct: number, cutPct: number, learned: LearnedBattery): number | null {
  const units = unitsOf(learned);
  return pace === null ? null : Math.max(0, units(pct) - units(cutPct)) / pace;
}

function clamped({ chargePct }: GaugeReading): number {
  return Math.max(0, Math.min(100, chargePct));
}

/** Before there is enough data: what the last known pace gives, or nothing. */
function unsettled(state: RuntimeState, load: LoadState, pct: number, cutPct: number, facts: RuntimeFacts) {
  const minutes = byPace(state.lastPace ?? facts.learned.pace, pct, cutPct, facts.learned);
  const young = load.lastMonoMs - load.sinceMonoMs < settleMs.byFall;
  const settling = young || minutes !== null || load.fall !== null;
  const estimate: RuntimeEstimate = settling ? { kind: "settling", minutes } : nothingYet;
  return { ...state, load, estimate, published: null };
}

/** A load that fell without a step: what was measured before is over. */
function restarted(state: RuntimeState, load: LoadState, at: Instant): RuntimeState {
  return { ...onNewStretch(state), load: restartLoad(load, at) };
}

function onNewStretch(state: RuntimeState): RuntimeState {
  return { ...state, pace: null, lastPace: state.pace ?? state.lastPace, published: null };
}

/** Takes a fresh reading while the battery provably drives the Pi. */
export function takeRuntime(
  before: RuntimeState,
  reading: GaugeReading,
  at: Instant,
  facts: RuntimeFacts,
): RuntimeState {
  const { learned, table, thresholds } = facts;
  const { load, began } = takeLoad(before.load, reading, at, facts.sampleIntervalMs, {
    ...facts,
    units: unitsOf(learned),
  });
  const state = began ? onNewStretch(before) : before;
  const pct = clamped(reading);
  const cutPct = cutOffPct(cutOffSagMv(load, thresholds.criticalCellMv), table, thresholds);
  const charge = leftByCurrent(load, pct, cutPct, facts);
  const left = charge ?? leftByFall(load, pct, cutPct, facts);
  const byCurrent = charge !== null;
  if (left === null || !isSettled(load, at, byCurrent, facts.estimated)) {
    return unsettled(state, load, pct, cutPct, facts);
  }
  const published =
    state.published === null
      ? beginPublished(left.minutes, at.monoMs)
      : publish(state.published, left.minutes, at.monoMs);
  const confidence = confidenceOf(load, pct, cutPct, {
    profile: learned.profile,
    chargeMeasured: learned.mahPerUnit !== null,
    byCurrent,
    estimated: facts.estimated,
    endsByVoltage: cutPct > thresholds.criticalPct,
  });
  const estimate: RuntimeEstimate = { kind: "estimate", minutes: published.minutes, confidence };
  const next: RuntimeState = { ...state, load, pace: left.pace, published, estimate };
  // Power shows its steps itself, and a percent that is made of a voltage bends with the table: there a better estimate
  // is no proof of a smaller load.
  const mayStep = !byCurrent && !facts.estimated;
  return mayStep && overtaken(published, at.monoMs) ? restarted(next, load, at) : next;
}

/**
 * What an outage would last from now on by what earlier ones showed: shown on mains, and as `settling` in the first
 * seconds of an outage (`justLost`).
 */
export function runtimeOnMains(
  reading: GaugeReading,
  { estimated, learned, table, thresholds }: RuntimeFacts,
  justLost: boolean,
): RuntimeEstimate {
  const pct = clamped(reading);
  const cutPct = cutOffPct(learned.sagMv ?? 0, table, thresholds);
  const minutes = byPace(learned.pace, pct, cutPct, learned);
  if (justLost) return { kind: "settling", minutes };
  if (minutes === null) return { kind: "unknown", why: "no outage measured yet" };
  const seen = isSeen(learned.profile, cutPct, pct);
  return { kind: "estimate", minutes, confidence: seen && !estimated ? "medium" : "low" };
}
