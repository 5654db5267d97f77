// When to connect, when to say hello, when there is a session: the link's decisions as one pure function.
// The shell (ws-link.ts) carries the effects out and feeds back what happened.
import type { LogLevel } from "../ports/ports.ts";
import { protocolRange } from "../protocol/messages.ts";
import type { Accepted, LinkEffect, LinkInput, LinkModel, LinkPhase, LinkStep } from "./link-model.ts";
import type { LinkTimings } from "./timings.ts";
import type { Finding, Trouble } from "./trouble.ts";
import { explainFinding, integrationNotThere, needsAPerson, protocolUnknown, refused } from "./trouble.ts";

/** Hellos between two looks into Home Assistant's configuration once it is started and the integration is not there. */
const probeEvery = 12;

/** The whole behaviour. Inputs that do not fit the phase or an earlier socket leave the model as it is. */
export function step(model: LinkModel, input: LinkInput, timings: LinkTimings): LinkStep {
  switch (input.type) {
    case "start":
      return start(model, timings);
    case "stop":
      return stop(model);
    case "said_bye":
      return model.phase.kind === "open" ? farewell(model) : stay(model);
    case "wake":
      return wake(model, timings);
    case "socket_ready":
      return current(model, input) && model.phase.kind === "connecting"
        ? greet({ ...model, trouble: null }, timings)
        : stay(model);
    case "socket_ended":
      return current(model, input) ? socketEnded(model, input.trouble, timings) : stay(model);
    case "hello_refused":
      return answers(model, input) && model.phase.kind === "greeting"
        ? helloRefused(model, input.code, input.message, timings)
        : stay(model);
    case "downstream":
      return answers(model, input) && hears(model.phase) ? heard(model, input, timings) : stay(model);
    case "probed":
      return current(model, input) && looksForIntegration(model)
        ? troubled(model, explainFinding(input.finding), findingLevel(input.finding))
        : stay(model);
    case "proven":
      return holds(model, input.session) ? stay(proven(model)) : stay(model);
    case "no_session":
      return holds(model, input.session) ? noSession(model, timings) : stay(model);
    default:
      return input satisfies never;
  }
}

function stay(model: LinkModel, ...effects: readonly LinkEffect[]): LinkStep {
  return { model, effects };
}

function current(model: LinkModel, input: { readonly attempt: number }): boolean {
  return input.attempt === model.attempt;
}

function answers(model: LinkModel, input: { readonly attempt: number; readonly hello: number }): boolean {
  return current(model, input) && input.hello === model.hello;
}

function holds(model: LinkModel, session: string): boolean {
  return model.phase.kind === "open" && model.phase.session === session;
}

/** A hello was refused because the integration is not there, and nothing else happened since. */
function looksForIntegration(model: LinkModel): boolean {
  return model.missing > 0 && (model.phase.kind === "holding" || model.phase.kind === "greeting");
}

function hears(phase: LinkPhase): boolean {
  return phase.kind === "greeting" || phase.kind === "pending" || phase.kind === "open";
}

function start(model: LinkModel, timings: LinkTimings): LinkStep {
  switch (model.phase.kind) {
    case "off":
    case "replaced":
      return connect({ ...model, tries: 0, trouble: null, said: null });
    case "farewell":
      // The goodbye came to nothing (the power-off failed): Home Assistant hears a new hello on the same socket.
      return greet(model, timings);
    default:
      return stay(model);
  }
}

function stop(model: LinkModel): LinkStep {
  const next: LinkModel = { ...model, phase: { kind: "off" }, trouble: null };
  if (model.phase.kind === "off") return stay(model);
  return stay(next, { type: "no_wake" }, ...endOf(model), { type: "close" });
}

function farewell(model: LinkModel): LinkStep {
  return stay({ ...model, phase: { kind: "farewell" } }, { type: "no_wake" }, { type: "end" });
}

function wake(model: LinkModel, timings: LinkTimings): LinkStep {
  switch (model.phase.kind) {
    case "resting":
      return connect(model);
    case "greeting":
    case "holding":
      return greet(model, timings);
    default:
      return stay(model);
  }
}

function connect(model: LinkModel): LinkStep {
  const attempt = model.attempt + 1;
  return stay({ ...model, attempt, missing: 0, phase: { kind: "connecting" } }, { type: "open", attempt });
}

function greet(model: LinkModel, timings: LinkTimings): LinkStep {
  const hello = model.hello + 1;
  return stay(
    { ...model, hello, phase: { kind: "greeting" } },
    { type: "hello", attempt: model.attempt, hello },
    { type: "wake", afterMs: timings.greetMs, jitter: false },
  );
}

function socketEnded(model: LinkModel, trouble: Trouble, timings: LinkTimings): LinkStep {
  const { kind } = model.phase;
  if (kind === "off" || kind === "resting" || kind === "replaced") return stay(model);
  if (kind === "farewell") return stay({ ...model, phase: { kind: "off" } });
  const slow = needsAPerson(trouble.code);
  const told = troubled({ ...model, phase: { kind: "resting" } }, trouble, slow ? "error" : "warning");
  const afterMs = slow ? timings.slowRetryMs : backoffMs(model.tries, timings);
  return stay({ ...told.model, tries: model.tries + 1, missing: 0 }, ...endOf(model), ...told.effects, {
    type: "wake",
    afterMs,
    jitter: true,
  });
}

/** Doubles from the first to the longest wait. */
function backoffMs(tries: number, timings: LinkTimings): number {
  return Math.min(timings.retryMaxMs, timings.retryMinMs * 2 ** Math.min(tries, 30));
}

function helloRefused(model: LinkModel, code: string, message: string, timings: LinkTimings): LinkStep {
  if (code === "unknown_command") return integrationMissing(model, timings);
  const trouble = refused(code, message);
  const slow = needsAPerson(trouble.code);
  return hold(model, trouble, slow ? timings.slowRetryMs : timings.refusedMs, slow ? "error" : "warning");
}

/** Home Assistant opens its API before it loads custom integrations, so this is normal for a while after its start. */
function integrationMissing(model: LinkModel, timings: LinkTimings): LinkStep {
  const trouble = model.missing > 0 && model.trouble !== null ? model.trouble : integrationNotThere;
  const missing = model.missing + 1;
  const afterMs = Math.min(timings.notLoadedMs, timings.retryMinMs * missing);
  const held = hold({ ...model, missing }, trouble, afterMs, "info");
  const probe = trouble.code === integrationNotThere.code || model.missing % probeEvery === 0;
  return probe ? stay(held.model, ...held.effects, { type: "probe", attempt: model.attempt }) : held;
}

function hold(model: LinkModel, trouble: Trouble, afterMs: number, level: LogLevel): LinkStep {
  const told = troubled({ ...model, phase: { kind: "holding" } }, trouble, level);
  return stay(told.model, ...told.effects, { type: "wake", afterMs, jitter: false });
}

function findingLevel(finding: Finding): LogLevel {
  return finding.kind === "starting" ? "info" : "warning";
}

function heard(
  model: LinkModel,
  input: Extract<LinkInput, { readonly type: "downstream" }>,
  timings: LinkTimings,
): LinkStep {
  const { message } = input;
  switch (message.event) {
    case "accepted":
      return accepted(model, message, input.atMs, timings);
    case "pending":
      return waitForPerson(model, { code: "PI_UPS_PENDING", message: message.message });
    case "released":
      return waitForPerson(model, { code: "PI_UPS_RELEASED", message: message.message });
    case "replaced":
      return replaced(model, message.message);
    default:
      return message satisfies never;
  }
}

function accepted(model: LinkModel, message: Accepted, atMs: number, timings: LinkTimings): LinkStep {
  if (message.protocol < protocolRange.min || message.protocol > protocolRange.max) {
    const held = hold(model, protocolUnknown(message.protocol), timings.slowRetryMs, "error");
    return stay(held.model, ...endOf(model), ...held.effects);
  }
  return stay(
    {
      ...model,
      phase: { kind: "open", session: message.session, sinceMs: atMs, proven: false },
      missing: 0,
      trouble: null,
    },
    { type: "no_wake" },
    ...endOf(model),
    { type: "begin", accepted: message },
  );
}

function waitForPerson(model: LinkModel, trouble: Trouble): LinkStep {
  const told = troubled({ ...model, phase: { kind: "pending" }, missing: 0, tries: 0 }, trouble, "notice");
  return stay(told.model, { type: "no_wake" }, ...endOf(model), ...told.effects);
}

function replaced(model: LinkModel, message: string): LinkStep {
  const trouble: Trouble = {
    code: "PI_UPS_REPLACED",
    message: `${message} Two agents use the same agent.id; give each its own, then restart this one.`,
  };
  const told = troubled({ ...model, phase: { kind: "replaced" } }, trouble, "error");
  return stay(told.model, { type: "no_wake" }, ...endOf(model), ...told.effects, { type: "close" });
}

function proven(model: LinkModel): LinkModel {
  if (model.phase.kind !== "open") return model;
  return { ...model, phase: { ...model.phase, proven: true }, tries: 0, said: null };
}

/** At once after a session that worked; a session that never worked must not become a tight loop. */
function noSession(model: LinkModel, timings: LinkTimings): LinkStep {
  if (model.phase.kind !== "open") return stay(model);
  if (model.phase.proven) return withFirst({ type: "end" }, greet(model, timings));
  const trouble: Trouble = {
    code: "PI_UPS_NO_SESSION",
    message: "Home Assistant accepted the agent and forgot it at once; trying again.",
  };
  return withFirst({ type: "end" }, hold(model, trouble, timings.notLoadedMs, "warning"));
}

function troubled(model: LinkModel, trouble: Trouble, level: LogLevel): LinkStep {
  const next: LinkModel = { ...model, trouble, said: trouble.code };
  if (model.said === trouble.code) return stay(next);
  return stay(next, { type: "log", level, message: trouble.message, code: trouble.code });
}

function endOf(model: LinkModel): readonly LinkEffect[] {
  return model.phase.kind === "open" ? [{ type: "end" }] : [];
}

function withFirst(first: LinkEffect, rest: LinkStep): LinkStep {
  return stay(rest.model, first, ...rest.effects);
}
