// Holds the one direction of imports: what decides never touches the machine, and the card sees only what is shared.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");

/** What a folder may import: other folders of agent/src or card/src, and packages. Everything may import itself. */
interface Rule {
  readonly from: string;
  readonly folders: readonly string[];
  readonly packages: readonly (string | RegExp)[];
}

const anyNode = /^node:/;
const pure = ["agent/src/core", "agent/src/protocol", "agent/src/boards", "agent/src/ports"] as const;

const rules: readonly Rule[] = [
  { from: "agent/src/core", folders: ["agent/src/boards"], packages: [] },
  { from: "agent/src/protocol", folders: ["agent/src/core"], packages: ["valibot"] },
  { from: "agent/src/boards", folders: ["agent/src/core"], packages: [] },
  {
    from: "agent/src/ports",
    folders: ["agent/src/core", "agent/src/protocol", "agent/src/boards"],
    packages: [],
  },
  { from: "agent/src/drivers", folders: pure, packages: [] },
  { from: "agent/src/sim", folders: [...pure, "agent/src/drivers"], packages: ["valibot"] },
  { from: "agent/src/ha", folders: pure, packages: ["valibot", "home-assistant-js-websocket"] },
  {
    from: "agent/src/config",
    folders: [...pure, "agent/src/platform/config-file.ts"],
    packages: ["valibot", "yaml", "@valibot/to-json-schema"],
  },
  { from: "agent/src/app", folders: [...pure, "agent/src/drivers", "agent/src/ha"], packages: [] },
  {
    from: "agent/src/platform",
    folders: [...pure, "agent/src/drivers", "agent/src/sim", "agent/src/config"],
    packages: [anyNode, "ws", "valibot", "i2c-bus", "onoff"],
  },
  {
    from: "card/src",
    folders: ["agent/src/core", "agent/src/protocol"],
    packages: [/^lit/, "custom-card-helpers", "home-assistant-js-websocket"],
  },
];

interface Import {
  readonly line: number;
  readonly specifier: string;
}

/** The import and export specifiers of a source text, dynamic ones too. */
function importsOf(source: string): readonly Import[] {
  const pattern =
    /^\s*(?:import|export)\b[^;"']*?from\s*["']([^"']+)["']|^\s*import\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/gm;
  return [...source.matchAll(pattern)].map((match) => ({
    specifier: match[1] ?? match[2] ?? match[3] ?? "",
    line: source.slice(0, (match.index ?? 0) + match[0].length).split("\n").length,
  }));
}

/** Sentences about imports that break the rules. `file` is relative to the checkout. */
function violations(file: string, source: string): readonly string[] {
  const rule = rules.find(({ from }) => file.startsWith(`${from}/`));
  if (rule === undefined) return [];
  return importsOf(source).flatMap(({ line, specifier }) => {
    if (!specifier.startsWith(".")) {
      const allowed = rule.packages.some((one) =>
        typeof one === "string" ? one === specifier : one.test(specifier),
      );
      const may = rule.packages.length === 0 ? "no package" : `only ${rule.packages.join(", ")}`;
      return allowed ? [] : [`${file}:${line} imports ${specifier}; ${rule.from} may import ${may}.`];
    }
    const target = normalize(join(dirname(file), specifier));
    const allowed = [rule.from, ...rule.folders].some(
      (one) => target === one || target.startsWith(`${one}/`),
    );
    return allowed
      ? []
      : [`${file}:${line} imports ${target}; ${rule.from} may import only ${rule.folders.join(", ")}.`];
  });
}

function sources(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ts$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

/** The files of a cycle, or null. */
function findCycle(edges: ReadonlyMap<string, readonly string[]>): readonly string[] | null {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): readonly string[] | null => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return null;
    for (const next of edges.get(file) ?? []) {
      const cycle = visit(next, [...path, file]);
      if (cycle !== null) return cycle;
    }
    done.add(file);
    return null;
  };
  for (const file of edges.keys()) {
    const cycle = visit(file, []);
    if (cycle !== null) return cycle;
  }
  return null;
}

/** Value imports only: a type is gone at run time and may look back. */
function valueEdges(files: readonly string[]): Map<string, readonly string[]> {
  return new Map(
    files.map((file) => {
      const source = readFileSync(join(root, file), "utf8").replaceAll(
        /^\s*(?:import|export)\s+type\b[^;]*;/gm,
        "",
      );
      return [
        file,
        importsOf(source)
          .filter(({ specifier }) => specifier.startsWith("."))
          .map(({ specifier }) => normalize(join(dirname(file), specifier))),
      ];
    }),
  );
}

describe("imports go one way", () => {
  const files = [...sources("agent/src"), ...sources("card/src")];

  it("looks at real files", () => {
    expect(files.length).toBeGreaterThan(50);
  });

  it("no file breaks a rule", () => {
    expect(files.flatMap((file) => violations(file, readFileSync(join(root, file), "utf8")))).toEqual([]);
  });

  it("no cycle of values in the agent", () => {
    expect(findCycle(valueEdges(sources("agent/src")))).toBeNull();
  });

  it("no test mocks a module of ours", () => {
    const mocks = sources("test")
      .filter((file) => file !== "test/architecture.test.ts")
      .filter((file) => /\bvi\.(mock|doMock)\(/.test(readFileSync(join(root, file), "utf8")));
    expect(mocks).toEqual([]);
  });
});

describe("the checker itself", () => {
  it.each([
    ["agent/src/core/x.ts", 'import { readFileSync } from "node:fs";', "no package"],
    ["agent/src/core/x.ts", 'import type { Clock } from "../ports/ports.ts";', "agent/src/boards"],
    [
      "agent/src/drivers/x.ts",
      'const a = 1;\nexport { b } from "../platform/b.ts";',
      "x.ts:2 imports agent/src/platform/b.ts",
    ],
    ["agent/src/app/x.ts", 'await import("node:os");', "no package"],
    ["card/src/x.ts", 'import { z } from "../../agent/src/app/agent.ts";', "agent/src/app"],
  ])("finds a planted violation in %s", (file, source, sentence) => {
    expect(violations(file, source).join("\n")).toContain(sentence);
  });

  it("lets what is allowed pass", () => {
    expect(
      violations("agent/src/ha/x.ts", 'import * as v from "valibot";\nimport { a } from "../core/a.ts";'),
    ).toEqual([]);
  });

  it("finds a planted cycle", () => {
    const edges = new Map([
      ["a", ["b"]],
      ["b", ["c"]],
      ["c", ["a"]],
    ]);
    expect(findCycle(edges)).toEqual(["a", "b", "c", "a"]);
  });
});
