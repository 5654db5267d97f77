// Power and charge out of the battery where the current is sensed: a smoothed power that forgets within a minute and a
// half, the load steps in it, and the charge that was drawn for the percent that was lost.

export interface PowerState {
  /** Smoothed over `slowTauMs`, mW, positive. */
  readonly slowMw: number;
  /** Smoothed over `fastTauMs`: leaves the slow one behind when the load steps. */
  readonly fastMw: number;
  readonly monoMs: number;
  /** When the load last stepped, or the readings began. */
  readonly stepMonoMs: number;
}

/** UPower and NUT smooth over one to two minutes as well (UPower: up-device-battery.c). */
const slowTauMs = 90_000;
const fastTauMs = 15_000;
/** A change of power by more than this is a load step, not noise. */
const stepPart = 0.3;
/** After a longer silence the power is not continued. */
const silenceMs = 60_000;

function towards(value: number, target: number, passedMs: number, tauMs: number): number {
  return target + (value - target) * Math.exp(-passedMs / tauMs);
}

/** Takes the power out of the battery, mW; null state: the first one. */
export function takePower(state: PowerState | null, powerMw: number, monoMs: number): PowerState {
  const mw = Math.max(0, powerMw);
  if (state === null || monoMs - state.monoMs > silenceMs) {
    return { slowMw: mw, fastMw: mw, monoMs, stepMonoMs: monoMs };
  }
  const passedMs = monoMs - state.monoMs;
  const fastMw = towards(state.fastMw, mw, passedMs, fastTauMs);
  const slowMw = towards(state.slowMw, mw, passedMs, slowTauMs);
  const stepped = Math.abs(fastMw - slowMw) > stepPart * slowMw;
  // A young average has nothing to step away from.
  if (!stepped || monoMs - state.stepMonoMs < 2 * fastTauMs) return { ...state, slowMw, fastMw, monoMs };
  return { slowMw: fastMw, fastMw, monoMs, stepMonoMs: monoMs };
}

/** Charge that was drawn, mAh, between two percents; both only while the current was known without a gap. */
export interface Drawn {
  readonly fromPct: number;
  readonly mah: number;
  readonly monoMs: number;
}

/** Adds what flowed since the last reading; null when a gap makes the sum worthless. */
export function addDrawn(drawn: Drawn, currentMa: number, monoMs: number): Drawn | null {
  const passedMs = monoMs - drawn.monoMs;
  if (passedMs > silenceMs) return null;
  return { ...drawn, mah: drawn.mah + (-currentMa * passedMs) / 3_600_000, monoMs };
}
