// `pi-ups events`: the journal's newest events, as a table or as JSON lines.
import { didYouMean } from "../../config/suggest.ts";
import { eventTypes } from "../../core/model.ts";
import type { EventQuery } from "../../ports/ports.ts";
import type { UpsEvent } from "../../protocol/events.ts";
import { parseDurationMs } from "../../sim/quantities.ts";
import { type CommandRun, listOption, type OptionValues, textOption } from "../command.ts";
import { UsageError } from "../exit.ts";
import { table } from "../table.ts";
import { findAgent } from "../target.ts";
import { noWords, timeOfDay } from "../words.ts";

const mostEvents = 10_000;
const usualEvents = 50;

function checkType(type: string): string {
  const known: readonly string[] = eventTypes;
  if (known.includes(type)) return type;
  const all = `Expected is one of ${known.join(", ")}.`;
  throw new UsageError(`There is no event type ${JSON.stringify(type)}. ${didYouMean(type, known, all)}`);
}

const dateOrTime = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?$/;

/** A moment from `2h` (ago), `2026-11-23` or `2026-11-23T04:00` (local time unless it names a zone). */
export function parseSince(text: string, nowMs: number): number {
  const trimmed = text.trim();
  if (dateOrTime.test(trimmed)) {
    const withTime = trimmed.length === "2026-11-23".length ? `${trimmed}T00:00` : trimmed.replace(" ", "T");
    const atMs = Date.parse(withTime);
    if (!Number.isNaN(atMs)) return atMs;
  } else {
    const ago = parseDurationMs(trimmed.replace(/\s+ago$/, ""));
    if (ago.ok) return nowMs - ago.value;
  }
  throw new UsageError(
    `--since: found ${JSON.stringify(text)}, expected a time ago such as 2h or 30 min, or a date such as 2026-11-23 or 2026-11-23T04:00.`,
  );
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= mostEvents) return limit;
  throw new UsageError(
    `--limit: found ${JSON.stringify(text)}, expected a whole number from 1 to ${mostEvents}.`,
  );
}

function queryOf(options: OptionValues): EventQuery {
  const types = listOption(options, "type").map(checkType);
  const since = textOption(options, "since");
  const limit = textOption(options, "limit");
  return {
    ...(types.length === 0 ? {} : { types }),
    ...(since === undefined ? {} : { sinceMs: parseSince(since, Date.now()) }),
    limit: limit === undefined ? (since === undefined ? usualEvents : mostEvents) : parseLimit(limit),
  };
}

/** Keys in a fixed order, so that lines are easy to compare. */
function jsonLine({ seq, id, time, type, value, threshold, unit, message, detail }: UpsEvent): string {
  return `${JSON.stringify({ seq, id, time, type, value, threshold, unit, message, detail })}\n`;
}

function eventTable(events: readonly UpsEvent[]): string {
  return table(events.map(({ seq, time, type, message }) => [String(seq), timeOfDay(time), type, message]));
}

export const run: CommandRun = async (invocation) => {
  noWords("events", invocation.words);
  const { io, options } = invocation;
  const query = queryOf(options);
  const events = await (await findAgent(invocation)).events(query);
  if (options["json"] === true) io.out(events.map(jsonLine).join(""));
  else if (events.length > 0) io.out(eventTable(events));
  else io.out("No events.\n");
  return 0;
};
