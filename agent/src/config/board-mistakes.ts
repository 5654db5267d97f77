// What is wrong with a board in the configuration, in words: where it stands in the file, what was found, what is expected
// and how to mend it, for each of the mistakes that the form finds.
import type * as v from "valibot";
import type { Board } from "../boards/board.ts";
import { boards } from "../boards/registry.ts";
import { foundText, mendNumber, quoted } from "./found.ts";
import { snakeKeys } from "./key-style.ts";
import type { LocalProblem, Position } from "./problem.ts";
import { closest } from "./suggest.ts";
import { isMap, isScalar, isSeq, type YamlNode, type YamlSource } from "./yaml-source.ts";

/** Points to a built-in board that has what is being described. */
function lookAt(id: string): string {
  return `Compare with \`pi-ups boards ${id} --yaml\`, which prints a board in this form.`;
}

const simplest = "x1201";

/** Points to a simple board. */
export const looking = lookAt(simplest);

function lookAtFirst(fits: (board: Board) => boolean): string {
  const like = boards.filter(fits).map(({ id }) => id);
  return lookAt(like.includes(simplest) ? simplest : (like[0] ?? simplest));
}

/** The first built-in board that has the chip or the line in which the mistake is. */
function lookingNear(source: YamlSource, board: Place, steps: readonly unknown[]): string {
  const [part, which] = steps;
  if (part === "chips") {
    const { node } = placeOf(source, board, [part, which, "chip"], false);
    const named = source.resolve(node);
    const chip = isScalar(named) ? named.value : null;
    return lookAtFirst(({ chips }) => chips.some((use) => use.chip === chip));
  }
  if (part === "lines") {
    return lookAtFirst(({ lines }) => Object.hasOwn(snakeKeys(lines) as object, String(which)));
  }
  return looking;
}

/** A value in the file. */
export interface Place {
  readonly node: YamlNode;
  readonly at: Position;
}

/** Where a path leads: the value, or as deep as the file goes. `keyed`: the key itself is meant. */
export function placeOf(source: YamlSource, root: Place, path: readonly unknown[], keyed: boolean): Place {
  let place = root;
  for (const [depth, step] of path.entries()) {
    const node = source.resolve(place.node);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === step);
      if (pair === undefined) return place;
      const at =
        (keyed && depth === path.length - 1 ? source.at(pair.key) : source.at(pair.value)) ?? place.at;
      place = { node: pair.value as YamlNode, at };
    } else if (isSeq(node) && typeof step === "number") {
      const item = node.items[step] as YamlNode | undefined;
      if (item === undefined) return place;
      place = { node: item, at: source.at(item) ?? place.at };
    } else return place;
  }
  return place;
}

/** A key that a person mistyped can be anything; a path is one word. */
export function pathWord(step: unknown): string {
  const word = String(step);
  return /^[\w-]{1,40}$/.test(word) ? word : "?";
}

type Issue = v.BaseIssue<unknown>;

/** An unknown key, a missing key and a wrong value are three different sentences. */
export function problemOf(source: YamlSource, board: Place, id: string, issue: Issue): LocalProblem {
  const steps = (issue.path ?? []).map(({ key }) => key);
  const path = ["own_boards", id, ...steps].map(pathWord).join(".");
  const key = String(steps.at(-1) ?? "");
  if (issue.type === "strict_object" && issue.expected === "never") {
    const { at } = placeOf(source, board, steps, true);
    const near = closest(key, issue.message.split(", "));
    const mend = near === null ? lookingNear(source, board, steps) : `Did you mean ${near}?`;
    return { at, path, found: `the unknown key ${quoted(key)}`, expected: `one of ${issue.message}`, mend };
  }
  const place = placeOf(source, board, steps, false);
  if (issue.type === "strict_object" && issue.received === "undefined") {
    const mend = lookingNear(source, board, steps);
    return { at: place.at, path, found: "nothing", expected: `the key ${key}`, mend };
  }
  const expected = expectedWords(issue);
  if (issue.type === "variant" && issue.received === "undefined") {
    return { at: place.at, path, found: "nothing", expected: `the key chip: ${expected}`, mend: looking };
  }
  const mend =
    mendValue(key, source.resolve(place.node), expected) ??
    (steps[0] === "senses" || steps[0] === "switches" ? leaveOut(steps[0]) : null) ??
    lookingNear(source, board, steps);
  return { at: place.at, path, found: foundText(place.node, false), expected, mend };
}

/** The cure for what nobody has to write. */
export function leaveOut(key: string): string {
  return `Leave ${key} out: it follows from chips, lines and limits.`;
}

/** What the GPIOs of the upper numbers are called by their place on the 40-pin header. */
const headerPins: Readonly<Record<number, number>> = {
  29: 5,
  31: 6,
  32: 12,
  33: 13,
  35: 19,
  36: 16,
  37: 26,
  38: 20,
  40: 21,
};

/** What to write instead, where the mistake is a known one; else null. */
function mendValue(key: string, node: YamlNode, expected: string): string | null {
  const value = isScalar(node) ? node.value : null;
  const written = isScalar(node) ? String(value) : "";
  if (key === "true_when" && typeof value === "boolean") {
    return "Write the level that the pin has while the line's name is true: high or low.";
  }
  if (key === "bcm") {
    const gpio = typeof value === "number" ? headerPins[value] : undefined;
    if (gpio !== undefined)
      return `If ${written} is the pin's place on the header, that is GPIO${gpio}: write ${gpio}.`;
    const [, bare] = /^\s*(?:gpio|bcm)\s*(\d+)\s*$/i.exec(written) ?? [];
    if (bare !== undefined) return `Write the bare number: ${bare}.`;
  }
  if (typeof value === "string" && /^an? .*\d/.test(expected)) return mendNumber(value);
  const near = expected.startsWith(oneOf) ? closest(written, expected.slice(oneOf.length).split(", ")) : null;
  return near === null || (key === "chip" && !sameDigits(written, near)) ? null : `Did you mean ${near}?`;
}

const oneOf = "one of ";

/** The number in a chip's name is the chip: an ina226 is no mistyped ina219. */
function sameDigits(written: string, known: string): boolean {
  return known.replaceAll(/\D/g, "").startsWith(written.replaceAll(/\D/g, ""));
}

/** What is expected, in words: ours where the form has them, else the types that valibot names. */
function expectedWords(issue: Issue): string {
  if (issue.type === "check" || issue.type === "number") return issue.message;
  // A chip that is no group of keys at all.
  if (issue.type === "variant" && issue.expected === "Object")
    return "indented lines of `key: value`, with the key chip";
  if (issue.type === "strict_object") return `indented lines of \`key: value\` (${issue.message})`;
  const words = (issue.expected ?? "").replaceAll(/["()]/g, "").replaceAll(" | ", ", ");
  if (issue.type === "picklist" || issue.type === "variant") return `${oneOf}${words}`;
  const types: Readonly<Record<string, string>> = {
    array: "a list",
    boolean: "true or false",
    string: "a text",
  };
  return types[issue.type] ?? words.toLowerCase();
}
