// Charging between two limits, for batteries that live longer below full: stop at the upper one, start again at the lower.
// Unknown and stale figures allow charging, and so does an outage: a UPS that is not charged is no UPS.
import type { ChargeWindow } from "./engine.ts";
import type { GaugeReading } from "./model.ts";

export interface WindowState {
  /**
   * What the board was told last; null: it was told nothing in this run, or did not obey. An agent that was killed while
   * it kept the board from charging has left it so, so the first decision is always told.
   */
  readonly told: boolean | null;
  /** Not told again before this moment. */
  readonly retryAtMonoMs: number;
}

export const initialWindow: WindowState = { told: null, retryAtMonoMs: Number.NEGATIVE_INFINITY };

/** A board that did not obey is asked once a minute. */
const retryMs = 60_000;

/** Whether charging should be allowed now. `reading` is null when there is no fresh one. */
export function chargeWanted(
  told: boolean | null,
  reading: GaugeReading | null,
  acPresent: boolean | null,
  window: ChargeWindow,
): boolean {
  if (reading === null || acPresent !== true) return true;
  if (reading.chargePct >= window.stopPct) return false;
  return reading.chargePct <= window.startPct ? true : (told ?? true);
}

/** The next state, and the order when one is due. */
export function takeWindow(
  state: WindowState,
  wanted: boolean,
  monoMs: number,
): { readonly state: WindowState; readonly order: boolean | null } {
  if (state.told === wanted || (state.told === null && monoMs < state.retryAtMonoMs)) {
    return { state, order: null };
  }
  return { state: { ...state, told: wanted }, order: wanted };
}

/** The board did or did not do what it was told. */
export function windowResult(state: WindowState, ok: boolean, monoMs: number): WindowState {
  return ok ? state : { told: null, retryAtMonoMs: monoMs + retryMs };
}
