// Charge cycles: the sum of what was really discharged on battery, kept over restarts. One cycle is 100 points.
import type { Counters } from "./engine.ts";
import type { GaugeReading, Instant } from "./model.ts";

export interface CounterState {
  readonly counters: Counters;
  /** Lowest percent that has been counted in this outage; null on mains. */
  readonly countedDownTo: number | null;
  /** When the charge that flowed was last added up; null on mains and without a current. */
  readonly flowedMonoMs: number | null;
  /** What was last given to the disk. */
  readonly savedDischargedPct: number;
}

export const initialCounters: CounterState = {
  counters: { dischargedPct: 0 },
  countedDownTo: null,
  flowedMonoMs: null,
  savedDischargedPct: 0,
};

/** A new low counts only from a quarter point (64 steps of the register) on: smaller moves are the gauge's noise. */
const stepPct = 0.25;
/** A fall by more in one reading is the gauge starting anew, not a discharge. */
const restartPct = 10;
/** So many points may be lost by a power cut; fewer writes spare the SD card. */
const saveEveryPct = 5;

/** Takes what the disk had; a figure that cannot be is as good as none. */
export function loadCounters({ dischargedPct }: Counters): CounterState {
  const sound = Number.isFinite(dischargedPct) && dischargedPct > 0 ? dischargedPct : 0;
  return {
    counters: { dischargedPct: sound },
    countedDownTo: null,
    flowedMonoMs: null,
    savedDischargedPct: sound,
  };
}

/** What flowed in a longer silence is not known. */
const silenceMs = 60_000;

/** Takes a fresh reading on battery: the charge that flowed where it is sensed, else the points that the percent lost. */
export function countDischarge(
  state: CounterState,
  { chargePct, currentMa }: GaugeReading,
  at: Instant,
  ratedMah: number | null,
): CounterState {
  if (currentMa === undefined || ratedMah === null)
    return countPoints({ ...state, flowedMonoMs: null }, chargePct);
  const passedMs = state.flowedMonoMs === null ? 0 : at.monoMs - state.flowedMonoMs;
  const known = passedMs <= silenceMs && currentMa < 0;
  const pct = known ? ((-currentMa * passedMs) / 3_600_000 / ratedMah) * 100 : 0;
  return {
    ...state,
    counters: { dischargedPct: state.counters.dischargedPct + pct },
    countedDownTo: chargePct,
    flowedMonoMs: at.monoMs,
  };
}

function countPoints(state: CounterState, chargePct: number): CounterState {
  const reference = state.countedDownTo ?? chargePct;
  const fall = reference - chargePct;
  if (fall < stepPct) return { ...state, countedDownTo: reference };
  if (fall > restartPct) return { ...state, countedDownTo: chargePct };
  return {
    ...state,
    counters: { dischargedPct: state.counters.dischargedPct + fall },
    countedDownTo: chargePct,
  };
}

/** The outage is over: the next one starts from where it starts. */
export function endDischarge(state: CounterState): CounterState {
  return state.countedDownTo === null ? state : { ...state, countedDownTo: null, flowedMonoMs: null };
}

/** Whether the counters should go to disk; `force` at the end of an outage and of the run. */
export function dueToSave(state: CounterState, force: boolean): boolean {
  const unsaved = state.counters.dischargedPct - state.savedDischargedPct;
  return force ? unsaved > 0 : unsaved >= saveEveryPct;
}
