// The events that the card knows, newest first, and how far back each filter is complete. Pages of different filters
// and live events meet here; a filter never shows events older than the point up to which it is complete.
import type { EventFilter } from "../config.ts";
import type { EventsPage, ListedEvent } from "./wire.ts";

/** An event with its time as a number. */
export interface PastEvent {
  readonly atMs: number;
  readonly event: ListedEvent;
}

interface Coverage {
  /** Complete down to this moment and sequence number. */
  readonly atMs: number;
  readonly seq: number;
  /** For the next page; null when there is none. */
  readonly cursor: string | null;
}

export interface EventBook {
  readonly events: readonly PastEvent[];
  readonly coverage: Readonly<Partial<Record<EventFilter, Coverage>>>;
}

export const emptyBook: EventBook = { events: [], coverage: {} };

/** Event types of each filter. A type that this version does not know stands under "all" only. */
export const filterTypes: Readonly<Record<Exclude<EventFilter, "all">, readonly string[]>> = {
  power: ["ac_power_loss", "ac_power_restored", "dc_out_loss", "dc_out_restored"],
  battery: [
    "battery_voltage_low",
    "battery_voltage_critical",
    "battery_voltage_recovered",
    "charging_started",
    "charging_stopped",
    "battery_full",
  ],
  shutdown: [
    "shutdown_scheduled",
    "shutdown_cancelled",
    "shutdown_started",
    "agent_started",
    "agent_stopping",
  ],
  faults: [
    "ups_fault",
    "ups_fault_cleared",
    "temperature_high",
    "temperature_normal",
    "overcurrent_detected",
    "overcurrent_cleared",
  ],
};

export function matches(filter: EventFilter, type: string): boolean {
  return filter === "all" || filterTypes[filter].includes(type);
}

export function toPast(event: ListedEvent): PastEvent {
  return { atMs: Date.parse(event.time), event };
}

/** Newest first; events of one millisecond by sequence number. */
export function newestFirst(a: PastEvent, b: PastEvent): number {
  return b.atMs - a.atMs || b.event.seq - a.event.seq;
}

function union(known: readonly PastEvent[], more: readonly ListedEvent[]): readonly PastEvent[] {
  const ids = new Set(known.map((each) => each.event.id));
  const fresh = more.filter((event) => !ids.has(event.id)).map(toPast);
  return fresh.length === 0 ? known : [...known, ...fresh].sort(newestFirst);
}

/** Events that happen while the card looks on, or that arrive late from an agent that was away. */
export function addLive(book: EventBook, events: readonly ListedEvent[]): EventBook {
  return { ...book, events: union(book.events, events) };
}

/** The next page of a filter. */
export function addPage(book: EventBook, filter: EventFilter, page: EventsPage): EventBook {
  const last = page.events.at(-1);
  const end: Coverage =
    page.next_cursor === null || last === undefined
      ? { atMs: Number.NEGATIVE_INFINITY, seq: 0, cursor: null }
      : { atMs: Date.parse(last.time), seq: last.seq, cursor: page.next_cursor };
  return { events: union(book.events, page.events), coverage: { ...book.coverage, [filter]: end } };
}

export interface Visible {
  readonly events: readonly PastEvent[];
  /** False until the first page for this filter, or for all events, has arrived. */
  readonly loaded: boolean;
  /** There are older ones that are not here yet. */
  readonly more: boolean;
}

/** The deeper of a filter's own coverage and that of "all". */
function coverageOf(book: EventBook, filter: EventFilter): Coverage | null {
  const own = book.coverage[filter];
  const all = book.coverage.all;
  if (own === undefined || all === undefined) return own ?? all ?? null;
  return own.atMs <= all.atMs ? own : all;
}

export function visible(book: EventBook, filter: EventFilter): Visible {
  const coverage = coverageOf(book, filter);
  if (coverage === null) return { events: [], loaded: false, more: false };
  const events = book.events.filter(
    ({ atMs, event }) =>
      matches(filter, event.type) &&
      (atMs > coverage.atMs || (atMs === coverage.atMs && event.seq >= coverage.seq)),
  );
  return { events, loaded: true, more: coverage.cursor !== null };
}
