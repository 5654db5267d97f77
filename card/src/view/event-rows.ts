// Events as rows of the list: words, icon and colour for each, short outages folded into one row, a heading for each day.

import type { PastEvent } from "../data/event-book.ts";
import { type Strings, word } from "../i18n/strings.ts";
import { eventDetails } from "./event-text.ts";
import type { Format } from "./format.ts";
import type { IconName, Tone } from "./view.ts";

export interface Row {
  readonly key: string;
  readonly icon: IconName;
  readonly tone: Tone;
  readonly title: string;
  readonly details: readonly string[];
  readonly atMs: number;
  /** Reached Home Assistant as history. */
  readonly late: boolean;
  /** The single events of a folded row, newest first. */
  readonly children: readonly Row[];
}

export interface Day {
  readonly number: number;
  readonly label: string;
  readonly rows: readonly Row[];
}

export interface RowWords {
  readonly strings: Strings;
  readonly format: Format;
  readonly nowMs: number;
}

/** An outage up to this long is one row; a longer one keeps its begin and its end, each at its own time. */
const foldedOutageMs = 5 * 60_000;
/** Outages that follow each other within this time are one flapping mains. */
const flapGapMs = 2 * 60_000;
const flapCount = 3;

const looks: Readonly<Record<string, readonly [IconName, Tone]>> = {
  ac_power_loss: ["plugOff", "bad"],
  ac_power_restored: ["plug", "ok"],
  dc_out_loss: ["plugOff", "bad"],
  dc_out_restored: ["plug", "ok"],
  battery_voltage_low: ["batteryLow", "warn"],
  battery_voltage_critical: ["alert", "bad"],
  battery_voltage_recovered: ["battery", "ok"],
  charging_started: ["bolt", "ok"],
  charging_stopped: ["bolt", "muted"],
  battery_full: ["battery", "ok"],
  ups_fault: ["alert", "bad"],
  temperature_high: ["thermometer", "warn"],
  temperature_normal: ["thermometer", "ok"],
  overcurrent_detected: ["alert", "bad"],
  overcurrent_cleared: ["check", "ok"],
  ups_fault_cleared: ["check", "ok"],
  agent_started: ["chip", "muted"],
  agent_stopping: ["chip", "muted"],
  shutdown_scheduled: ["power", "warn"],
  shutdown_cancelled: ["check", "ok"],
  shutdown_started: ["power", "bad"],
};

function singleRow({ atMs, event }: PastEvent, words: RowWords): Row {
  const [icon, tone] = looks[event.type] ?? ["dot", "muted"];
  const title = word(words.strings, "type", event.type);
  return {
    key: event.id,
    icon,
    tone,
    // A type of the future is told by its own sentence.
    title: title ?? event.message,
    details: title === null ? [] : eventDetails(event, words),
    atMs,
    late: event.synced_late,
    children: [],
  };
}

/** Index of the loss that belongs to the restore at `index`, when nothing but charging happened in between. */
function lossOf(events: readonly PastEvent[], index: number): number | null {
  const restored = events[index];
  if (restored?.event.type !== "ac_power_restored") return null;
  for (let older = index + 1; older < events.length; older += 1) {
    const each = events[older];
    if (each === undefined || restored.atMs - each.atMs > foldedOutageMs) return null;
    if (each.event.type === "ac_power_loss") return older;
    if (!each.event.type.startsWith("charging_")) return null;
  }
  return null;
}

function outageRow(members: readonly PastEvent[], words: RowWords): Row {
  const rows = members.map((each) => singleRow(each, words));
  const [restored] = members;
  const loss = members.at(-1);
  const lengthMs = (restored?.atMs ?? 0) - (loss?.atMs ?? 0);
  const lowest = restored?.event.detail["lowest_percent"];
  return {
    key: `outage-${loss?.event.id ?? ""}`,
    icon: "plugBack",
    tone: "muted",
    title: words.strings.outageOf(words.format.duration(lengthMs)),
    details: typeof lowest === "number" ? [words.strings.lowest(words.format.percent(lowest))] : [],
    atMs: loss?.atMs ?? 0,
    late: rows.some((row) => row.late),
    children: rows,
  };
}

function foldOutages(events: readonly PastEvent[], words: RowWords): readonly Row[] {
  const rows: Row[] = [];
  for (let index = 0; index < events.length; index += 1) {
    const loss = lossOf(events, index);
    const event = events[index];
    if (loss !== null) {
      rows.push(outageRow(events.slice(index, loss + 1), words));
      index = loss;
    } else if (event !== undefined) {
      rows.push(singleRow(event, words));
    }
  }
  return rows;
}

function endOf(row: Row): number {
  return row.children[0]?.atMs ?? row.atMs;
}

function flapRow(rows: readonly Row[], words: RowWords): Row {
  const oldest = rows.at(-1);
  const startMs = oldest?.atMs ?? 0;
  const endMs = rows[0] === undefined ? startMs : endOf(rows[0]);
  return {
    key: `flap-${oldest?.key ?? ""}`,
    icon: "plugBack",
    tone: "warn",
    title: words.strings.outageCount(rows.length, words.format.duration(endMs - startMs)),
    details: [],
    atMs: startMs,
    late: rows.some((row) => row.late),
    children: rows.flatMap((row) => row.children),
  };
}

/** Charging comes and goes with a flapping mains; those rows go into the fold as well. */
function foldFlaps(rows: readonly Row[], words: RowWords): readonly Row[] {
  const result: Row[] = [];
  for (let index = 0; index < rows.length; index += 1) {
    let end = index;
    const isOutage = (row: Row | undefined) => row !== undefined && row.children.length > 0;
    while (isOutage(rows[end]) && isOutage(rows[end + 1]) && gap(rows[end + 1], rows[end]) <= flapGapMs)
      end += 1;
    const run = rows.slice(index, end + 1);
    if (run.length >= flapCount) result.push(flapRow(run, words));
    else result.push(...run);
    index = end;
  }
  return result;
}

function gap(older: Row | undefined, newer: Row | undefined): number {
  return older === undefined || newer === undefined ? Number.POSITIVE_INFINITY : newer.atMs - endOf(older);
}

/** @param events newest first */
export function eventRows(events: readonly PastEvent[], words: RowWords): readonly Row[] {
  return foldFlaps(foldOutages(events, words), words);
}

function dayLabel(atMs: number, { strings, format, nowMs }: RowWords): string {
  const ago = format.dayNumber(nowMs) - format.dayNumber(atMs);
  if (ago === 0) return strings.today;
  return ago === 1 ? strings.yesterday : format.day(atMs);
}

export function groupByDay(rows: readonly Row[], words: RowWords): readonly Day[] {
  const days: { number: number; label: string; rows: Row[] }[] = [];
  for (const row of rows) {
    const number = words.format.dayNumber(row.atMs);
    const last = days.at(-1);
    if (last?.number === number) last.rows.push(row);
    else days.push({ number, label: dayLabel(row.atMs, words), rows: [row] });
  }
  return days;
}
