// How a wrong value is shown and mended: enough of it to find it, never a secret.
import type { FieldFacts } from "./fields.ts";
import { didYouMean } from "./suggest.ts";
import { isMap, isScalar, isSeq, type YamlNode } from "./yaml-source.ts";

const longestShown = 60;

/** A long-lived token is a JSON Web Token: three parts of base64, the first of which begins with `{"`. */
function looksLikeToken(text: string): boolean {
  return text.includes("eyJ");
}

/** Text in quotes, as far as it is short and cannot be a token. */
export function quoted(text: string): string {
  if (looksLikeToken(text) || text.length > longestShown) return `a text of ${text.length} characters`;
  return JSON.stringify(text);
}

/** The value that was found, for a sentence. */
export function foundText(node: YamlNode, secret: boolean): string {
  if (node === null) return "nothing";
  if (isMap(node)) return "a group of keys";
  if (isSeq(node)) return "a list";
  if (!isScalar(node)) return "something else";
  const value = node.value;
  if (value === null) return "nothing";
  if (typeof value === "string") {
    if (value.trim() === "") return "an empty text";
    return secret ? "a text (not shown)" : `the text ${quoted(value)}`;
  }
  if (secret) return typeof value === "number" ? "a number (not shown)" : "something else (not shown)";
  return typeof value === "number" || typeof value === "boolean"
    ? (node.source ?? String(value))
    : "something else";
}

/** The default of a setting, for a sentence: `1 s`. */
export function defaultWords(facts: FieldFacts): string {
  if (facts.fallback === undefined) return facts.defaultText ?? "none";
  return facts.unit === null ? String(facts.fallback) : `${facts.fallback} ${facts.unit}`;
}

/** How a text becomes the number that it was meant to be; null: it is too far from one. */
export function mendNumber(text: string): string | null {
  const plainNumber = /^\s*([+-]?\d+(?:\.\d+)?)\s*$/.exec(text);
  if (plainNumber) return `Remove the quotes: ${plainNumber[1]}.`;
  const hexadecimal = /^\s*(0x[\da-f]+)\s*$/i.exec(text);
  if (hexadecimal) return `Remove the quotes: ${hexadecimal[1]}.`;
  const comma = /^\s*(\d+),(\d+)/.exec(text);
  if (comma) return `Write a point instead of the comma: ${comma[1]}.${comma[2]}.`;
  const withUnit = /^\s*([+-]?\d+(?:\.\d+)?)\s*([^\d\s.]+)\s*$/.exec(text);
  if (withUnit) return `Write the bare number, without "${withUnit[2]}".`;
  return null;
}

function mendBoolean(text: string): string | null {
  const word = text.trim().toLowerCase();
  if (["yes", "on", "y", "true"].includes(word)) return "Write true.";
  return ["no", "off", "n", "false"].includes(word) ? "Write false." : null;
}

/** What to do about a wrong value. */
export function mendText(facts: FieldFacts, node: YamlNode): string {
  const value = isScalar(node) ? node.value : undefined;
  const example = facts.example === null ? "" : `, for example ${facts.example}`;
  const otherwise = `Correct it${example}, or delete the line for the default (${defaultWords(facts)}).`;
  switch (facts.kind) {
    case "number":
      return (typeof value === "string" ? mendNumber(value) : null) ?? otherwise;
    case "boolean":
      return (typeof value === "string" ? mendBoolean(value) : null) ?? otherwise;
    case "choice":
      return typeof value === "string" ? didYouMean(value, facts.options, otherwise) : otherwise;
    case "text":
      if (typeof value !== "number" && typeof value !== "boolean") return otherwise;
      return facts.secret
        ? "Put it in quotes."
        : `Put it in quotes: "${isScalar(node) ? (node.source ?? value) : value}".`;
  }
  return facts.kind satisfies never;
}
