// Charge cycles: the sum of what was really discharged on battery, kept over restarts. One cycle is 100 points.
import type { Counters } from "./engine.ts";

export interface CounterState {
  readonly counters: Counters;
  /** Lowest percent that has been counted in this outage; null on mains. */
  readonly countedDownTo: number | null;
  /** What was last given to the disk. */
  readonly savedDischargedPct: number;
}

export const initialCounters: CounterState = {
  counters: { dischargedPct: 0 },
  countedDownTo: null,
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
  return { counters: { dischargedPct: sound }, countedDownTo: null, savedDischargedPct: sound };
}

/** Takes a fresh percent on battery. */
export function countDischarge(state: CounterState, chargePct: number): CounterState {
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
  return state.countedDownTo === null ? state : { ...state, countedDownTo: null };
}

/** Whether the counters should go to disk; `force` at the end of an outage and of the run. */
export function dueToSave(state: CounterState, force: boolean): boolean {
  const unsaved = state.counters.dischargedPct - state.savedDischargedPct;
  return force ? unsaved > 0 : unsaved >= saveEveryPct;
}
