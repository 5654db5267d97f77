// Outages and blind spells of the trend, folded from two sources: Home Assistant's recorder (what was seen live) and the
// events (true times, also of what happened while Home Assistant was down). Events win where they speak; where neither
// knows, the time is "unknown" and never an outage, and never mains.
import type { PastEvent } from "./event-book.ts";
import type { MainsSample } from "./history-fold.ts";

export type BandKind = "outage" | "unknown";

/** A stretch of the window that is not plain mains. */
export interface Band {
  readonly kind: BandKind;
  readonly startMs: number;
  readonly endMs: number;
  /** Still going on at the window's end. */
  readonly open: boolean;
}

/** What was known from `atMs` on. */
type Knowledge = "mains" | "outage" | "unknown";

interface Step {
  readonly atMs: number;
  readonly knows: Knowledge;
}

interface EventSpan {
  readonly startMs: number;
  readonly endMs: number;
  readonly knows: Knowledge;
  /** False: the agent died within this span, nobody knows when; so the recorder's gaps in it are real. */
  readonly certain: boolean;
}

/** Types that the fold needs; what to ask the integration for. */
export const powerTypes = [
  "ac_power_loss",
  "ac_power_restored",
  "agent_started",
  "agent_stopping",
  "shutdown_started",
] as const;

/** The contact at the window's end: after `lastSeenMs` nothing is known of an agent that is away. */
export interface Contact {
  readonly connected: boolean;
  readonly lastSeenMs: number | null;
}

function mainsAfter(type: string): Knowledge | null {
  if (type === "ac_power_loss") return "outage";
  return type === "ac_power_restored" ? "mains" : null;
}

/** The moment at which a run ended that died without a goodbye, as its successor found it on disk; null if it did not. */
function diedAt(started: PastEvent): number | null {
  const { type, detail } = started.event;
  if (type !== "agent_started" || detail["last_run"] !== "died") return null;
  const atMs = Date.parse(String(detail["last_run_at"]));
  return Number.isFinite(atMs) && atMs < started.atMs ? atMs : null;
}

/** How long an AC event's statement holds: until the next one, or until the agent that made it was no more. */
function spanOf(
  event: PastEvent,
  next: PastEvent | undefined,
  endMs: number,
  contact: Contact,
): EventSpan | null {
  const knows = mainsAfter(event.event.type);
  if (knows === null) return null;
  const startMs = event.atMs;
  if (next === undefined) {
    const lost = contact.connected ? endMs : Math.min(endMs, contact.lastSeenMs ?? startMs);
    // Nothing followed: had the agent died and come back, its start would stand in the journal.
    return { startMs, endMs: Math.max(startMs, lost), knows, certain: true };
  }
  const died = diedAt(next);
  if (died !== null) return { startMs, endMs: Math.max(startMs, died), knows, certain: true };
  return { startMs, endMs: next.atMs, knows, certain: next.event.type !== "agent_started" };
}

/** From the end of a run until the next start nothing is known, whatever the recorder kept as its last state. */
function silenceOf(event: PastEvent, next: PastEvent | undefined, endMs: number): EventSpan | null {
  const ended = event.event.type === "agent_stopping" || event.event.type === "shutdown_started";
  const died = next === undefined ? null : diedAt(next);
  if (!ended && died === null) return null;
  const startMs = ended ? event.atMs : Math.max(event.atMs, died ?? 0);
  return { startMs, endMs: next?.atMs ?? endMs, knows: "unknown", certain: false };
}

interface Spans {
  readonly said: readonly EventSpan[];
  readonly silent: readonly EventSpan[];
}

function spansOf(events: readonly PastEvent[], endMs: number, contact: Contact): Spans {
  const oldestFirst = events
    .filter((each) => (powerTypes as readonly string[]).includes(each.event.type))
    .sort((a, b) => a.atMs - b.atMs || a.event.seq - b.event.seq);
  const present = (span: EventSpan | null) => (span === null ? [] : [span]);
  return {
    said: oldestFirst.flatMap((each, i) => present(spanOf(each, oldestFirst[i + 1], endMs, contact))),
    silent: oldestFirst.flatMap((each, i) => present(silenceOf(each, oldestFirst[i + 1], endMs))),
  };
}

function recorderAt(samples: readonly MainsSample[], atMs: number): Knowledge {
  const held = samples.findLast((sample) => sample.atMs <= atMs)?.present ?? null;
  if (held === null) return "unknown";
  return held ? "mains" : "outage";
}

function knowledgeAt(atMs: number, spans: Spans, samples: readonly MainsSample[]): Knowledge {
  const within = (span: EventSpan) => span.startMs <= atMs && atMs < span.endMs;
  const recorder = recorderAt(samples, atMs);
  const said = spans.said.findLast(within);
  if (said !== undefined && (said.certain || recorder !== "unknown")) return said.knows;
  // The recorder keeps the last state of an agent that is gone until Home Assistant notices.
  if (said === undefined && spans.silent.some(within)) return "unknown";
  return recorder;
}

/**
 * Bands of [startMs, endMs], oldest first, never overlapping, none of zero length.
 * @param samples the recorder's mains states, oldest first
 * @param events events of `powerTypes`, in any order
 */
export function foldBands(
  startMs: number,
  endMs: number,
  samples: readonly MainsSample[],
  events: readonly PastEvent[],
  contact: Contact,
): readonly Band[] {
  const spans = spansOf(events, endMs, contact);
  const edges = [
    startMs,
    ...samples.map((sample) => sample.atMs),
    ...[...spans.said, ...spans.silent].flatMap((span) => [span.startMs, span.endMs]),
  ].filter((atMs) => atMs >= startMs && atMs < endMs);
  const steps: Step[] = [...new Set(edges)]
    .sort((a, b) => a - b)
    .map((atMs) => ({ atMs, knows: knowledgeAt(atMs, spans, samples) }));
  return joinSteps(steps, endMs);
}

function joinSteps(steps: readonly Step[], endMs: number): readonly Band[] {
  const changes = steps.filter((step, index) => step.knows !== steps[index - 1]?.knows);
  return changes.flatMap((step, index): readonly Band[] => {
    if (step.knows === "mains") return [];
    const next = changes[index + 1];
    const end = next?.atMs ?? endMs;
    return end > step.atMs
      ? [{ kind: step.knows, startMs: step.atMs, endMs: end, open: next === undefined }]
      : [];
  });
}
