// Events as rows of the list: words, icon and colour for each, and a short outage folded into one row.
import type { PastEvent } from "../data/event-book.ts";
import { eventTypes } from "../data/event-types.ts";
import { eventDetails } from "./event-text.ts";
import { duration } from "./format.ts";
import type { IconName, Tone } from "./view.ts";
import type { Words } from "./words.ts";

export interface Row {
  readonly key: string;
  readonly icon: IconName;
  readonly tone: Tone;
  readonly title: string;
  readonly details: readonly string[];
  readonly atMs: number;
  /** The single events of a folded row, newest first. */
  readonly children: readonly Row[];
}

/** An outage up to this long is one row; a longer one keeps its begin and its end, each at its own time. */
const foldedOutageMs = 5 * 60_000;

function singleRow({ atMs, event }: PastEvent, words: Words): Row {
  const known = eventTypes[event.type];
  const [, icon, tone] = known ?? ["", "chip", "muted"];
  const details = eventDetails(event, words);
  return {
    key: event.id,
    icon,
    tone,
    // A type of the future is told by its own sentence.
    title: known === undefined ? event.message : words.eventName(event.type),
    details: event.synced_late ? [...details, words.strings.syncedLate] : details,
    atMs,
    children: [],
  };
}

/** How many events, from a restore on, make up one short outage with nothing but charging in between; 0 for none. */
function outageLength(events: readonly PastEvent[]): number {
  const [restored] = events;
  if (restored?.event.type !== "ac_power_restored") return 0;
  const loss = events.findIndex(({ event }, index) => index > 0 && !event.type.startsWith("charging_"));
  const first = events[loss];
  return first?.event.type === "ac_power_loss" && restored.atMs - first.atMs <= foldedOutageMs ? loss + 1 : 0;
}

function outageRow(children: readonly Row[], { strings }: Words): Row {
  const [restored, loss] = [children[0], children.at(-1)];
  const [startMs, endMs] = [loss?.atMs ?? 0, restored?.atMs ?? 0];
  return {
    key: `outage ${loss?.key}`,
    icon: "plugBack",
    tone: "muted",
    title: strings.outageOf(duration(endMs - startMs)),
    // Of the restore's details the length is in the title already.
    details: restored?.details.slice(1) ?? [],
    atMs: startMs,
    children,
  };
}

/** @param events newest first */
export function eventRows(events: readonly PastEvent[], words: Words): readonly Row[] {
  const rows: Row[] = [];
  for (let index = 0; index < events.length; ) {
    const count = outageLength(events.slice(index));
    const members = events.slice(index, index + (count || 1)).map((each) => singleRow(each, words));
    rows.push(...(count > 0 ? [outageRow(members, words)] : members));
    index += members.length;
  }
  return rows;
}
