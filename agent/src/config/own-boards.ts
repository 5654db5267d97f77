// `own_boards:` in the configuration: boards that a person describes, checked like every other setting, with the place in
// the file for everything that is wrong.
import * as v from "valibot";
import { addressOf, type Board } from "../boards/board.ts";
import { addressText } from "../boards/board-words.ts";
import { sensesOf } from "../boards/derive.ts";
import { findBoard } from "../boards/registry.ts";
import { boardForm, boardIdPattern, boardOf } from "./board-form.ts";
import { foundText, quoted } from "./found.ts";
import { snakeKeys } from "./key-style.ts";
import type { LocalProblem, Position } from "./problem.ts";
import { closest } from "./suggest.ts";
import { isMap, isScalar, isSeq, type YamlNode, type YamlSource } from "./yaml-source.ts";

export interface OwnBoards {
  readonly boards: readonly Board[];
  readonly problems: readonly LocalProblem[];
}

const start: Position = { line: 1, column: 1 };
const looking = "Compare with `pi-ups boards x1201 --yaml`, which prints a board in this form.";

/** The node as plain values. */
function plain(source: YamlSource, written: YamlNode): unknown {
  const node = source.resolve(written);
  if (isScalar(node)) return node.value;
  if (isSeq(node)) return node.items.map((item) => plain(source, item as YamlNode));
  if (!isMap(node)) return null;
  const pairs = node.items.map(({ key, value }) => [
    isScalar(key) ? String(key.value) : "?",
    plain(source, value as YamlNode),
  ]);
  return Object.fromEntries(pairs);
}

interface Place {
  readonly node: YamlNode;
  readonly at: Position;
}

/** Where a path leads: the value, or as deep as the file goes. `keyed`: the key itself is meant. */
function placeOf(source: YamlSource, root: Place, path: readonly unknown[], keyed: boolean): Place {
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
function pathWord(step: unknown): string {
  const word = String(step);
  return /^[\w-]{1,40}$/.test(word) ? word : "?";
}

type Issue = v.BaseIssue<unknown>;

/** An unknown key, a missing key and a wrong value are three different sentences. */
function problemOf(source: YamlSource, board: Place, id: string, issue: Issue): LocalProblem {
  const steps = (issue.path ?? []).map(({ key }) => key);
  const path = ["own_boards", id, ...steps].map(pathWord).join(".");
  const key = String(steps.at(-1) ?? "");
  if (issue.type === "strict_object" && issue.expected === "never") {
    const { at } = placeOf(source, board, steps, true);
    const near = closest(key, issue.message.split(", "));
    const mend = near === null ? looking : `Did you mean ${near}?`;
    return { at, path, found: `the unknown key ${quoted(key)}`, expected: `one of ${issue.message}`, mend };
  }
  const place = placeOf(source, board, steps, false);
  if (issue.type === "strict_object" && issue.received === "undefined") {
    return { at: place.at, path, found: "nothing", expected: `the key ${key}`, mend: looking };
  }
  const expected = expectedWords(issue);
  const mend = mendWord(source.resolve(place.node), expected);
  return { at: place.at, path, found: foundText(place.node, false), expected, mend };
}

/** "Did you mean" where one of some words is expected. */
function mendWord(node: YamlNode, expected: string): string {
  const written = isScalar(node) ? String(node.value) : "";
  const near = expected.startsWith(oneOf) ? closest(written, expected.slice(oneOf.length).split(", ")) : null;
  return near === null ? looking : `Did you mean ${near}?`;
}

const oneOf = "one of ";

/** What is expected, in words: ours where the form has them, else the types that valibot names. */
function expectedWords(issue: Issue): string {
  if (issue.type === "check") return issue.message;
  if (issue.type === "strict_object") return `indented lines of \`key: value\` (${issue.message})`;
  const words = (issue.expected ?? "").replaceAll(/["()]/g, "").replaceAll(" | ", ", ");
  if (issue.type === "picklist" || issue.type === "variant") return `${oneOf}${words}`;
  const types: Readonly<Record<string, string>> = {
    array: "a list",
    boolean: "true or false",
    number: "a number",
    string: "a text",
  };
  return types[issue.type] ?? words.toLowerCase();
}

/** Where a value of the form stands. */
function problemAt(
  source: YamlSource,
  board: Place,
  steps: readonly (string | number)[],
  words: Pick<LocalProblem, "found" | "expected" | "mend">,
  id: string,
): LocalProblem {
  const { at } = placeOf(source, board, steps, false);
  return { at, path: ["own_boards", id, ...steps].map(pathWord).join("."), ...words };
}

/** Right one by one, and wrong together: a pin or an address used twice, or no chip that measures the battery. */
function checkedBoard(source: YamlSource, described: Board, board: Place): OwnBoards {
  const { id, chips, lines } = described;
  const problems: LocalProblem[] = [];
  const pins = new Map<number, string>();
  for (const [line, { bcm }] of Object.entries(snakeKeys(lines) as Record<string, { bcm: number }>)) {
    const other = pins.get(bcm);
    if (other !== undefined) {
      const mend = "Each line has a pin of its own: driving one that is read can damage the board.";
      const words = { found: `${bcm}, which is also the pin of ${other}`, expected: "another pin", mend };
      problems.push(problemAt(source, board, ["lines", line, "bcm"], words, id));
    }
    pins.set(bcm, line);
  }
  const addresses = new Map<number, string>();
  for (const [index, use] of chips.entries()) {
    const address = addressOf(use);
    if (address === null) continue;
    const other = addresses.get(address);
    if (other !== undefined) {
      const found = `${addressText(address)}, which is also the address of ${other}`;
      const words = { found, expected: "another address", mend: "One chip answers at an address." };
      problems.push(problemAt(source, board, ["chips", index, "address"], words, id));
    }
    addresses.set(address, use.chip);
  }
  if (!sensesOf(described).includes("voltage")) {
    const found = `only ${chips.map(({ chip }) => chip).join(", ")}`;
    const mend = "Add the chip that measures the battery.";
    problems.push(
      problemAt(source, board, ["chips"], { found, expected: "a chip that measures the battery", mend }, id),
    );
  }
  const possible = sensesOf(described);
  const beyond = described.senses.filter((sense) => !possible.includes(sense) && sense !== "temperature");
  if (beyond.length > 0) {
    const found = beyond.join(", ");
    const mend = "Leave senses out: it follows from chips, lines and limits.";
    problems.push(
      problemAt(source, board, ["senses"], { found, expected: `some of ${possible.join(", ")}`, mend }, id),
    );
  }
  return { boards: problems.length === 0 ? [described] : [], problems };
}

function readBoard(source: YamlSource, id: string, board: Place, keyAt: Position): OwnBoards {
  const wrongId = (found: string, expected: string): OwnBoards => ({
    boards: [],
    problems: [
      {
        at: keyAt,
        path: `own_boards.${pathWord(id)}`,
        found,
        expected,
        mend: "Choose another name for the board.",
      },
    ],
  });
  if (!boardIdPattern.test(id)) {
    return wrongId(`the board id ${quoted(id)}`, "a small letter and up to 39 of a-z, 0-9 and _");
  }
  if (findBoard(id) !== null) return wrongId(`the id of a built-in board, ${id}`, "an id of your own");
  const parsed = v.safeParse(boardForm, plain(source, board.node) ?? {});
  if (parsed.success) return checkedBoard(source, boardOf(id, parsed.output), board);
  return { boards: [], problems: parsed.issues.map((issue) => problemOf(source, board, id, issue)) };
}

/** Reads what stands below `own_boards`. */
export function readOwnBoards(source: YamlSource, written: YamlNode, keyAt: Position): OwnBoards {
  const node = source.resolve(written);
  if (node === null || (isScalar(node) && node.value === null)) return { boards: [], problems: [] };
  if (!isMap(node)) {
    const expected = "indented lines of `id:` with a board below each";
    const at = source.at(node) ?? keyAt;
    const found = foundText(node, false);
    return { boards: [], problems: [{ at, path: "own_boards", found, expected, mend: looking }] };
  }
  const all = node.items.map(({ key, value }) => {
    const at = source.at(key) ?? start;
    const id = isScalar(key) ? String(key.value) : "?";
    return readBoard(source, id, { node: value as YamlNode, at: source.at(value) ?? at }, at);
  });
  return { boards: all.flatMap(({ boards }) => boards), problems: all.flatMap(({ problems }) => problems) };
}
