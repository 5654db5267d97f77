// Picks the language; English stands in for languages that the card does not have.
import { de } from "./de.ts";
import { en, type Strings } from "./en.ts";

export type { Strings } from "./en.ts";

export const languages: Readonly<Record<string, Strings>> = { en, de };

/** @param language BCP 47, for example `de-CH`. */
export function stringsFor(language: string): Strings {
  return languages[language.slice(0, 2)] ?? en;
}

/** A reason in words; a word that this version does not know stands as it is. */
export function reasonWords(strings: Strings, reason: unknown): string | null {
  if (typeof reason !== "string") return null;
  return (strings.reasons as Readonly<Record<string, string>>)[reason] ?? reason;
}
