// `own_boards:` in the configuration: boards that a person describes, checked like every other setting, with the place in
// the file for everything that is wrong.
import * as v from "valibot";
import { addressOf, type Board, type ChipUse, usualAddresses } from "../boards/board.ts";
import { sensesOf } from "../boards/derive.ts";
import { hexByte } from "../boards/hex.ts";
import { findBoard } from "../boards/registry.ts";
import { boardForm, boardIdPattern, boardOf } from "./board-form.ts";
import { leaveOut, looking, type Place, pathWord, placeOf, problemOf } from "./board-mistakes.ts";
import { foundText, quoted } from "./found.ts";
import { snakeKeys } from "./key-style.ts";
import type { LocalProblem, Position } from "./problem.ts";
import { isMap, isScalar, isSeq, type YamlNode, type YamlSource } from "./yaml-source.ts";

export interface OwnBoards {
  readonly boards: readonly Board[];
  readonly problems: readonly LocalProblem[];
}

const start: Position = { line: 1, column: 1 };

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

/** What is wrong with a value of the form; `steps` lead to it. */
interface Wrong extends Pick<LocalProblem, "found" | "expected" | "mend"> {
  readonly steps: readonly (string | number)[];
}

function pinsUsedTwice({ lines }: Board): readonly Wrong[] {
  const pins = new Map<number, string>();
  return Object.entries(snakeKeys(lines) as Record<string, { bcm: number }>).flatMap(([line, { bcm }]) => {
    const other = pins.get(bcm);
    pins.set(bcm, line);
    if (other === undefined) return [];
    const found = `${bcm}, which is also the pin of ${other}`;
    const mend = "Each line has a pin of its own: driving one that is read can damage the board.";
    return [{ steps: ["lines", line, "bcm"], found, expected: "another pin", mend }];
  });
}

/** Addresses of a datasheet, as `0x36` or `an address from 0x40 to 0x4F`. */
function addressWords(usual: readonly number[]): string {
  const [first = 0] = usual;
  return usual.length === 1
    ? hexByte(first)
    : `an address from ${hexByte(first)} to ${hexByte(usual.at(-1) ?? first)}`;
}

function strangeAddress({ chip }: ChipUse, address: number): Omit<Wrong, "steps"> | null {
  const usual = usualAddresses(chip);
  if (usual === null || usual.includes(address)) return null;
  const found = `${hexByte(address)} for a ${chip}`;
  const bare = hexByte(address >> 1);
  const mend = usual.includes(address >> 1)
    ? `${hexByte(address)} is ${bare} with the bit for reading and writing; write ${bare}.`
    : "The chip has no other address. See what answers with: sudo pi-ups detect";
  return { found, expected: addressWords(usual), mend };
}

function wrongAddresses({ chips }: Board): readonly Wrong[] {
  const addresses = new Map<number, string>();
  return chips.flatMap((use, index) => {
    const address = addressOf(use);
    if (address === null) return [];
    const steps = ["chips", index, "address"];
    const other = addresses.get(address);
    addresses.set(address, use.chip);
    const strange = strangeAddress(use, address);
    if (strange !== null) return [{ steps, ...strange }];
    if (other === undefined) return [];
    const found = `${hexByte(address)}, which is also the address of ${other}`;
    return [{ steps, found, expected: "another address", mend: "One chip answers at an address." }];
  });
}

function missingBattery(board: Board): readonly Wrong[] {
  if (sensesOf(board).includes("voltage")) return [];
  const found = `only ${board.chips.map(({ chip }) => chip).join(", ")}`;
  const expected = "a chip that measures the battery";
  return [{ steps: ["chips"], found, expected, mend: "Add the chip that measures the battery." }];
}

function impossibleSenses(board: Board): readonly Wrong[] {
  const possible = sensesOf(board);
  const beyond = board.senses.filter((sense) => !possible.includes(sense) && sense !== "temperature");
  if (beyond.length === 0) return [];
  const expected = `some of ${possible.join(", ")}`;
  return [{ steps: ["senses"], found: beyond.join(", "), expected, mend: leaveOut("senses") }];
}

/** Parts that are right one by one, and wrong together or for this chip. */
function checkedBoard(source: YamlSource, described: Board, board: Place): OwnBoards {
  const { id } = described;
  const problems = [pinsUsedTwice, wrongAddresses, missingBattery, impossibleSenses]
    .flatMap((check) => check(described))
    .map(({ steps, ...words }) => ({
      at: placeOf(source, board, steps, false).at,
      path: ["own_boards", id, ...steps].map(pathWord).join("."),
      ...words,
    }));
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
