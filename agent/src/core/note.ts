// What a part of the core wants recorded, before the engine gives it an id and a time.
import type { EventDraft } from "./model.ts";

export type Note = Omit<EventDraft, "id" | "at">;

/** A note with the usual blanks filled in. */
export function note(
  type: EventDraft["type"],
  message: string,
  parts: Partial<Pick<EventDraft, "value" | "threshold" | "unit" | "detail">> = {},
): Note {
  return { type, value: null, threshold: null, unit: null, detail: {}, message, ...parts };
}

/** Rounds for people and for the record: `digits` decimals, never `-0`. */
export function round(value: number, digits = 0): number {
  const factor = 10 ** digits;
  const rounded = Math.round(value * factor) / factor;
  return rounded === 0 ? 0 : rounded;
}

/** `96 %`, or `about 96 %` where nobody measured it. */
export function percentWords(pct: number, estimated: boolean): string {
  return `${estimated ? "about " : ""}${round(pct)} %`;
}

/** Minutes of an estimate in words, no finer than it is worth: whole ones below an hour, steps of five above. */
export function aboutMinutes(minutes: number): string {
  const rounded = minutes < 60 ? Math.round(minutes) : Math.round(minutes / 5) * 5;
  return rounded < 1 ? "less than 1 min" : `about ${duration(rounded * 60_000)}`;
}

/** A length of time in words: `58 s`, `12 min 40 s`, `1 h 31 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [d, h, m, s] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ];
  if (d > 0) return h === 0 ? `${d} d` : `${d} d ${h} h`;
  if (h > 0) return m === 0 ? `${h} h` : `${h} h ${m} min`;
  if (m > 0) return s === 0 ? `${m} min` : `${m} min ${s} s`;
  return `${s} s`;
}
