// Mains present or lost, as a pin says it at every moment, becomes a confirmed state only after it was stable.
// The raw edge and the confirmed event are two things (apcupsd's powerout and onbattery are the model).
import type { Debounce } from "./engine.ts";
import type { Instant } from "./model.ts";

/** A level that differs from the confirmed one. */
export interface Candidate {
  readonly value: boolean;
  /** Since when it has been seen without a break: the raw edge. */
  readonly since: Instant;
  /** When it was last seen, as opposed to believed to last. */
  readonly seenMonoMs: number;
  /** Nobody looked for too long, or a look failed: time alone does not confirm it any more, the next look does. */
  readonly doubted: boolean;
}

export interface DebounceState {
  /** null before the first stable level. */
  readonly confirmed: boolean | null;
  readonly confirmedAt: Instant | null;
  /** The raw edge behind `confirmed`; lengths of outages are measured between these. */
  readonly edgeAt: Instant | null;
  readonly candidate: Candidate | null;
}

export const initialDebounce: DebounceState = {
  confirmed: null,
  confirmedAt: null,
  edgeAt: null,
  candidate: null,
};

/**
 * A wake-up that is later than this came after a stall (a suspended machine, a stopped process): an edge may have been
 * missed, so the level must be seen again before it counts.
 */
const stallMs = 2_000;

/** The first "present" announces nothing, so it is believed after the shorter of the two times. */
function neededMs(value: boolean, first: boolean, config: Debounce): number {
  if (!value) return config.acLostMs;
  return first ? Math.min(config.acLostMs, config.acRestoredMs) : config.acRestoredMs;
}

function dueMonoMs(state: DebounceState, candidate: Candidate, config: Debounce): number {
  return candidate.since.monoMs + neededMs(candidate.value, state.confirmed === null, config);
}

/** When time alone will confirm the present candidate; null when there is none, or when it has to be seen again first. */
export function confirmsAtMonoMs(state: DebounceState, config: Debounce): number | null {
  const { candidate } = state;
  return candidate === null || candidate.doubted ? null : dueMonoMs(state, candidate, config);
}

function seen(state: DebounceState, level: boolean, at: Instant): Candidate | null {
  if (level === state.confirmed) return null;
  const since = state.candidate?.value === level ? state.candidate.since : at;
  return { value: level, since, seenMonoMs: at.monoMs, doubted: false };
}

/** Takes a level, or (with `level` null) only the passing of time. `confirmed` is the newly confirmed level, if any. */
export function debounce(
  state: DebounceState,
  level: boolean | null,
  at: Instant,
  config: Debounce,
): { readonly state: DebounceState; readonly confirmed: boolean | null } {
  const candidate = level === null ? state.candidate : seen(state, level, at);
  const waiting: DebounceState = { ...state, candidate };
  if (candidate === null || candidate.doubted) return { state: waiting, confirmed: null };
  const due = dueMonoMs(state, candidate, config);
  if (at.monoMs < due) return { state: waiting, confirmed: null };
  if (at.monoMs - Math.max(due, candidate.seenMonoMs) > stallMs) {
    return { state: { ...waiting, candidate: { ...candidate, doubted: true } }, confirmed: null };
  }
  return {
    state: { confirmed: candidate.value, confirmedAt: at, edgeAt: candidate.since, candidate: null },
    confirmed: candidate.value,
  };
}

/**
 * One look failed. A loss that was about to be confirmed is not proven by looks with gaps, and begins anew; a return is:
 * nothing is switched off by it.
 */
export function takeGap(state: DebounceState): DebounceState {
  const { candidate } = state;
  return candidate?.value === true
    ? { ...state, candidate: { ...candidate, doubted: true } }
    : dropCandidate(state);
}

/** The pin cannot be read any more: what was about to be confirmed is not proven. */
export function dropCandidate(state: DebounceState): DebounceState {
  return state.candidate === null ? state : { ...state, candidate: null };
}
