// Charging between two limits, for batteries that live longer below full: stop at the upper one, start again at the lower.
// A gauge that cannot be used allows charging, and so does an outage: a UPS that is not charged is no UPS.
import type { ChargeWindow } from "./engine.ts";
import type { GaugeReading } from "./model.ts";

export interface WindowState {
  /** The upper limit was reached, and the lower one not since. */
  readonly rests: boolean;
  /**
   * What the board was told last; null: it was told nothing in this run, or did not obey. An agent that was killed while
   * it kept the board from charging has left it so, so the first decision is always told.
   */
  readonly told: boolean | null;
  /** Not told again before this moment. */
  readonly retryAtMonoMs: number;
  /** An earlier run was killed while it kept the board from charging: it has to be allowed, with or without a window. */
  readonly leftForbidden: boolean;
}

export const initialWindow: WindowState = {
  rests: false,
  told: null,
  retryAtMonoMs: Number.NEGATIVE_INFINITY,
  leftForbidden: false,
};

/** A board that did not obey is asked once a minute. */
const retryMs = 60_000;

/** What is known at this moment. */
export interface WindowFacts {
  /** The last believed one; null: there is none, or the gauge is a fault. */
  readonly reading: GaugeReading | null;
  /** null: unknown. */
  readonly acPresent: boolean | null;
}

/** A gauge that is a fault changes nothing here; after an outage the battery is filled up to the upper limit. */
function restsAfter(before: boolean, { reading, acPresent }: WindowFacts, window: ChargeWindow): boolean {
  if (acPresent === false) return false;
  if (reading === null) return before;
  if (reading.chargePct >= window.stopPct) return true;
  return before && reading.chargePct > window.startPct;
}

/** The next state, and the order when one is due. Without a window all that can be due is to allow what was left forbidden. */
export function takeWindow(
  before: WindowState,
  facts: WindowFacts,
  window: ChargeWindow | null,
  monoMs: number,
): { readonly state: WindowState; readonly order: boolean | null } {
  if (window === null && !before.leftForbidden) return { state: before, order: null };
  const rests = window !== null && restsAfter(before.rests, facts, window);
  const wanted = !(rests && facts.reading !== null && facts.acPresent === true);
  const state = { ...before, rests };
  if (state.told === wanted || (state.told === null && monoMs < state.retryAtMonoMs)) {
    return { state, order: null };
  }
  return { state: { ...state, told: wanted }, order: wanted };
}

/**
 * The Pi goes down: whatever kept the battery from charging ends before. A register would stay as it is, and nobody
 * would look at the battery while the Pi is off.
 */
export function windowAtEnd(
  before: WindowState,
  window: ChargeWindow | null,
): { readonly state: WindowState; readonly order: true | null } {
  const ours = window !== null || before.leftForbidden;
  if (!ours || before.told === true) return { state: before, order: null };
  return { state: { ...before, told: true }, order: true };
}

/** The board did or did not do what it was told. */
export function windowResult(state: WindowState, ok: boolean, monoMs: number): WindowState {
  return ok ? state : { ...state, told: null, retryAtMonoMs: monoMs + retryMs };
}
