// A step of the load as a voltage shows it, where no current does: the last readings leave what came before by more than
// a step's size, and by more than the jitter of this load on this pack.

export interface VoltageState {
  /** Smoothed since the last step. */
  readonly slowMv: number;
  /** Mean distance of a reading from it: noise, and the load's own jitter. */
  readonly jitterMv: number;
  readonly monoMs: number;
  readonly recentMv: readonly number[];
}

/** An AC edge or a load step moves a cell by 50-200 mV. */
const leastStepMv = 60;
const jitterFactor = 3;
/** One odd reading is no step: the middle one of three has to say so. */
const looks = 3;
const tauMs = 20_000;

function middle(values: readonly number[]): number | null {
  return values.length < looks ? null : ([...values].sort((a, b) => a - b)[Math.floor(looks / 2)] ?? null);
}

export interface VoltageStep {
  readonly state: VoltageState;
  /** mV by which the cell rose (positive) or fell at once; 0 while nothing stepped. */
  readonly stepMv: number;
}

/** Takes a reading; null state: the first one. */
export function takeVoltage(state: VoltageState | null, cellMv: number, monoMs: number): VoltageStep {
  if (state === null) {
    return { state: { slowMv: cellMv, jitterMv: 0, monoMs, recentMv: [cellMv] }, stepMv: 0 };
  }
  const recentMv = [...state.recentMv, cellMv].slice(-looks);
  const now = middle(recentMv);
  const stepMv = now === null ? 0 : now - state.slowMv;
  if (now !== null && Math.abs(stepMv) > Math.max(leastStepMv, jitterFactor * state.jitterMv)) {
    return { state: { ...state, slowMv: now, monoMs, recentMv: recentMv.slice(-1) }, stepMv };
  }
  const keeps = Math.exp(-(monoMs - state.monoMs) / tauMs);
  const away = Math.abs(cellMv - state.slowMv);
  const jitterMv = away + (state.jitterMv - away) * keeps;
  const slowMv = cellMv + (state.slowMv - cellMv) * keeps;
  return { state: { slowMv, jitterMv, monoMs, recentMv }, stepMv: 0 };
}
