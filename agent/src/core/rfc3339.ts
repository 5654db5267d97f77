// Moments as text: the one format of the journal, events.jsonl, the wire and `status --json`.
import type { Instant } from "./model.ts";

/**
 * RFC 3339 with milliseconds and the numeric zone of the moment, for example `2026-11-23T04:18:14.123+01:00`.
 * The zone is part of the record: it still says the local hour of an outage after a move or a change to summer time.
 */
export function toRfc3339(at: Pick<Instant, "wallMs" | "utcOffsetMin">): string {
  const local = new Date(at.wallMs + at.utcOffsetMin * 60_000).toISOString().slice(0, -1);
  const minutes = Math.abs(at.utcOffsetMin);
  const sign = at.utcOffsetMin < 0 ? "-" : "+";
  return `${local}${sign}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}

function pad(part: number): string {
  return String(part).padStart(2, "0");
}
