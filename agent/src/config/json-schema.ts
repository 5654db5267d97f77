// The configuration as JSON Schema, for editors that complete and check YAML. Loaded only by `pi-ups config schema`.
import { toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { boardForm } from "./board-form.ts";
import { boardChoices, configSchema } from "./schema.ts";

type Node = Readonly<Record<string, unknown>>;

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Our own notes become part of the description: strict validators refuse words that JSON Schema does not know. */
function plainWords(node: Node): Node {
  const { unit, expected: _expected, default_text: fallback, secret, required, ...rest } = node;
  const additions = [
    unit === undefined ? "" : ` Unit: ${String(unit)}.`,
    fallback === undefined ? "" : ` Default: ${String(fallback)}.`,
  ].join("");
  return {
    ...rest,
    ...(typeof rest["description"] === "string" ? { description: `${rest["description"]}${additions}` } : {}),
    ...(secret === true ? { writeOnly: true } : {}),
    ...(Array.isArray(required) && required.length > 0 ? { required } : {}),
  };
}

function convert(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(convert);
  if (!isNode(value)) return value;
  const node = typeof value["type"] === "string" ? plainWords(value) : value;
  return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, convert(child)]));
}

/** Checks of our own have no words in JSON Schema; the editor then checks the types only. */
function ownBoardsSchema(): Node {
  const schema = toJsonSchema(v.record(v.string(), boardForm), {
    typeMode: "input",
    target: "draft-2020-12",
    errorMode: "ignore",
  });
  const { $schema: _, ...rest } = schema as Node;
  return { description: "Boards of your own, by id.", ...rest };
}

/** JSON Schema (draft 2020-12) of the file. */
export function configJsonSchema(): unknown {
  const schema = toJsonSchema(configSchema, { typeMode: "input", target: "draft-2020-12" });
  const root = convert(schema) as Node & { readonly properties: Readonly<Record<string, Node>> };
  const board = { ...root.properties["board"], examples: boardChoices };
  const properties = { ...root.properties, board, own_boards: ownBoardsSchema() };
  return { title: "Pi UPS agent", ...root, properties };
}
