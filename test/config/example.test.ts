// Example file, JSON Schema and checks come from one source; here they are held against each other.
import { readFileSync } from "node:fs";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { exampleConfig } from "../../agent/src/config/example.ts";
import { entriesOf, factsOf } from "../../agent/src/config/fields.ts";
import { configJsonSchema } from "../../agent/src/config/json-schema.ts";
import { configSchema } from "../../agent/src/config/schema.ts";
import { good, refusals } from "./support.ts";

const file = new URL("../../agent/config.example.yaml", import.meta.url);

/** Every setting's path with its schema. */
function settings(schema: v.GenericSchema, path = ""): readonly (readonly [string, v.GenericSchema])[] {
  return Object.entries(entriesOf(schema) ?? {}).flatMap(([key, entry]) => {
    const below = path === "" ? key : `${path}.${key}`;
    return entriesOf(entry) === null ? [[below, entry] as const] : settings(entry, below);
  });
}

describe("agent/config.example.yaml", () => {
  it("is what `pi-ups config example` prints", () => {
    expect(readFileSync(file, "utf8")).toBe(exampleConfig());
  });
  it("is exactly the defaults", () => {
    expect(good(exampleConfig()).config).toEqual(good("").config);
  });
  it("is still the defaults when every # before a setting is removed", () => {
    const open = exampleConfig().replaceAll(/^( *)#(?! )/gm, "$1");
    const text = open
      .replace(/^ {2}token_file:.*$/m, "")
      .replace("token: ...", "token: abc")
      .replace(/^ {2}(id|name|capacity_mah|overcurrent_a|start_percent): .*$/gm, "")
      .replace(/^ {4}path: .*$/m, "");
    const { config, walked } = good(text);
    expect({ ...config, homeAssistant: null }).toEqual(good("").config);
    expect(config.homeAssistant?.url).toBe("http://homeassistant.local:8123");
    // Nothing was left a comment by mistake.
    const unset = [
      "home_assistant.token_file",
      "agent.id",
      "agent.name",
      "battery.capacity_mah",
      "thresholds.overcurrent_a",
      "charge.start_percent",
      "log.events_file.path",
    ];
    const paths = settings(configSchema).map(([path]) => path);
    expect(paths.filter((path) => !walked.positions.has(path))).toEqual(unset);
  });
  it("fits on a terminal", () => {
    for (const line of exampleConfig().split("\n")) expect(line.length, line).toBeLessThanOrEqual(110);
  });
});

describe("every setting", () => {
  it.each(settings(configSchema))("%s is described, with a unit where it is a number", (_path, schema) => {
    const facts = factsOf(schema);
    expect(facts.description).toMatch(/^[A-Z.].*(\.|\.\.\.)$/);
    if (facts.kind === "number") expect(facts.unit).not.toBeNull();
    if (facts.fallback === undefined) expect(facts.defaultText).not.toBeNull();
  });
});

interface SchemaNode {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly anyOf?: readonly SchemaNode[];
  readonly additionalProperties?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
}

/** The node of a path, through `anyOf` of sections that may be empty. */
function nodeAt(schema: SchemaNode, path: string): SchemaNode {
  return path.split(".").reduce<SchemaNode>((node, key) => {
    const object = node.anyOf?.find(({ type }) => type === "object") ?? node;
    const next = object.properties?.[key];
    if (next === undefined) throw new Error(`${path}: no ${key} in the JSON Schema`);
    expect(object.additionalProperties).toBe(false);
    return next;
  }, schema);
}

describe("the JSON Schema", () => {
  const schema = configJsonSchema() as SchemaNode;

  it.each(settings(configSchema))("%s has the same range and default as the loader", (path, setting) => {
    const node = nodeAt(schema, path);
    const facts = factsOf(setting);
    expect(node.default).toEqual(facts.fallback);
    if (node.minimum === undefined || node.maximum === undefined) return;
    const section = path.split(".").slice(0, -1);
    const yaml = (value: number) =>
      [
        ...section.map((key, depth) => `${"  ".repeat(depth)}${key}:`),
        `${"  ".repeat(section.length)}${path.split(".").at(-1)}: ${value}`,
      ].join("\n");
    expect(refusals(yaml(node.minimum)).join().includes(`${path}: found ${node.minimum},`)).toBe(false);
    expect(refusals(yaml(node.minimum - 0.001))).toContainEqual(expect.stringContaining(`${path}: found`));
    expect(refusals(yaml(node.maximum + 0.001))).toContainEqual(expect.stringContaining(`${path}: found`));
  });
  it("knows only words of JSON Schema", () => {
    const known =
      /^(\$schema|title|type|properties|additionalProperties|description|default|examples|enum|const|anyOf|oneOf|items|required|propertyNames|minimum|maximum|minLength|maxLength|pattern|writeOnly)$/;
    const words = (node: unknown, inProperties = false): readonly string[] =>
      typeof node !== "object" || node === null || Array.isArray(node)
        ? Array.isArray(node)
          ? node.flatMap((item) => words(item))
          : []
        : Object.entries(node).flatMap(([key, child]) => [
            ...(inProperties ? [] : [key]),
            ...(key === "default" ? [] : words(child, key === "properties" && !inProperties)),
          ]);
    expect(words(schema).filter((word) => !known.test(word))).toEqual([]);
  });
  it("is not looser or stricter than the example", () => {
    expect(v.safeParse(configSchema, parse(exampleConfig())).success).toBe(true);
  });
});
