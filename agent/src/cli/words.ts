// Small sentences that several commands share: how long ago, how much, and words that do not belong there.
import { duration } from "../core/note.ts";
import { UsageError } from "./exit.ts";

/** Refuses words behind a command that takes none. */
export function noWords(command: string, words: readonly string[]): void {
  const [first] = words;
  if (first === undefined) return;
  throw new UsageError(
    `\`pi-ups ${command}\` does not know what to do with ${JSON.stringify(first)}. \`pi-ups help ${command}\` tells how it is used.`,
  );
}

/** Milliseconds from one RFC 3339 time to another, never negative. */
export function elapsedMs(from: string, to: string): number {
  return Math.max(0, Date.parse(to) - Date.parse(from));
}

/** `3 h 12 min`: how long ago `from` was at `to`. */
export function since(from: string, to: string): string {
  return duration(elapsedMs(from, to));
}

/** A number with its unit, or "unknown": never 0 for something that nobody measured. */
export function measured(value: number | null | undefined, unit: string, digits: number): string {
  return value === null || value === undefined ? "unknown" : `${value.toFixed(digits)} ${unit}`;
}

/** `2026-11-23 04:18:14` out of an RFC 3339 time, in that time's own zone. */
export function timeOfDay(time: string): string {
  return time.slice(0, 19).replace("T", " ");
}
