// Recorder messages to samples: what `history/stream` sends is merged, cut to the window, and read as charge and mains.
// Pure, so that a recorded stream can be replayed in a test.
import { toNumber } from "./facts.ts";

/** A compressed state of `history/stream`: seconds since the epoch. */
export interface CompressedState {
  readonly s: string;
  readonly lu: number;
  readonly lc?: number;
}

export interface HistoryMessage {
  readonly states: Readonly<Record<string, readonly CompressedState[] | undefined>>;
  /** Seconds; only the first messages have them. */
  readonly start_time?: number;
  readonly end_time?: number;
}

/** A state that held from `atMs` until the next sample. */
export interface Held {
  readonly atMs: number;
  readonly state: string;
}

export type History = Readonly<Record<string, readonly Held[]>>;

/** Adds a message; samples out of order are put right. */
export function mergeHistory(history: History, message: HistoryMessage): History {
  const next: Record<string, readonly Held[]> = { ...history };
  for (const [id, states] of Object.entries(message.states)) {
    if (states === undefined || states.length === 0) continue;
    const fresh = states.map((each) => ({ atMs: (each.lc ?? each.lu) * 1000, state: each.s }));
    next[id] = [...(history[id] ?? []), ...fresh].sort((a, b) => a.atMs - b.atMs);
  }
  return next;
}

/** Cuts to the window; the state that held at its start is kept, moved to the start, so that the line keeps its left end. */
export function cutToWindow(samples: readonly Held[], startMs: number): readonly Held[] {
  const inside = samples.filter((sample) => sample.atMs > startMs);
  const before = samples[samples.length - inside.length - 1];
  return before === undefined ? inside : [{ atMs: startMs, state: before.state }, ...inside];
}

/** Drops what no window needs any more, so that a page that stays open for weeks does not grow. */
export function pruneHistory(history: History, startMs: number): History {
  return Object.fromEntries(
    Object.entries(history).map(([id, samples]) => [id, cutToWindow(samples, startMs)]),
  );
}

/** Charge in percent from `atMs` on; null where it was not known. */
export interface ChargeSample {
  readonly atMs: number;
  readonly pct: number | null;
}

/** `unavailable`, `unknown` and anything that is no number from 0 to 100 break the line; none of it is ever 0 %. */
export function toCharge(samples: readonly Held[]): readonly ChargeSample[] {
  return samples.map(({ atMs, state }) => {
    const pct = toNumber(state);
    return { atMs, pct: pct !== null && pct >= 0 && pct <= 100 ? pct : null };
  });
}

/** Mains from `atMs` on; null where the agent could not tell, undefined where there was no agent to ask. */
export interface MainsSample {
  readonly atMs: number;
  readonly present: boolean | null | undefined;
}

const mainsStates: Readonly<Record<string, boolean | null | undefined>> = {
  on: true,
  off: false,
  unknown: null,
};

export function toMains(samples: readonly Held[]): readonly MainsSample[] {
  return samples.map(({ atMs, state }) => ({ atMs, present: mainsStates[state] }));
}
