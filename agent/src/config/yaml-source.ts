// Reads YAML text into nodes with positions. Only here and in walk.ts is the YAML library known. Its own messages are
// not passed on: some quote the text, and the text may hold a token.
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type ParsedNode,
  parseDocument,
  type YAMLError,
} from "yaml";
import type { LocalProblem, Position } from "./problem.ts";

export type YamlNode = ParsedNode | null;

export interface YamlSource {
  readonly root: YamlNode;
  /** Follows an alias (`*name`) to what it stands for. */
  resolve(node: YamlNode): YamlNode;
  /** Where a node begins; null for a node that is not written. */
  at(node: unknown): Position | null;
}

/** Found, expected, how to mend. */
type Words = readonly [found: string, expected: string, mend: string];

const unclear: Words = [
  "something that does not fit here",
  "one `key: value` per line",
  "Look at this line and the one above: indentation, colons and quotes.",
];

const syntaxWords: Readonly<Partial<Record<YAMLError["code"], Words>>> = {
  TAB_AS_INDENT: ["a tab as indentation", "spaces", "Replace each tab by two spaces."],
  BAD_INDENT: [
    "an unexpected indentation",
    "the same number of spaces for all keys of a group",
    "Line the keys up below each other.",
  ],
  BLOCK_AS_IMPLICIT_KEY: [
    "a second key on the same line or an unexpected indentation",
    "one `key: value` per line",
    "Begin a new line for each key; put a value that contains `: ` in quotes.",
  ],
  MULTILINE_IMPLICIT_KEY: [
    "a line without a value",
    "one `key: value` per line",
    "Put a colon and a space between key and value.",
  ],
  MISSING_CHAR: [
    "something unfinished",
    "the closing quote or bracket, or the colon after a key",
    "Complete it.",
  ],
  BAD_SCALAR_START: [
    "a value that begins with a character that YAML keeps for itself",
    "a plain value",
    "Put the value in quotes.",
  ],
  BAD_DQ_ESCAPE: [
    "a backslash that means nothing here",
    "text without backslashes",
    "Use single quotes instead of double ones.",
  ],
  MULTIPLE_DOCS: ["a second document (`---`)", "one document", "Delete that line."],
  BAD_ALIAS: ["an alias (`*name`) for something that is not there", "a value", "Write the value itself."],
  TAG_RESOLVE_FAILED: [
    "a YAML tag (`!...`) that is not known here",
    "a plain value",
    "Write the value itself; a token may stand in a file (token_file) or in PI_UPS_HA_TOKEN. !secret works in Home Assistant's files only.",
  ],
  BAD_DIRECTIVE: [
    "a line that begins with %",
    "one `key: value` per line",
    "Delete the line, or put # in front of it.",
  ],
  RESOURCE_EXHAUSTION: ["groups within groups without end", "at most three levels", "Remove the inner ones."],
};

/** Where lines begin. Counted here: after some mistakes the library's own counter misses a line. */
function lineStartsOf(text: string): readonly number[] {
  return [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
}

function positionIn(starts: readonly number[], offset: number): Position {
  let line = starts.length;
  while (line > 1 && (starts[line - 1] ?? 0) > offset) line -= 1;
  return { line, column: Math.max(0, offset - (starts[line - 1] ?? 0)) + 1 };
}

function syntaxProblem(error: YAMLError, starts: readonly number[]): LocalProblem {
  const [found, expected, mend] = syntaxWords[error.code] ?? unclear;
  return { at: positionIn(starts, error.pos[0]), path: null, found, expected, mend };
}

/** One mistake often gives several errors; the first of a line says it best. */
function firstOfEachLine(problems: readonly LocalProblem[]): readonly LocalProblem[] {
  const seen = new Set<number | undefined>();
  return problems.filter(({ at }) => {
    if (seen.has(at?.line)) return false;
    seen.add(at?.line);
    return true;
  });
}

function view(document: Document.Parsed, starts: readonly number[], end: number): YamlSource {
  return {
    root: document.contents,
    resolve: (node) => (isAlias(node) ? ((node.resolve(document) as YamlNode | undefined) ?? null) : node),
    at: (node) => {
      const range = (node as { readonly range?: readonly number[] | null } | null | undefined)?.range;
      // A value that is missing can be placed behind the end of the text; a person looks for it at the end.
      return range?.[0] === undefined ? null : positionIn(starts, Math.min(range[0], end));
    },
  };
}

/** @returns the nodes, or everything that keeps the text from being YAML */
export function readYaml(
  text: string,
):
  | { readonly ok: true; readonly source: YamlSource }
  | { readonly ok: false; readonly problems: readonly LocalProblem[] } {
  const starts = lineStartsOf(text);
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: false });
  const errors = [...document.errors, ...document.warnings];
  if (errors.length === 0) return { ok: true, source: view(document, starts, text.length) };
  return { ok: false, problems: firstOfEachLine(errors.map((error) => syntaxProblem(error, starts))) };
}

export { isMap, isScalar, isSeq };
