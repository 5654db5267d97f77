// A mains line that will not hold still: a weak supply, a bad contact, a dying output stage. It is one fault with a count,
// not a flood of outages: while it lasts, a level counts only after a whole second.
import type { Debounce } from "./engine.ts";

export interface FlapState {
  /** The level that was seen last; null before the first. */
  readonly level: boolean | null;
  /** Changes of the last ten seconds, mono ms, oldest first; bounded. */
  readonly recent: readonly number[];
  /** Confirmed changes of the last minute, mono ms. */
  readonly confirmed: readonly number[];
  /** Since when it flaps, and how often it has changed since then; null: it does not. */
  readonly flapping: { readonly sinceMonoMs: number; readonly changes: number } | null;
}

export const initialFlap: FlapState = { level: null, recent: [], confirmed: [], flapping: null };

const windowMs = 10_000;
/** More changes in the window than plugs, generators and inverters make. */
const mostChanges = 20;
const confirmedWindowMs = 60_000;
/** Three outages within a minute. */
const mostConfirmed = 6;
/** While it flaps, nothing that lasted less counts. */
const calmMs = 1_000;

function within(times: readonly number[], monoMs: number, ms: number): readonly number[] {
  return times.filter((time) => monoMs - time < ms);
}

function begun(state: FlapState, monoMs: number): FlapState {
  const many = state.recent.length > mostChanges || state.confirmed.length > mostConfirmed;
  if (state.flapping !== null || !many) return state;
  const sinceMonoMs = state.recent[0] ?? monoMs;
  return { ...state, flapping: { sinceMonoMs, changes: state.recent.length } };
}

/** Takes a level of the line. */
export function takeFlapLevel(state: FlapState, level: boolean, monoMs: number): FlapState {
  if (level === state.level) return state;
  if (state.level === null) return { ...state, level };
  const recent = [...within(state.recent, monoMs, windowMs), monoMs].slice(-(mostChanges + 1));
  const { flapping } = state;
  const counted = flapping === null ? null : { ...flapping, changes: flapping.changes + 1 };
  return begun({ ...state, level, recent, flapping: counted }, monoMs);
}

/** A change was confirmed. */
export function takeFlapConfirmed(state: FlapState, monoMs: number): FlapState {
  const confirmed = [...within(state.confirmed, monoMs, confirmedWindowMs), monoMs].slice(
    -(mostConfirmed + 1),
  );
  return begun({ ...state, confirmed }, monoMs);
}

/** Time passes: a line that was still for ten seconds flaps no more. */
export function takeFlapTime(state: FlapState, monoMs: number): FlapState {
  const last = state.recent.at(-1) ?? Number.NEGATIVE_INFINITY;
  if (state.flapping === null || monoMs - last < windowMs) return state;
  return { ...state, recent: [], confirmed: [], flapping: null };
}

/** The times that count now. */
export function debounceWhile(state: FlapState, config: Debounce): Debounce {
  if (state.flapping === null) return config;
  return {
    acLostMs: Math.max(config.acLostMs, calmMs),
    acRestoredMs: Math.max(config.acRestoredMs, calmMs),
  };
}
