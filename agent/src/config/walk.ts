// Goes through YAML and schema side by side: fills in defaults, finds unknown and doubled keys and wrong values, and
// remembers where everything was written, so that later checks can point at it too.
import * as v from "valibot";
import { entriesOf, factsOf, isSwitchedByPresence } from "./fields.ts";
import { foundText, mendText, quoted } from "./found.ts";
import type { LocalProblem, Position } from "./problem.ts";
import { closest } from "./suggest.ts";
import { isMap, isScalar, type YamlNode, type YamlSource } from "./yaml-source.ts";

export interface Walked {
  /** The file's content with defaults; where a value was wrong, the default stands in. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Where each setting that is in the file has its value, by path. */
  readonly positions: ReadonlyMap<string, Position>;
  readonly problems: readonly LocalProblem[];
  /** Top-level keys that are read by somebody else, as they were written. */
  readonly apart: ReadonlyMap<string, Written>;
}

interface Context {
  readonly apart: Map<string, Written>;
  readonly apartKeys: readonly string[];
  readonly source: YamlSource;
  readonly root: v.GenericSchema;
  readonly positions: Map<string, Position>;
  readonly problems: LocalProblem[];
}

const start: Position = { line: 1, column: 1 };

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

/** Sections of the whole schema that know this key. */
function homesOf(schema: v.GenericSchema, key: string, path = ""): readonly string[] {
  const entries = entriesOf(schema) ?? {};
  const here = Object.hasOwn(entries, key) && path !== "" ? [path] : [];
  const below = Object.entries(entries).flatMap(([name, entry]) => homesOf(entry, key, join(path, name)));
  return [...here, ...below];
}

function unknownKey(
  context: Context,
  schema: v.GenericSchema,
  key: string,
  at: Position,
  path: string,
): LocalProblem {
  const known = [...Object.keys(entriesOf(schema) ?? {}), ...(path === "" ? context.apartKeys : [])];
  const near = closest(key, known);
  const home = homesOf(context.root, key)[0];
  const mend =
    near !== null
      ? `Did you mean ${near}?`
      : home !== undefined
        ? `It belongs under ${home}.`
        : "Correct or delete it; `pi-ups config example` shows every setting.";
  const found = `the unknown key ${quoted(key)}`;
  return { at, path: path === "" ? null : path, found, expected: `one of ${known.join(", ")}`, mend };
}

export interface Written {
  readonly value: YamlNode;
  readonly keyAt: Position;
}

/** The known keys of a mapping; problems for the others. */
function keysOf(
  context: Context,
  schema: v.GenericSchema,
  node: YamlNode,
  path: string,
): Map<string, Written> {
  const written = new Map<string, Written>();
  if (!isMap(node)) return written;
  const known = entriesOf(schema) ?? {};
  for (const pair of node.items) {
    const keyAt = context.source.at(pair.key) ?? start;
    const key = isScalar(pair.key) ? String(pair.key.value) : null;
    if (key === null) {
      const mend = "Write one `key: value` per line.";
      context.problems.push({
        at: keyAt,
        path: path || null,
        found: "a list or group as key",
        expected: "a word",
        mend,
      });
      continue;
    }
    const first = written.get(key) ?? (path === "" ? context.apart.get(key) : undefined);
    if (first !== undefined) {
      const found = `the same key again (first on line ${first.keyAt.line})`;
      const mend = "Delete one of the two.";
      context.problems.push({ at: keyAt, path: join(path, key), found, expected: "each key once", mend });
    } else if (path === "" && context.apartKeys.includes(key)) {
      context.apart.set(key, { value: pair.value as YamlNode, keyAt });
    } else if (!Object.hasOwn(known, key)) {
      context.problems.push(unknownKey(context, schema, key, keyAt, path));
    } else {
      written.set(key, { value: pair.value as YamlNode, keyAt });
    }
  }
  return written;
}

function readSetting(
  context: Context,
  schema: v.GenericSchema,
  written: Written | undefined,
  path: string,
): unknown {
  const facts = factsOf(schema);
  if (written === undefined) return facts.fallback;
  const at = context.source.at(written.value) ?? written.keyAt;
  context.positions.set(path, at);
  const node = context.source.resolve(written.value);
  const value = isScalar(node) ? node.value : node;
  const parsed = v.safeParse(schema, value ?? Symbol("nothing"));
  if (parsed.success) return parsed.output;
  const expected = facts.unit === null ? facts.expected : `${facts.expected} (${facts.unit})`;
  const dangling = node === null && written.value !== null;
  const found = dangling ? "an alias for something that is not there" : foundText(node, facts.secret);
  context.problems.push({ at, path, found, expected, mend: mendText(facts, node) });
  return facts.fallback;
}

function checkIsMapping(context: Context, node: YamlNode, path: string, keyAt: Position): void {
  if (node === null || isMap(node) || (isScalar(node) && node.value === null)) return;
  const text = isScalar(node) && typeof node.value === "string" ? node.value : "";
  context.problems.push({
    at: context.source.at(node) ?? keyAt,
    path: path || null,
    // What stands here may be anything, even a token on the wrong line, so it is not shown.
    found: isScalar(node) ? "a single value" : foundText(node, false),
    expected: path === "" ? "settings as `key: value`" : "indented lines of `key: value` below it",
    mend: /^[a-z_]+:\S/.test(text)
      ? "Put a space after the colon."
      : "`pi-ups config example` shows how it is written.",
  });
}

function readMapping(
  context: Context,
  schema: v.GenericSchema,
  written: Written,
  path: string,
): Readonly<Record<string, unknown>> {
  const node = context.source.resolve(written.value);
  checkIsMapping(context, node, path, written.keyAt);
  const keys = keysOf(context, schema, node, path);
  const values: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(entriesOf(schema) ?? {})) {
    const below = keys.get(key);
    const belowPath = join(path, key);
    if (entriesOf(entry) === null) {
      values[key] = readSetting(context, entry, below, belowPath);
    } else if (below !== undefined || !isSwitchedByPresence(entry)) {
      if (below !== undefined) context.positions.set(belowPath, below.keyAt);
      values[key] = readMapping(context, entry, below ?? { value: null, keyAt: written.keyAt }, belowPath);
    }
  }
  return values;
}

/**
 * Reads the whole file against its schema. Never throws for what is in the file.
 * @param apartKeys top-level keys that the schema does not describe and somebody else reads
 */
export function walk(root: v.GenericSchema, source: YamlSource, apartKeys: readonly string[] = []): Walked {
  const apart = new Map<string, Written>();
  const context: Context = { source, root, positions: new Map(), problems: [], apart, apartKeys };
  const values = readMapping(context, root, { value: source.root, keyAt: start }, "");
  return { values, positions: context.positions, problems: context.problems, apart };
}
