// What people, automations and programs may ask of the shutdown policy, and the answer that each of them gets.
import type { ShutdownPolicy } from "./engine.ts";
import type { ButtonAction, GaugeReading, Instant, PowerOffMode, Requester } from "./model.ts";
import { duration } from "./note.ts";
import { cancel, type ShutdownPart, type ShutdownStep, schedule } from "./shutdown.ts";

export const cancelHoldOffMs = 120_000;

export type Verdict =
  | { readonly accepted: true; readonly code: null; readonly message: string }
  | { readonly accepted: false; readonly code: string; readonly message: string };

/** Who asked, in words. */
export function who(by: Requester): string {
  switch (by.kind) {
    case "battery":
      return "the battery";
    case "home_assistant":
      return by.user === null ? "Home Assistant" : `${by.user} in Home Assistant`;
    case "cli":
      return "the command line";
    case "button":
      return "the board's button";
    default:
      return by satisfies never;
  }
}

export interface Request {
  readonly by: Requester;
  /** null: the configured grace. */
  readonly delayMs: number | null;
  readonly text: string | null;
  /** Absent: power-off. */
  readonly mode?: PowerOffMode;
}

/** Whether the battery's own countdown runs. */
export function batteryCounts({ state }: ShutdownPart): boolean {
  return state.kind === "counting_down" && state.by.kind === "battery";
}

/**
 * A press of the board's button is a wish without a delay; while the Pi goes down already it changes nothing.
 * @param critical whether the battery is critical on battery power: a Pi that boots then dies in the middle of it, so a
 * reboot becomes a power-off
 */
export function pressed(action: ButtonAction, critical: boolean): Request {
  const by = { kind: "button" } as const;
  if (action === "power_off" || !critical) return { by, delayMs: 0, text: null, mode: action };
  const text = `A reboot was requested by ${who(by)}, but the battery is critical without mains: it might not last for the boot, so the Pi stays off.`;
  return { by, delayMs: 0, text, mode: "power_off" };
}

function refusal(part: ShutdownPart, request: Request, delayMs: number, at: Instant, policy: ShutdownPolicy) {
  if (request.by.kind === "home_assistant" && !policy.allowRemote) {
    return {
      code: "PI_UPS_REMOTE_SHUTDOWN_FORBIDDEN",
      message:
        "This agent's configuration forbids a shutdown by Home Assistant (shutdown.allow_remote: false).",
    };
  }
  if (!Number.isFinite(delayMs) || delayMs < 0) {
    return {
      code: "PI_UPS_INVALID_DELAY",
      message: `A delay of ${delayMs / 1000} s is no time to wait; expected are 0 seconds or more.`,
    };
  }
  const { state } = part;
  if (state.kind === "executing" || state.kind === "done") {
    return { code: "PI_UPS_SHUTDOWN_RUNNING", message: "The Pi is already going down." };
  }
  if (state.kind === "counting_down" && state.deadline.monoMs <= at.monoMs + delayMs) {
    const left = duration(state.deadline.monoMs - at.monoMs);
    const message = `The Pi already goes down in ${left}, which is no later: ${state.text} Cancel that first to choose another time.`;
    return { code: "PI_UPS_SHUTDOWN_SCHEDULED", message };
  }
  return null;
}

/** A request by a person, an automation or a program. While one counts down, only an earlier deadline is taken. */
export function takeRequest(
  part: ShutdownPart,
  request: Request,
  at: Instant,
  policy: ShutdownPolicy,
): ShutdownStep & { readonly verdict: Verdict } {
  const delayMs = request.delayMs ?? policy.graceMs;
  const refused = refusal(part, request, delayMs, at, policy);
  if (refused !== null) return { part, notes: [], verdict: { accepted: false, ...refused } };
  const text = request.text ?? `Requested by ${who(request.by)}.`;
  const step = schedule({ ...part, overtaken: null }, at, delayMs, {
    reason: "requested",
    text,
    by: request.by,
  });
  const mode = request.mode ?? "power_off";
  const does = mode === "reboot" ? "reboots" : "powers off";
  const message = `The Pi ${does} in ${duration(delayMs)}.`;
  return { ...step, part: { ...step.part, mode }, verdict: { accepted: true, code: null, message } };
}

/**
 * A person cancels. Always possible while counting down, whoever started it.
 * @param danger whether the battery is critical on battery power now: the answer then says what will happen
 */
export function takeCancel(
  part: ShutdownPart,
  by: Requester,
  battery: { readonly reading: GaugeReading | null; readonly danger: boolean },
  at: Instant,
): ShutdownStep & { readonly verdict: Verdict } {
  const { state } = part;
  const refuse = (code: string, message: string) => ({
    part,
    notes: [],
    verdict: { accepted: false as const, code, message },
  });
  if (state.kind === "idle") return refuse("PI_UPS_NOTHING_TO_CANCEL", "No shutdown is scheduled.");
  if (state.kind !== "counting_down") {
    const message = "The Pi is already going down; that cannot be cancelled any more.";
    return refuse("PI_UPS_SHUTDOWN_RUNNING", message);
  }
  const step = cancel(part, state, `by ${who(by)}`, by.kind);
  const holdOff = { untilMonoMs: at.monoMs + cancelHoldOffMs, from: battery.reading };
  const still = `The battery is still critical: without mains it starts again in ${duration(cancelHoldOffMs)}, or sooner when the battery falls further.`;
  const critical = battery.danger || state.by.kind === "battery";
  const message = critical ? `The shutdown is cancelled. ${still}` : "The shutdown is cancelled.";
  return {
    part: { ...step.part, holdOff },
    notes: step.notes,
    verdict: { accepted: true, code: null, message },
  };
}
