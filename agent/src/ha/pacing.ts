// How many slow changes may go out: a quiet agent on mains costs Home Assistant at most six state writes a minute,
// however noisy its gauge is. Edges and leaps pass; on battery, when people look, there is room for every change.
import type { Value, ValueKey, ValueMap } from "../protocol/values.ts";
import type { Difference } from "./dead-band.ts";

export interface Allowance {
  /** Slow changes in any 60 s, all values together. */
  readonly perMinute: number;
  /** Rest of one value between two slow changes, ms. */
  readonly restMs: number;
}

/** Slow changes that were sent in the last minute, oldest first. */
export type PacingHistory = readonly { readonly key: ValueKey; readonly monoMs: number }[];

const minuteMs = 60_000;
/** One below the promise, because a minute here and a minute in Home Assistant do not begin together. */
const onMains: Allowance = { perMinute: 5, restMs: 15_000 };
const onBattery: Allowance = { perMinute: 120, restMs: 1000 };
/** A leap may repeat this soon. */
const leapRestMs = 2000;

/** Without an AC sense the agent counts as on mains. */
export function allowanceFor(all: ValueMap): Allowance {
  return all.ac_present === false ? onBattery : onMains;
}

export interface Paced {
  readonly send: ValueMap;
  /** Something in `send` must go at once, whatever is under way. */
  readonly urgent: boolean;
  readonly history: PacingHistory;
}

/** Picks what may be sent now. What stays behind is found again by the next comparison. */
export function pace(
  found: readonly Difference[],
  history: PacingHistory,
  allowance: Allowance,
  nowMonoMs: number,
): Paced {
  const recent = history.filter((entry) => nowMonoMs - entry.monoMs < minuteMs);
  const urgent = found.some((difference) => difference.kind === "edge");
  const send: { [K in ValueKey]?: Value } = {};
  const sent = [...recent];
  for (const difference of longestWaitingFirst(found, recent)) {
    if (!mayGo(difference, sent, allowance, urgent, nowMonoMs)) continue;
    send[difference.key] = difference.value;
    if (difference.kind !== "edge") sent.push({ key: difference.key, monoMs: nowMonoMs });
  }
  return { send, urgent, history: sent };
}

function mayGo(
  difference: Difference,
  sent: PacingHistory,
  allowance: Allowance,
  urgent: boolean,
  nowMonoMs: number,
): boolean {
  const rested = (ms: number) => nowMonoMs - lastSentMs(difference.key, sent) >= ms;
  switch (difference.kind) {
    case "edge":
      return true;
    case "leap":
      return rested(Math.min(leapRestMs, allowance.restMs));
    case "wording":
      if (urgent) return true;
      break;
    case "drift":
      break;
    default:
      difference.kind satisfies never;
  }
  return sent.length < allowance.perMinute && rested(allowance.restMs);
}

function longestWaitingFirst(found: readonly Difference[], history: PacingHistory): readonly Difference[] {
  return [...found].sort((a, b) => lastSentMs(a.key, history) - lastSentMs(b.key, history));
}

function lastSentMs(key: ValueKey, history: PacingHistory): number {
  return history.findLast((entry) => entry.key === key)?.monoMs ?? Number.NEGATIVE_INFINITY;
}
