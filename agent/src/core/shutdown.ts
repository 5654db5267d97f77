// When the Pi goes down, and what stops that: idle -> counting down -> executing -> done. The policy acts only on proven
// facts: mains loss that was confirmed and is not contradicted, and a critical battery seen by fresh reads.
// Who asked decides what stops it: the battery's countdown ends with the danger, a person's only by a person
// (shutdown-requests.ts).
import type { ShutdownPolicy } from "./engine.ts";
import type { GaugeReading, Instant, PowerOffMode, ShutdownReason, ShutdownState } from "./model.ts";
import { duration, type Note, note } from "./note.ts";
import { toRfc3339 } from "./rfc3339.ts";

type Countdown = Extract<ShutdownState, { kind: "counting_down" }>;

/** For a while the battery does not start a countdown, unless it gets clearly worse. */
export interface HoldOff {
  readonly untilMonoMs: number;
  /** The battery when it began; null when unknown. */
  readonly from: GaugeReading | null;
}

export interface ShutdownPart {
  readonly state: ShutdownState;
  /**
   * After a person's cancel and after a power-off that failed. Long enough to act, short enough that a cancel is no way
   * to a dirty death: a battery that is still critical on battery power then starts anew, with the full grace.
   */
  readonly holdOff: HoldOff | null;
  /** A person's later countdown that the battery's overtook; it stands again when the danger is over. */
  readonly overtaken: Countdown | null;
  /** What the present countdown ends in. */
  readonly mode: PowerOffMode;
}

export const initialShutdown: ShutdownPart = {
  state: { kind: "idle" },
  holdOff: null,
  overtaken: null,
  mode: "power_off",
};

/** The power-off is ordered, and has not failed. */
export function isGoingDown({ state: { kind } }: ShutdownPart): boolean {
  return kind === "executing" || kind === "done";
}

export const retryMs = 30_000;
/** A power-off that was ordered and has not happened after this long has failed: systemd gives a stuck unit 90 s. */
export const powerOffLimitMs = 300_000;
/** The longest grace of a nearly empty battery: a long configured one must not outlive it. */
export const lastGraceMs = 5_000;
/** A fall by so much ends the hold-off early. */
const worse = { pct: 2, cellMv: 50 } as const;

export interface ShutdownStep {
  readonly part: ShutdownPart;
  readonly notes: readonly Note[];
}

function later(at: Instant, ms: number): Instant {
  return { ...at, monoMs: at.monoMs + ms, wallMs: at.wallMs + ms };
}

function scheduledNote(countdown: Countdown, at: Instant): Note {
  const leftMs = countdown.deadline.monoMs - at.monoMs;
  return note("shutdown_scheduled", `Power-off in ${duration(leftMs)}: ${countdown.text}`, {
    value: leftMs / 1000,
    unit: "s",
    detail: {
      reason: countdown.reason,
      by: countdown.by.kind,
      deadline: toRfc3339(countdown.deadline),
    },
  });
}

/** Starts a countdown; the battery's hold-off is over with it. */
export function schedule(
  part: ShutdownPart,
  at: Instant,
  delayMs: number,
  why: Pick<Countdown, "reason" | "text" | "by">,
): ShutdownStep {
  const { reason, text, by } = why;
  const deadline = later(at, delayMs);
  const countdown: Countdown = { kind: "counting_down", deadline, since: at, reason, text, by };
  const next: ShutdownPart = { ...part, state: countdown, holdOff: null, mode: "power_off" };
  return { part: next, notes: [scheduledNote(countdown, at)] };
}

/** Ends a countdown before its time. `by` is a word for programs, `why` for people. */
export function cancel(part: ShutdownPart, countdown: Countdown, why: string, by: string): ShutdownStep {
  return {
    part: { ...part, state: { kind: "idle" }, overtaken: null },
    notes: [
      note("shutdown_cancelled", `Power-off cancelled: ${why}.`, {
        detail: { reason: countdown.reason, by },
      }),
    ],
  };
}

/** A battery that is critical on battery power at this moment, all of it proven. */
export interface Danger {
  readonly reason: ShutdownReason;
  readonly text: string;
  readonly reading: GaugeReading;
  /** No time is left to wait for anybody. */
  readonly nearlyEmpty: boolean;
}

function heldOff(holdOff: HoldOff | null, { chargePct, cellMv }: GaugeReading, at: Instant): boolean {
  if (holdOff === null || at.monoMs >= holdOff.untilMonoMs) return false;
  const { from } = holdOff;
  if (from === null) return true;
  return chargePct > from.chargePct - worse.pct && cellMv > from.cellMv - worse.cellMv;
}

/** The battery's own voice: starts a countdown, or brings a later deadline forward. Called with fresh samples only. */
export function takeDanger(
  part: ShutdownPart,
  danger: Danger,
  at: Instant,
  policy: ShutdownPolicy,
): ShutdownStep {
  const quiet: ShutdownStep = { part, notes: [] };
  const { state, holdOff } = part;
  if (state.kind === "executing" || state.kind === "done") return quiet;
  const graceMs = danger.nearlyEmpty ? Math.min(policy.graceMs, lastGraceMs) : policy.graceMs;
  if (state.kind === "counting_down" && state.deadline.monoMs <= at.monoMs + graceMs) return quiet;
  if (heldOff(holdOff, danger.reading, at)) return quiet;
  const persons = state.kind === "counting_down" && state.by.kind !== "battery" ? state : null;
  const overtaken = persons ?? (state.kind === "counting_down" ? part.overtaken : null);
  const { reason, text } = danger;
  return schedule({ ...part, overtaken }, at, graceMs, { reason, text, by: { kind: "battery" } });
}

/**
 * The danger is over or not proven any more (mains is back, the pin is contradicted, the battery recovered): what the
 * battery started ends. A person's request stands, also one that the battery had overtaken.
 */
export function takeSafe(
  part: ShutdownPart,
  cause: { readonly why: string; readonly by: string },
  at: Instant,
): ShutdownStep {
  const { state, overtaken } = part;
  if (state.kind !== "counting_down" || state.by.kind !== "battery") return { part, notes: [] };
  const ended = cancel(part, state, cause.why, cause.by);
  if (overtaken === null) return ended;
  return {
    part: { ...ended.part, state: overtaken },
    notes: [...ended.notes, scheduledNote(overtaken, at)],
  };
}

/** Mains is back and stable: besides what `takeSafe` does, no cancel or failure of before holds anything off. */
export function takeMainsBack(part: ShutdownPart, at: Instant): ShutdownStep {
  return takeSafe({ ...part, holdOff: null }, { why: "mains is back", by: "mains" }, at);
}

const startedWords: Readonly<Record<PowerOffMode, string>> = {
  power_off: "Powering off",
  reboot: "Rebooting",
};

export interface TimeStep extends ShutdownStep {
  /** The order to power off; set exactly once per countdown. */
  readonly execute: {
    readonly mode: PowerOffMode;
    readonly reason: ShutdownReason;
    readonly text: string;
  } | null;
  /** The power-off was ordered too long ago: it has failed. */
  readonly failed: boolean;
}

/** When time alone changes something next; null: it does not. */
export function dueMonoMs({ state }: ShutdownPart): number | null {
  switch (state.kind) {
    case "idle":
      return null;
    case "counting_down":
      return state.deadline.monoMs;
    case "executing":
    case "done":
      return state.since.monoMs + powerOffLimitMs;
    default:
      return state satisfies never;
  }
}

/** Time passes: at the deadline the countdown becomes the power-off. */
export function takeTime(part: ShutdownPart, at: Instant): TimeStep {
  const { state } = part;
  const due = dueMonoMs(part);
  const quiet: TimeStep = { part, notes: [], execute: null, failed: false };
  if (due === null || at.monoMs < due || state.kind === "idle") return quiet;
  if (state.kind !== "counting_down") {
    return { ...quiet, part: { ...initialShutdown }, failed: true };
  }
  const { reason, text, by } = state;
  return {
    ...quiet,
    part: { ...part, state: { kind: "executing", since: at, reason, text, by }, overtaken: null },
    notes: [
      note("shutdown_started", `${startedWords[part.mode]}: ${text}`, { detail: { reason, by: by.kind } }),
    ],
    execute: { mode: part.mode, reason, text },
  };
}

/**
 * The app tells how the power-off went. A failed one is tried again by the battery when it is still critical after a
 * short hold-off; a person's is not repeated by itself, the fault tells them.
 */
export function takePowerOffResult(
  part: ShutdownPart,
  ok: boolean,
  reading: GaugeReading | null,
  at: Instant,
): ShutdownPart {
  const { state } = part;
  if (state.kind !== "executing") return part;
  if (ok) return { ...part, state: { ...state, kind: "done", since: at } };
  return { ...initialShutdown, holdOff: { untilMonoMs: at.monoMs + retryMs, from: reading } };
}

/** The agent ends while the countdown runs: nobody is left to finish it. */
export function takeStop(part: ShutdownPart): ShutdownStep {
  if (part.state.kind !== "counting_down") return { part, notes: [] };
  return cancel(part, part.state, "the agent stops", "agent_stopping");
}
