// Outages and blind spells of the trend, folded from two sources: Home Assistant's recorder (what was seen live) and the
// events (true times, also of what happened while Home Assistant was down). Events win where they speak; where neither
// knows, the time is "unknown" and never an outage, and never mains.
import type { PastEvent } from "./event-book.ts";
import { outageTypes } from "./event-types.ts";
import { toMoment } from "./facts.ts";
import type { MainsSample } from "./history-fold.ts";

/** A stretch of the window that is not plain mains. */
export interface Band {
  readonly kind: "outage" | "unknown";
  readonly startMs: number;
  readonly endMs: number;
}

/** The contact at the window's end: after `lastSeenMs` nothing is known of an agent that is away. */
export interface Contact {
  readonly connected: boolean;
  readonly lastSeenMs: number | null;
}

type Knowledge = "mains" | "outage" | "unknown";

/** What the events say of a stretch of time. */
interface Span {
  readonly startMs: number;
  readonly endMs: number;
  /** `seen`: only what the recorder saw. */
  readonly knows: Knowledge | "seen";
  /** The agent died somewhere in this span, nobody knows when: a gap of the recorder in it is real. */
  readonly frail: boolean;
}

const statements: Readonly<Record<string, Span["knows"]>> = {
  ac_power_loss: "outage",
  ac_power_restored: "mains",
  agent_started: "seen",
};

/** An event's statement holds until the next event, or until its agent was no more; from there on nothing is known. */
function spansOf(
  event: PastEvent,
  next: PastEvent | undefined,
  endMs: number,
  contact: Contact,
): readonly Span[] {
  const startMs = event.atMs;
  const untilMs = next?.atMs ?? endMs;
  const died = next?.event.detail["last_run"] === "died";
  const diedMs = died ? toMoment(next?.event.detail["last_run_at"]) : null;
  // Nothing followed: had the agent died and come back, its start would stand in the journal.
  const lostMs = next === undefined && !contact.connected ? (contact.lastSeenMs ?? startMs) : diedMs;
  const lastMs = Math.max(startMs, Math.min(untilMs, lostMs ?? untilMs));
  const knows = statements[event.event.type] ?? "unknown";
  return [
    { startMs, endMs: lastMs, knows, frail: next?.event.type === "agent_started" && diedMs === null },
    { startMs: lastMs, endMs: untilMs, knows: "unknown", frail: false },
  ];
}

function knowledgeAt(atMs: number, spans: readonly Span[], samples: readonly MainsSample[]): Knowledge {
  const held = samples.findLast((sample) => sample.atMs <= atMs);
  const seen = held?.present === true ? "mains" : held?.present === false ? "outage" : "unknown";
  const span = spans.findLast(({ startMs, endMs }) => startMs <= atMs && atMs < endMs);
  // An agent in contact that says "unknown" cannot read its pin: no earlier event stands against that.
  const recorderRules = span === undefined || span.knows === "seen" || held?.present === null;
  return recorderRules || (span.frail && seen === "unknown") ? seen : span.knows;
}

/**
 * Bands of [startMs, endMs], oldest first, never overlapping, none of zero length.
 * @param samples the recorder's mains states, oldest first
 * @param events in any order; those that have no part in it are passed over
 */
export function foldBands(
  startMs: number,
  endMs: number,
  samples: readonly MainsSample[],
  events: readonly PastEvent[],
  contact: Contact,
): readonly Band[] {
  const oldestFirst = events
    .filter(({ event }) => outageTypes.includes(event.type))
    .sort((a, b) => a.atMs - b.atMs || a.event.seq - b.event.seq);
  const spans = oldestFirst.flatMap((event, index) => spansOf(event, oldestFirst[index + 1], endMs, contact));
  const edges = [...samples.map(({ atMs }) => atMs), ...spans.flatMap((span) => [span.startMs, span.endMs])];
  const inside = edges.filter((atMs) => atMs > startMs && atMs < endMs);
  const changes = [...new Set([startMs, ...inside])]
    .sort((a, b) => a - b)
    .map((atMs) => ({ atMs, kind: knowledgeAt(atMs, spans, samples) }))
    .filter(({ kind }, index, all) => kind !== all[index - 1]?.kind);
  return changes.flatMap(({ atMs, kind }, index) =>
    kind === "mains" ? [] : [{ kind, startMs: atMs, endMs: changes[index + 1]?.atMs ?? endMs }],
  );
}
