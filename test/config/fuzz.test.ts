// Whatever is in the file, the loader answers with a configuration or with sentences that point into the file.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exampleConfig } from "../../agent/src/config/example.ts";
import { entriesOf } from "../../agent/src/config/fields.ts";
import { problemText } from "../../agent/src/config/problem.ts";
import { configSchema } from "../../agent/src/config/schema.ts";
import { load } from "./support.ts";

function expectAnswer(text: string): void {
  const result = load(text);
  if (result.ok) {
    const { thresholds } = result.config;
    expect(thresholds.criticalPct).toBeLessThan(thresholds.lowPct);
    expect(thresholds.criticalCellMv).toBeLessThan(thresholds.lowCellMv);
    expect(result.config.socketPath.startsWith("/")).toBe(true);
    return;
  }
  expect(result.problems.length).toBeGreaterThan(0);
  const lines = text.replace(/^\uFEFF/, "").split("\n");
  for (const problem of result.problems) {
    expect(problemText(problem)).toMatch(
      /^config\.yaml:\d+:\d+: (\S+: )?found [^\n]+, expected [^\n]+\. [^\n]+$/,
    );
    const { line, column } = problem.at ?? { line: 0, column: 0 };
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(lines.length);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 2);
  }
}

const keys = Object.entries(entriesOf(configSchema) ?? {}).flatMap(([key, entry]) => [
  key,
  ...Object.keys(entriesOf(entry) ?? {}),
]);
const key = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...keys) },
  { weight: 1, arbitrary: fc.string() },
);
const value = fc.oneof(
  fc.constantFrom(
    "",
    "null",
    "true",
    "yes",
    "~",
    "x1201",
    "sim:x1201",
    "http://ha:8123",
    "[]",
    "{}",
    "*a",
    "&a 1",
    "!x y",
  ),
  fc.integer({ min: -10, max: 200 }).map(String),
  fc.double().map(String),
  fc.string().map((text) => JSON.stringify(text)),
  fc.string(),
);
const line = fc
  .tuple(fc.constantFrom("", "", "  ", "    ", "\t", "- "), key, fc.constantFrom(": ", ":", " "), value)
  .map((parts) => parts.join(""));

// A thousand runs are many on a busy machine.
describe("the loader", { timeout: 60_000 }, () => {
  it("answers any text", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), expectAnswer), { numRuns: 500 });
  });
  it("answers any text made of YAML's own characters", () => {
    const unit = fc.constantFrom(..." \n\t:-?[]{},&*!|>'\"%@`#ab1\\");
    fc.assert(fc.property(fc.string({ unit, maxLength: 60 }), expectAnswer), { numRuns: 1500 });
  });
  it("answers any mixture of known keys and odd values", () => {
    const text = fc.array(line, { maxLength: 12 }).map((lines) => `${lines.join("\n")}\n`);
    fc.assert(fc.property(text, expectAnswer), {
      numRuns: 1000,
      // After its first mistake the YAML library loses count of the lines.
      examples: [['"" 0\nboard: \ntemperature_high_c: !x y\n']],
    });
  });
  it("answers the example after any small damage", () => {
    const open = exampleConfig()
      .replaceAll(/^( *)#(?! )/gm, "$1")
      .replace(/^ {2}token_file:.*$/m, "");
    const damage = fc.tuple(fc.nat(open.length), fc.nat(30), fc.string({ maxLength: 5 }));
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), (damages) => {
        let text = open;
        for (const [at, length, insert] of damages)
          text = text.slice(0, at) + insert + text.slice(at + length);
        expectAnswer(text);
      }),
      { numRuns: 300 },
    );
  });
  it("answers nesting without end", () => {
    expectAnswer("[".repeat(20_000));
    expectAnswer("- ".repeat(20_000));
    expectAnswer(`${"a: {".repeat(5_000)}`);
  });
});
