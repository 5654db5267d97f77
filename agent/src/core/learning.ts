// What the running outage teaches about the battery, and when that goes to the disk: at the outage's end, at a power-off
// and at a stop, and now and then before, because the power may be gone without a word.
import { blended, capacityFrom, type EdgeState, initialEdge } from "./health.ts";
import { type LearnedBattery, nothingLearned } from "./learned.ts";
import { cutOffSagMv, isSettled } from "./load.ts";
import type { GaugeReading, Instant } from "./model.ts";
import { addToRun, beginRun, binPct, evenUnits, learn, leastFallPct, type ProfileRun } from "./profile.ts";
import type { RuntimeState } from "./runtime.ts";

export interface LearningState {
  /** What counts now; earlier outages only. */
  readonly learned: LearnedBattery;
  readonly run: ProfileRun | null;
  /** The stretch that `run` belongs to. */
  readonly runSinceMonoMs: number;
  /** The longest earlier stretch of this outage. */
  readonly longest: ProfileRun | null;
  readonly lastMonoMs: number | null;
  /** Charge between two settled points of this outage. */
  readonly charge: { readonly fromPct: number; readonly toPct: number; readonly mah: number } | null;
  /** The outage's figures were given to the disk, at a power-off that failed: the rest of it teaches nothing. */
  readonly closed: boolean;
  /** Bins that were complete at the last save of this outage. */
  readonly savedBins: number;
  readonly edge: EdgeState;
  /** Unix ms of this run's last resistance in the trend. */
  readonly resistanceAtMs: number | null;
}

export const initialLearning: LearningState = {
  learned: nothingLearned,
  run: null,
  runSinceMonoMs: 0,
  longest: null,
  lastMonoMs: null,
  charge: null,
  closed: false,
  savedBins: 0,
  edge: initialEdge,
  resistanceAtMs: null,
};

/** What passed in a longer silence is not known. */
const silenceMs = 60_000;

function fallOf(run: ProfileRun | null): number {
  return run === null ? 0 : run.fromPct - run.lowPct;
}

function longer(a: ProfileRun | null, b: ProfileRun | null): ProfileRun | null {
  return fallOf(a) >= fallOf(b) ? a : b;
}

/**
 * Takes a reading on battery. Time tells the shape only while the load stays, so a load step begins a new run; charge
 * tells it whatever the load is.
 */
export function takeLearning(
  state: LearningState,
  reading: GaugeReading,
  at: Instant,
  runtime: RuntimeState,
  estimated: boolean,
): LearningState {
  if (state.closed) return state;
  const { chargePct, currentMa } = reading;
  const settled = runtime.load !== null && isSettled(runtime.load, at, estimated);
  const sinceMonoMs = runtime.load?.sinceMonoMs ?? at.monoMs;
  const passedMs = state.lastMonoMs === null ? 0 : at.monoMs - state.lastMonoMs;
  const here = { ...state, lastMonoMs: at.monoMs };
  const basis = currentMa === undefined ? "minutes" : "mah";
  const broken =
    passedMs > silenceMs ||
    basis !== (state.run?.basis ?? basis) ||
    (basis === "minutes" && sinceMonoMs !== state.runSinceMonoMs);
  if (state.run === null || broken) {
    const longest = longer(state.longest, state.run);
    const run = settled ? beginRun(basis, chargePct) : null;
    return { ...here, longest, run, runSinceMonoMs: sinceMonoMs };
  }
  const passed = { minutes: passedMs / 60_000, mah: (-(currentMa ?? 0) * passedMs) / 3_600_000 };
  const drawn = runtime.load?.drawn ?? null;
  const charge =
    drawn !== null && settled ? { fromPct: drawn.fromPct, toPct: chargePct, mah: drawn.mah } : state.charge;
  return { ...here, run: addToRun(state.run, passed, chargePct), charge };
}

/** Capacity in mAh that this outage measured; null when it proves nothing. */
export function measuredCapacity({ charge }: LearningState, ratedMah: number | null): number | null {
  return charge === null ? null : capacityFrom(charge.mah, charge.fromPct, charge.toPct, ratedMah);
}

/** A run this long gives the charge of a unit. */
const leastChargePct = 10;

/** Everything known, with what this outage has shown so far. */
export function learnedNow(
  state: LearningState,
  runtime: RuntimeState,
  capacityMah: number | null,
  criticalCellMv: number,
): LearnedBattery {
  const { learned } = state;
  const run = longer(state.longest, state.run);
  const profile = learn(learned.profile, run);
  const units = (pct: number) => evenUnits(profile, pct);
  const whole = run !== null && profile !== learned.profile && run.minutes > 0;
  const fell = run === null ? 0 : units(run.fromPct) - units(run.lowPct);
  const shown = runtime.estimate.kind === "estimate" ? runtime.pace : null;
  const pace = shown ?? runtime.lastPace ?? learned.pace;
  const sagMv = runtime.load === null ? 0 : cutOffSagMv(runtime.load, criticalCellMv);
  const charge = run !== null && run.basis === "mah" && fallOf(run) >= leastChargePct && run.mah > 0;
  return {
    ...learned,
    profile,
    pace: whole ? fell / run.minutes : pace,
    mahPerUnit: charge ? run.mah / fell : learned.mahPerUnit,
    sagMv: sagMv > 0 ? sagMv : learned.sagMv,
    capacityMah: capacityMah === null ? learned.capacityMah : blended(learned.capacityMah, capacityMah),
  };
}

/** Complete bins of the running outage, when there are enough to learn from and more than at the last save. */
export function binsToSave({ run, savedBins }: LearningState): number | null {
  if (run === null || fallOf(run) < leastFallPct) return null;
  const complete = Math.floor(fallOf(run) / binPct);
  return complete > savedBins ? complete : null;
}

/** The outage is over, or as good as (`closed`): what was learned counts from now on. */
export function endLearning(state: LearningState, learned: LearnedBattery, closed: boolean): LearningState {
  return {
    ...state,
    learned,
    run: null,
    runSinceMonoMs: 0,
    longest: null,
    lastMonoMs: null,
    charge: null,
    closed,
    savedBins: 0,
  };
}
