// Holds the one direction of imports: what decides never touches the machine, and the card sees only what is shared.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");

/** What a folder may import: other folders or files of agent/src or card/src, and packages. Everything may import itself. */
interface Rule {
  readonly from: string;
  readonly folders: readonly string[];
  /** Only with `import type`: the shape is shared, the code is not. */
  readonly types?: readonly string[];
  readonly packages: readonly (string | RegExp)[];
}

const anyNode = /^node:/;
const pure = ["agent/src/core", "agent/src/protocol", "agent/src/boards", "agent/src/ports"] as const;

const rules: readonly Rule[] = [
  { from: "agent/src/core", folders: [], types: ["agent/src/boards/board.ts"], packages: [] },
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
    folders: pure,
    types: ["agent/src/platform/config-file.ts"],
    packages: ["valibot", "yaml", "@valibot/to-json-schema"],
  },
  { from: "agent/src/app", folders: [...pure, "agent/src/drivers", "agent/src/ha"], packages: [] },
  {
    from: "agent/src/doctor",
    folders: [...pure, "agent/src/drivers", "agent/src/ha"],
    packages: ["valibot"],
  },
  {
    from: "agent/src/platform",
    folders: [...pure, "agent/src/drivers", "agent/src/sim", "agent/src/config"],
    types: ["agent/src/doctor/facts.ts"],
    packages: [anyNode, "ws", "valibot", "i2c-bus", "onoff"],
  },
  {
    from: "card/src",
    folders: [
      "agent/src/protocol",
      "agent/src/core/model.ts",
      "agent/src/core/note.ts",
      "agent/src/core/rfc3339.ts",
      "agent/src/core/senses.ts",
    ],
    packages: [/^lit(\/|$)/, "custom-card-helpers", "home-assistant-js-websocket"],
  },
];

/** These put everything together, so they may import everything. */
const compositionRoots = ["agent/src/cli/", "agent/src/main.ts", "agent/src/hardware.ts"] as const;

interface Import {
  readonly line: number;
  readonly specifier: string;
  /** `import type` or `export type`: gone at run time. */
  readonly typeOnly: boolean;
}

const importPattern =
  /^\s*(?:import|export)\b(\s+type\b)?[^;"']*?from\s*["']([^"']+)["']|^\s*import\s*["']([^"']+)["']|\b(?:import|require)\(\s*["']([^"']+)["']/gm;

/** The import and export specifiers of a source text, dynamic ones too. */
function importsOf(source: string): readonly Import[] {
  return [...source.matchAll(importPattern)].map((match) => ({
    specifier: match[2] ?? match[3] ?? match[4] ?? "",
    line: source.slice(0, (match.index ?? 0) + match[0].length).split("\n").length,
    typeOnly: match[1] !== undefined,
  }));
}

function packageViolation(rule: Rule, specifier: string): string | null {
  const allowed = rule.packages.some((one) =>
    typeof one === "string" ? one === specifier : one.test(specifier),
  );
  if (allowed) return null;
  const may = rule.packages.length === 0 ? "no package" : `only ${rule.packages.join(", ")}`;
  return `imports ${specifier}; ${rule.from} may import ${may}.`;
}

function folderViolation(rule: Rule, target: string, typeOnly: boolean): string | null {
  const within = (places: readonly string[]) =>
    places.some((one) => target === one || target.startsWith(`${one}/`));
  const types = rule.types ?? [];
  if (within([rule.from, ...rule.folders]) || (typeOnly && within(types))) return null;
  const may = [...rule.folders, ...types.map((one) => `types of ${one}`)];
  return `imports ${target}; ${rule.from} may import only ${may.join(", ") || "itself"}.`;
}

/** Sentences about imports that break the rules. `file` is relative to the checkout. */
function violations(file: string, source: string): readonly string[] {
  const rule = rules.find(({ from }) => file.startsWith(`${from}/`));
  if (rule === undefined) {
    return compositionRoots.some((one) => file.startsWith(one))
      ? []
      : [`${file}:1 stands in no folder that has a rule; add one in test/architecture.test.ts.`];
  }
  return importsOf(source).flatMap(({ line, specifier, typeOnly }) => {
    const sentence = specifier.startsWith(".")
      ? folderViolation(rule, normalize(join(dirname(file), specifier)), typeOnly)
      : packageViolation(rule, specifier);
    return sentence === null ? [] : [`${file}:${line} ${sentence}`];
  });
}

/** Places where a source asks the machine for the time or for chance; in the core both are inputs. */
function impurities(file: string, source: string): readonly string[] {
  const pattern =
    /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bperformance\b|\bcrypto\b|\bglobalThis\b|\bset(?:Timeout|Interval)\b/;
  return source.split("\n").flatMap((text, index) => {
    const found = /^\s*(?:\/\/|\*|\/\*)/.test(text) ? null : pattern.exec(text);
    return found === null
      ? []
      : [`${file}:${index + 1} uses ${found[0]}; the core gets time and chance from its inputs.`];
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
    files.map((file) => [
      file,
      importsOf(readFileSync(join(root, file), "utf8"))
        .filter(({ specifier, typeOnly }) => specifier.startsWith(".") && !typeOnly)
        .map(({ specifier }) => normalize(join(dirname(file), specifier))),
    ]),
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

  it("no cycle of values in the agent or the card", () => {
    expect(findCycle(valueEdges(files))).toBeNull();
  });

  it("the core asks nobody for the time or for chance", () => {
    const core = files.filter((file) => /^agent\/src\/(core|protocol)\//.test(file));
    expect(core.flatMap((file) => impurities(file, readFileSync(join(root, file), "utf8")))).toEqual([]);
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
    [
      "agent/src/core/x.ts",
      'import type { Clock } from "../ports/ports.ts";',
      "agent/src/core may import only types of agent/src/boards/board.ts.",
    ],
    [
      "agent/src/core/x.ts",
      'import { a } from "../boards/board.ts";',
      "x.ts:1 imports agent/src/boards/board.ts",
    ],
    ["agent/src/core/x.ts", 'import {\n  a,\n  b,\n} from "node:fs";', "x.ts:4 imports node:fs"],
    ["agent/src/core/x.ts", 'import "ws";', "no package"],
    ["agent/src/sim/x.ts", 'const fs = require("node:fs");', "only valibot"],
    ["agent/src/protocol/x.ts", 'export * from "../ha/wire.ts";', "imports agent/src/ha/wire.ts"],
    ["card/src/x.ts", 'import { step } from "../../agent/src/core/core.ts";', "agent/src/core/core.ts"],
    ["card/src/x.ts", 'import x from "litmus";', "imports litmus"],
    ["agent/src/extra/x.ts", "", "add one in test/architecture.test.ts"],
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

  it("lets the shape of what is otherwise forbidden pass, and the entries import everything", () => {
    expect(violations("agent/src/core/x.ts", 'import type { Board } from "../boards/board.ts";')).toEqual([]);
    expect(
      violations("agent/src/main.ts", 'import { a } from "./platform/a.ts";\nimport "node:fs";'),
    ).toEqual([]);
  });

  it("is not misled by words in comments and texts", () => {
    const source = '// import { a } from "node:fs"\nconst text = "taken from \'node:fs\'";\n';
    expect(violations("agent/src/core/x.ts", source)).toEqual([]);
  });

  it.each(["const t = Date.now();", "  const d = new Date( );", "Math.random()", "setTimeout(f, 1)"])(
    "finds a planted impurity: %s",
    (line) => {
      expect(impurities("agent/src/core/x.ts", `const a = 1;\n${line}`)).toEqual([
        expect.stringMatching(/^agent\/src\/core\/x\.ts:2 uses .*the core gets time and chance/),
      ]);
    },
  );

  it("takes a Date of a given time for pure", () => {
    expect(impurities("x.ts", "new Date(at.wallMs) // not Date.parse")).toEqual([]);
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
