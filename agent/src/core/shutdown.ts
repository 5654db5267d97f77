// When the Pi goes down, and what stops that: idle -> counting down -> executing -> done. The policy acts only on proven
// facts: mains loss that was confirmed and is not contradicted, and a critical battery seen by fresh reads.
import type { ShutdownPolicy } from "./engine.ts";
import type { Instant, Requester, ShutdownReason, ShutdownState } from "./model.ts";
import { duration, type Note, note } from "./note.ts";
import { toRfc3339 } from "./rfc3339.ts";

export interface ShutdownPart {
  readonly state: ShutdownState;
  /**
   * A person cancelled a countdown that the battery had started. Until then, and while the battery is not clearly worse,
   * the battery does not start another one: long enough to act, short enough that a cancel is no way to a dirty death.
   */
  readonly holdOff: { readonly untilMonoMs: number; readonly chargePct: number } | null;
}

export const initialShutdown: ShutdownPart = { state: { kind: "idle" }, holdOff: null };

/** After a person's cancel, and after a power-off that failed. */
const holdOffMs = 120_000;
const retryMs = 30_000;
/** A fall by so many points ends the hold-off early. */
const worsePct = 2;

export type Verdict =
  | { readonly accepted: true; readonly code: null; readonly message: string }
  | { readonly accepted: false; readonly code: string; readonly message: string };

export interface ShutdownStep {
  readonly part: ShutdownPart;
  readonly notes: readonly Note[];
}

function later(at: Instant, ms: number): Instant {
  return { ...at, monoMs: at.monoMs + ms, wallMs: at.wallMs + ms };
}

function who(by: Requester): string {
  switch (by.kind) {
    case "battery":
      return "the battery";
    case "home_assistant":
      return by.user === null ? "Home Assistant" : `${by.user} in Home Assistant`;
    case "cli":
      return "the command line";
    default:
      return by satisfies never;
  }
}

function schedule(
  part: ShutdownPart,
  at: Instant,
  delayMs: number,
  reason: ShutdownReason,
  text: string,
  by: Requester,
): ShutdownStep {
  const deadline = later(at, delayMs);
  return {
    part: { ...part, state: { kind: "counting_down", deadline, since: at, reason, text, by }, holdOff: null },
    notes: [
      note("shutdown_scheduled", `Power-off in ${duration(delayMs)}: ${text}`, {
        value: delayMs / 1000,
        unit: "s",
        detail: { reason, by: by.kind, deadline: toRfc3339(deadline) },
      }),
    ],
  };
}

function cancel(part: ShutdownPart, why: string, by: string): ShutdownStep {
  const { state } = part;
  const detail = state.kind === "idle" ? {} : { reason: state.reason, by };
  return {
    part: { ...part, state: { kind: "idle" } },
    notes: [note("shutdown_cancelled", `Power-off cancelled: ${why}.`, { detail })],
  };
}

/** What the battery and mains say at this moment, all of it proven. */
export interface Danger {
  /** Mains loss is confirmed and not contradicted. */
  readonly onBattery: boolean;
  /** Critical by fresh samples that held; null when it is not. */
  readonly critical: {
    readonly reason: ShutdownReason;
    readonly text: string;
    readonly chargePct: number;
  } | null;
}

/** The battery's own voice: starts a countdown, or brings a later deadline forward. Called with fresh samples only. */
export function takeDanger(
  part: ShutdownPart,
  danger: Danger,
  at: Instant,
  policy: ShutdownPolicy,
): ShutdownStep {
  const quiet: ShutdownStep = { part, notes: [] };
  if (!danger.onBattery || danger.critical === null) return quiet;
  const { state, holdOff } = part;
  if (state.kind === "executing" || state.kind === "done") return quiet;
  if (state.kind === "counting_down" && state.deadline.monoMs <= at.monoMs + policy.graceMs) return quiet;
  const worse = holdOff !== null && danger.critical.chargePct <= holdOff.chargePct - worsePct;
  if (holdOff !== null && at.monoMs < holdOff.untilMonoMs && !worse) return quiet;
  return schedule(part, at, policy.graceMs, danger.critical.reason, danger.critical.text, {
    kind: "battery",
  });
}

/** Mains is back and stable: what the battery started is over. A person's request stands. */
export function takeMainsBack(part: ShutdownPart): ShutdownStep {
  const holdless: ShutdownPart = { ...part, holdOff: null };
  if (part.state.kind !== "counting_down" || part.state.by.kind !== "battery")
    return { part: holdless, notes: [] };
  return cancel(holdless, "mains is back", "mains");
}

/** The pin turned out to be wrong: a countdown that was based on it is not proven any more. */
export function takeContradiction(part: ShutdownPart): ShutdownStep {
  if (part.state.kind !== "counting_down" || part.state.by.kind !== "battery") return { part, notes: [] };
  return cancel(part, "the battery contradicts the AC pin", "contradiction");
}

/** A request by a person, an automation or a program. */
export function takeRequest(
  part: ShutdownPart,
  request: { readonly by: Requester; readonly delayMs: number | null; readonly text: string | null },
  at: Instant,
  policy: ShutdownPolicy,
): ShutdownStep & { readonly verdict: Verdict } {
  const refuse = (code: string, message: string) => ({
    part,
    notes: [],
    verdict: { accepted: false as const, code, message },
  });
  if (request.by.kind === "home_assistant" && !policy.allowRemote) {
    return refuse(
      "PI_UPS_REMOTE_SHUTDOWN_FORBIDDEN",
      "This agent's configuration forbids a shutdown by Home Assistant (shutdown.allow_remote: false).",
    );
  }
  const { state } = part;
  if (state.kind === "executing" || state.kind === "done") {
    return refuse("PI_UPS_SHUTDOWN_RUNNING", "The Pi is already going down.");
  }
  const delayMs = request.delayMs ?? policy.graceMs;
  if (state.kind === "counting_down" && state.deadline.monoMs <= at.monoMs + delayMs) {
    const left = duration(state.deadline.monoMs - at.monoMs);
    return refuse("PI_UPS_SHUTDOWN_SCHEDULED", `The Pi already goes down in ${left}: ${state.text}`);
  }
  const text = request.text ?? `Requested by ${who(request.by)}.`;
  const step = schedule(part, at, delayMs, "requested", text, request.by);
  return {
    ...step,
    verdict: { accepted: true, code: null, message: `The Pi powers off in ${duration(delayMs)}.` },
  };
}

/** A person cancels. Always possible while counting down. */
export function takeCancel(
  part: ShutdownPart,
  by: Requester,
  chargePct: number | null,
  at: Instant,
): ShutdownStep & { readonly verdict: Verdict } {
  const { state } = part;
  if (state.kind === "idle") {
    const verdict = {
      accepted: false,
      code: "PI_UPS_NOTHING_TO_CANCEL",
      message: "No shutdown is scheduled.",
    } as const;
    return { part, notes: [], verdict };
  }
  if (state.kind !== "counting_down") {
    const message = "The Pi is already going down; that cannot be cancelled any more.";
    return { part, notes: [], verdict: { accepted: false, code: "PI_UPS_SHUTDOWN_RUNNING", message } };
  }
  const step = cancel(part, `by ${who(by)}`, by.kind);
  if (state.by.kind !== "battery") {
    return { ...step, verdict: { accepted: true, code: null, message: "The shutdown is cancelled." } };
  }
  const holdOff = { untilMonoMs: at.monoMs + holdOffMs, chargePct: chargePct ?? 100 };
  const message = `The shutdown is cancelled. The battery is still critical: without mains it starts again in ${duration(holdOffMs)}, or sooner when the battery falls further.`;
  return {
    part: { ...step.part, holdOff },
    notes: step.notes,
    verdict: { accepted: true, code: null, message },
  };
}

/** Time passes: at the deadline the countdown becomes the power-off. `execute` is set exactly once. */
export function takeTime(
  part: ShutdownPart,
  at: Instant,
): ShutdownStep & { readonly execute: { readonly reason: ShutdownReason; readonly text: string } | null } {
  const { state } = part;
  if (state.kind !== "counting_down" || at.monoMs < state.deadline.monoMs)
    return { part, notes: [], execute: null };
  const { reason, text, by } = state;
  return {
    part: { ...part, state: { kind: "executing", since: at, reason, text, by } },
    notes: [note("shutdown_started", `Powering off: ${text}`, { detail: { reason, by: by.kind } })],
    execute: { reason, text },
  };
}

/** The app tells how the power-off went. A failed one is tried again when the danger is still there. */
export function takePowerOffResult(
  part: ShutdownPart,
  ok: boolean,
  chargePct: number | null,
  at: Instant,
): ShutdownPart {
  const { state } = part;
  if (state.kind !== "executing") return part;
  if (ok) return { ...part, state: { ...state, kind: "done", since: at } };
  return {
    state: { kind: "idle" },
    holdOff: { untilMonoMs: at.monoMs + retryMs, chargePct: chargePct ?? 100 },
  };
}
