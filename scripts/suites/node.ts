// Suites of Node programs: a tool whose exit code is its verdict, and vitest, which is counted by its JSON report.
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../lib/paths.ts";
import { tryRun } from "../lib/run.ts";
import { type Outcome, type Running, verdict } from "./suite.ts";

/** Where the machine-readable reports go; not in git. */
export const results = join(checkout, "test/results");

const env = { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" };

/** Runs a Node program of the checkout; its exit code decides. */
export async function program(args: readonly string[], { detail, limitMs }: Running): Promise<Outcome> {
  const { code, output } = await tryRun(process.execPath, args, {
    cwd: checkout,
    timeoutMs: limitMs,
    onLine: detail,
    env,
  });
  return verdict(code === 0, output);
}

interface VitestReport {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly numFailedTestSuites: number;
}

/** Runs one project of vitest.config.ts. A run that crashed, or was too slow, is one failure more. */
export async function vitest(project: string, { detail, limitMs }: Running): Promise<Outcome> {
  mkdirSync(results, { recursive: true });
  const file = join(results, `${project}.json`);
  rmSync(file, { force: true });
  const { code, output, timedOut } = await tryRun(
    process.execPath,
    [
      join(checkout, "node_modules/vitest/vitest.mjs"),
      ...["run", "--project", project, "--reporter=default", "--reporter=json", `--outputFile.json=${file}`],
    ],
    { cwd: checkout, timeoutMs: limitMs, onLine: detail, env },
  );
  if (!existsSync(file)) return verdict(false, output);
  const report = JSON.parse(readFileSync(file, "utf8")) as VitestReport;
  const good = report.success && code === 0 && !timedOut;
  // A file that does not even load, or an error outside of all tests, fails the run without a failed test in it.
  const failed = good ? 0 : Math.max(1, report.numFailedTests);
  return {
    passed: report.numPassedTests,
    failed,
    skipped: report.numPendingTests + report.numTodoTests,
    report: good ? "" : output,
  };
}
