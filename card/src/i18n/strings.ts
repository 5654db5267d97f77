// Picks the language; English stands in for languages that the card does not have.
import { de } from "./de.ts";
import { en, type Strings } from "./en.ts";

export type { Strings } from "./en.ts";

export const languages: Readonly<Record<string, Strings>> = { en, de };

/** @param language BCP 47, for example `de-CH`. */
export function stringsFor(language: string): Strings {
  return languages[language.toLowerCase()] ?? languages[language.split("-")[0]?.toLowerCase() ?? ""] ?? en;
}

/** A word of the table that is found by a name from the wire; null for a name that this version does not know. */
export function word(
  strings: Strings,
  prefix: "type" | "reason" | "filter" | "by",
  name: string,
): string | null {
  const key = `${prefix}_${name}`;
  const value = Object.hasOwn(strings, key) ? strings[key as keyof Strings] : null;
  return typeof value === "string" ? value : null;
}
