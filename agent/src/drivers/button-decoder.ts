// What a board's button line says: the board pulses it, and the length of the pulse is the request. Pure: looks at the
// line, with their time, go in; at most one action per press comes out. It would rather miss a press than invent one.
import type { ButtonAction } from "../core/model.ts";

export interface ButtonRules {
  /** Shorter pulses are noise, ms. */
  readonly rebootFromMs: number;
  /** From this length on the pulse means power-off, ms. */
  readonly powerOffFromMs: number;
}

/** One look at the line: an edge, or a level that was read. `atMs` is monotonic. */
export interface ButtonLook {
  readonly active: boolean;
  readonly atMs: number;
}

export type ButtonState =
  /** Active without our having seen the beginning, or already judged: nothing counts before a long release. */
  | { readonly kind: "waiting"; readonly releasedSinceMs: number | null }
  | { readonly kind: "released" }
  | Pressed
  /** The line fell during a press: its end, or a dip in it. */
  | { readonly kind: "falling"; readonly press: Pressed; readonly fellAtMs: number };

interface Pressed {
  readonly kind: "pressed";
  readonly sinceMs: number;
  /** The last look that found the line active. */
  readonly seenMs: number;
  readonly dips: number;
  /** Seen from its beginning without a gap, so that its length is known. */
  readonly whole: boolean;
}

/** While a press lasts the line is looked at this often, ms: an edge can be lost, and the process can stand still. */
export const lookEveryMs = 50;
/** Looks further apart than this prove nothing about the time between them. */
const longestGapMs = 150;
/** A fall that is over before this was a dip. */
const settleMs = 25;
/** A press with more dips is a line that picks up noise. */
const mostDips = 2;
/** A line that was stuck, noisy or already judged must rest so long before a press counts again. */
const restMs = 500;

export interface ButtonStep {
  readonly state: ButtonState;
  readonly action: ButtonAction | null;
}

const waiting: ButtonState = { kind: "waiting", releasedSinceMs: null };
const resting = (releasedSinceMs: number): ButtonState => ({ kind: "waiting", releasedSinceMs });
const released: ButtonState = { kind: "released" };

/** Nothing is known before the first look; an active line is not a press. */
export const unknownButton: ButtonState = waiting;

function stay(state: ButtonState): ButtonStep {
  return { state, action: null };
}

function whileWaiting(sinceMs: number | null, { active, atMs }: ButtonLook): ButtonStep {
  if (active) return stay(waiting);
  const restsSinceMs = sinceMs ?? atMs;
  return stay(atMs - restsSinceMs >= restMs ? released : resting(restsSinceMs));
}

function whilePressed(press: Pressed, { active, atMs }: ButtonLook, rules: ButtonRules): ButtonStep {
  const gap = atMs - press.seenMs > longestGapMs;
  if (!active) return stay(gap ? resting(atMs) : { kind: "falling", press, fellAtMs: atMs });
  if (gap) return stay({ ...press, sinceMs: atMs, seenMs: atMs, whole: false });
  if (atMs - press.sinceMs >= rules.powerOffFromMs) return { state: waiting, action: "power_off" };
  return stay({ ...press, seenMs: atMs });
}

function whileFalling(
  press: Pressed,
  fellAtMs: number,
  { active, atMs }: ButtonLook,
  rules: ButtonRules,
): ButtonStep {
  if (active && atMs - fellAtMs < settleMs) {
    const dips = press.dips + 1;
    return stay(dips > mostDips ? waiting : { ...press, seenMs: atMs, dips });
  }
  if (!active && atMs - fellAtMs < settleMs) return stay({ kind: "falling", press, fellAtMs });
  const lengthMs = fellAtMs - press.sinceMs;
  const after = active ? waiting : resting(fellAtMs);
  // It can fall between the look before the limit and the one after it.
  if (lengthMs >= rules.powerOffFromMs) return { state: after, action: "power_off" };
  if (lengthMs < rules.rebootFromMs) return stay(active ? after : released);
  return { state: after, action: press.whole ? "reboot" : null };
}

/** The state after a look. Looks come in the order of their time. */
export function lookAtButton(state: ButtonState, look: ButtonLook, rules: ButtonRules): ButtonStep {
  switch (state.kind) {
    case "waiting":
      return whileWaiting(state.releasedSinceMs, look);
    case "released":
      return stay(
        look.active
          ? { kind: "pressed", sinceMs: look.atMs, seenMs: look.atMs, dips: 0, whole: true }
          : released,
      );
    case "pressed":
      return whilePressed(state, look, rules);
    case "falling":
      return whileFalling(state.press, state.fellAtMs, look, rules);
  }
  return state satisfies never;
}

/** After how many ms the line has to be looked at although no edge came; null: an edge will tell. */
export function nextLookInMs(state: ButtonState): number | null {
  switch (state.kind) {
    case "waiting":
      return state.releasedSinceMs === null ? null : restMs;
    case "released":
      return null;
    case "pressed":
      return lookEveryMs;
    case "falling":
      return settleMs;
  }
  return state satisfies never;
}
