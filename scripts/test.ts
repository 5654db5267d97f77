// `npm test`: brings what is missing, runs every suite, and ends with one line: N passed, N failed.
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensureChromium } from "./env/chromium.ts";
import { ensurePythonTools } from "./env/pytest.ts";
import { ensureHomeAssistant } from "./ha/install.ts";
import { checkout } from "./lib/paths.ts";
import { tryRun } from "./lib/run.ts";
import { say, step } from "./lib/step.ts";
import { main, Trouble } from "./lib/trouble.ts";

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** What a reader needs to see when something failed. */
  readonly report: string;
}

interface Suite {
  readonly name: string;
  readonly what: string;
  run(): Promise<Outcome>;
}

const results = join(checkout, "test/results");

/** A program whose exit code is its verdict counts as one test. */
async function verdict(args: readonly string[]): Promise<Outcome> {
  const { code, output } = await tryRun(process.execPath, args, { cwd: checkout, timeoutMs: 600_000 });
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, report: code === 0 ? "" : output };
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numFailedTestSuites: number;
  readonly success: boolean;
}

async function vitest(project: string, minutes: number): Promise<Outcome> {
  const file = join(results, `${project}.json`);
  rmSync(file, { force: true });
  const { output } = await tryRun(
    process.execPath,
    [
      join(checkout, "node_modules/vitest/vitest.mjs"),
      ...["run", "--project", project, "--reporter=default", "--reporter=json", `--outputFile.json=${file}`],
    ],
    { cwd: checkout, timeoutMs: minutes * 60_000, env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" } },
  );
  const report = JSON.parse(readFileSync(file, "utf8")) as VitestReport;
  // A file that does not even load has no failed test in it, yet is a failure.
  const failed = report.success ? 0 : Math.max(1, report.numFailedTests, report.numFailedTestSuites);
  return { passed: report.numPassedTests, failed, report: failed === 0 ? "" : output };
}

async function python(): Promise<Outcome> {
  const tools = await ensurePythonTools();
  let passed = 0;
  let failed = 0;
  let report = "";
  const count = (code: number, output: string) => {
    passed += code === 0 ? 1 : 0;
    failed += code === 0 ? 0 : 1;
    if (code !== 0) report += output;
  };
  for (const [tool, ...args] of [
    ["ruff", "check", "custom_components", "test/python"],
    ["ruff", "format", "--check", "custom_components", "test/python"],
    ["mypy", "--strict", "custom_components/pi_ups"],
  ]) {
    const { code, output } = await tools.tool(tool as "ruff" | "mypy", args);
    count(code, output);
  }
  const xml = join(results, "pytest.xml");
  rmSync(xml, { force: true });
  const { output } = await tools.python([
    "-m",
    "pytest",
    "-q",
    "-p",
    "no:cacheprovider",
    `--junitxml=${xml}`,
    "test/python",
  ]);
  const suite = /<testsuite [^>]*/.exec(readFileSync(xml, "utf8"))?.[0] ?? "";
  const number = (name: string) => Number(new RegExp(`${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  const bad = number("errors") + number("failures");
  const good = number("tests") - bad - number("skipped");
  return { passed: passed + good, failed: failed + bad, report: bad === 0 ? report : report + output };
}

const suites: readonly Suite[] = [
  {
    name: "lint",
    what: "Biome: style and common mistakes",
    run: () =>
      verdict([join(checkout, "node_modules/@biomejs/biome/bin/biome"), "check", "--error-on-warnings", "."]),
  },
  { name: "types", what: "TypeScript, strict", run: () => verdict(["scripts/types.ts"]) },
  {
    name: "unit",
    what: "core, drivers, simulator, config, link, contract, architecture",
    run: () => vitest("unit", 10),
  },
  { name: "process", what: "the built agent as a process", run: () => vitest("process", 15) },
  {
    name: "card",
    what: "the built card in Chromium",
    run: async () => {
      await ensureChromium();
      return await vitest("card", 10);
    },
  },
  { name: "python", what: "the integration on Home Assistant's own fixtures, mypy, ruff", run: python },
  {
    name: "e2e",
    what: "real Home Assistant + agent + simulator + card in Chromium",
    run: async () => {
      await ensureHomeAssistant();
      await ensureChromium();
      return await vitest("e2e", 25);
    },
  },
];

async function runSuite(suite: Suite): Promise<Outcome> {
  try {
    const outcome = await step(`${suite.name}: ${suite.what}`, suite.run);
    if (outcome.passed + outcome.failed > 0) return outcome;
    return { passed: 0, failed: 1, report: `The suite "${suite.name}" ran no test.` };
  } catch (error) {
    return { passed: 0, failed: 1, report: error instanceof Trouble ? error.message : String(error) };
  }
}

await main(async () => {
  const { values } = parseArgs({
    options: { only: { type: "string", multiple: true }, list: { type: "boolean" } },
  });
  if (values.list === true) {
    for (const suite of suites) console.log(`${suite.name.padEnd(8)} ${suite.what}`);
    return 0;
  }
  const unknown = values.only?.find((name) => !suites.some((suite) => suite.name === name));
  if (unknown !== undefined) {
    throw new Trouble(
      `There is no suite "${unknown}". The suites are: ${suites.map((suite) => suite.name).join(", ")}.`,
    );
  }
  mkdirSync(results, { recursive: true });
  const chosen = suites.filter((suite) => values.only === undefined || values.only.includes(suite.name));
  const built = await step("Building agent and card", () => verdict(["scripts/build.ts"]));
  if (built.failed > 0) console.log(built.report);
  const rows: { readonly name: string; readonly outcome: Outcome }[] = [{ name: "build", outcome: built }];
  for (const suite of chosen) {
    const outcome = await runSuite(suite);
    say(`${suite.name}: ${outcome.passed} passed, ${outcome.failed} failed`);
    if (outcome.report !== "") console.log(outcome.report);
    rows.push({ name: suite.name, outcome });
  }
  console.log("");
  for (const { name, outcome } of rows) {
    console.log(
      `${name.padEnd(8)} ${String(outcome.passed).padStart(5)} passed ${String(outcome.failed).padStart(4)} failed`,
    );
  }
  const passed = rows.reduce((sum, row) => sum + row.outcome.passed, 0);
  const failed = rows.reduce((sum, row) => sum + row.outcome.failed, 0);
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
});
