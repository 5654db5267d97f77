// The events that the card knows: one list for each filter that was asked for, newest first, each with its own next page.
// Live events go into every list that they belong to.
import type { EventFilter } from "../config.ts";
import { type ListName, typesOf } from "./event-types.ts";
import type { EventsPage, ListedEvent } from "./wire.ts";

/** An event with its time as a number. */
export interface PastEvent {
  readonly atMs: number;
  readonly event: ListedEvent;
}

export interface EventList {
  readonly events: readonly PastEvent[];
  /** For the next page; null when there is none. */
  readonly cursor: string | null;
}

export type EventBook = Readonly<Partial<Record<ListName, EventList>>>;

function belonging(list: ListName, events: readonly PastEvent[]): readonly PastEvent[] {
  const types = typesOf(list);
  return types === undefined ? events : events.filter(({ event }) => types.includes(event.type));
}

/** Newest first; events of one millisecond by sequence number; none twice. */
function merged(known: readonly PastEvent[], more: readonly PastEvent[]): readonly PastEvent[] {
  const byId = new Map([...known, ...more].map((each) => [each.event.id, each]));
  return [...byId.values()].sort((a, b) => b.atMs - a.atMs || b.event.seq - a.event.seq);
}

function toPast(events: readonly ListedEvent[]): readonly PastEvent[] {
  return events.map((event) => ({ atMs: Date.parse(event.time), event }));
}

/** Events that happen while the card looks on, or that arrive late from an agent that was away. */
export function addLive(book: EventBook, events: readonly ListedEvent[]): EventBook {
  const past = toPast(events);
  const next: Partial<Record<ListName, EventList>> = {};
  for (const [name, list] of Object.entries(book) as [ListName, EventList][]) {
    next[name] = { ...list, events: merged(list.events, belonging(name, past)) };
  }
  return next;
}

/** The next page of a list. */
export function addPage(book: EventBook, name: ListName, page: EventsPage): EventBook {
  const events = merged(book[name]?.events ?? [], toPast(page.events));
  return { ...book, [name]: { events, cursor: page.next_cursor } };
}

/** What a filter shows: its own list, or until that is here what "all" has of it. Null before the first page. */
export function listOf(book: EventBook, filter: EventFilter): EventList | null {
  const { all } = book;
  return book[filter] ?? (all === undefined ? null : { ...all, events: belonging(filter, all.events) });
}
