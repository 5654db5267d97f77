// Mains present or lost, as a pin says it at every moment, becomes a confirmed state only after it was stable.
// The raw edge and the confirmed event are two things (apcupsd's powerout and onbattery are the model).
import type { Debounce } from "./engine.ts";
import type { Instant } from "./model.ts";

export interface DebounceState {
  /** null before the first stable level. */
  readonly confirmed: boolean | null;
  readonly confirmedAt: Instant | null;
  /** A level that differs from the confirmed one, and since when it has been seen without a break. */
  readonly candidate: { readonly value: boolean; readonly since: Instant } | null;
}

export const initialDebounce: DebounceState = { confirmed: null, confirmedAt: null, candidate: null };

function neededMs(value: boolean, config: Debounce): number {
  return value ? config.acRestoredMs : config.acLostMs;
}

/** When the present candidate will be confirmed if nothing changes; null without a candidate. */
export function confirmsAtMonoMs(state: DebounceState, config: Debounce): number | null {
  if (state.candidate === null) return null;
  // The very first level is believed after the shorter time: nothing is announced by it, so nothing can flap.
  const needed =
    state.confirmed === null
      ? Math.min(config.acLostMs, config.acRestoredMs)
      : neededMs(state.candidate.value, config);
  return state.candidate.since.monoMs + needed;
}

/** Takes a level, or (with `level` null) only the passing of time. `confirmed` is the newly confirmed level, if any. */
export function debounce(
  state: DebounceState,
  level: boolean | null,
  at: Instant,
  config: Debounce,
): { readonly state: DebounceState; readonly confirmed: boolean | null } {
  let { candidate } = state;
  if (level !== null) {
    if (level === state.confirmed) candidate = null;
    else if (candidate?.value !== level) candidate = { value: level, since: at };
  }
  const waiting: DebounceState = { ...state, candidate };
  const due = confirmsAtMonoMs(waiting, config);
  if (candidate === null || due === null || at.monoMs < due) return { state: waiting, confirmed: null };
  return {
    state: { confirmed: candidate.value, confirmedAt: at, candidate: null },
    confirmed: candidate.value,
  };
}

/** The pin cannot be read any more: what was about to be confirmed is not proven. */
export function dropCandidate(state: DebounceState): DebounceState {
  return state.candidate === null ? state : { ...state, candidate: null };
}
