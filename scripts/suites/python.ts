// The integration's suite: ruff, mypy and pytest on Home Assistant's own fixtures; pytest is counted by its JUnit report.
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensurePythonTools, type PythonTools, type ToolOptions } from "../env/pytest.ts";
import { checkout } from "../lib/paths.ts";
import { results } from "./node.ts";
import { type Outcome, type Running, together, verdict } from "./suite.ts";

const linted = ["custom_components", "test/python", "scripts"];

async function tool(
  tools: PythonTools,
  name: "ruff" | "mypy",
  args: readonly string[],
  options: ToolOptions,
): Promise<Outcome> {
  const { code, output } = await tools.tool(name, args, options);
  return verdict(code === 0, `${name} ${args.join(" ")}\n${output}`);
}

/** Counts a JUnit report; null when it is not one. */
export function countJunit(xml: string): Omit<Outcome, "report"> | null {
  const suite = /<testsuite [^>]*>/.exec(xml)?.[0];
  if (suite === undefined) return null;
  const number = (name: string) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  const failed = number("errors") + number("failures");
  const skipped = number("skipped");
  return { passed: Math.max(0, number("tests") - failed - skipped), failed, skipped };
}

async function pytest(tools: PythonTools, options: ToolOptions): Promise<Outcome> {
  mkdirSync(results, { recursive: true });
  const xml = join(results, "pytest.xml");
  rmSync(xml, { force: true });
  const { code, output } = await tools.python(
    // A test that hangs fails alone, instead of taking the whole suite with it.
    ["-m", "pytest", "-p", "no:cacheprovider", "--timeout=120", `--junitxml=${xml}`, "test/python"],
    options,
  );
  const counted = existsSync(xml) ? countJunit(readFileSync(xml, "utf8")) : null;
  if (counted === null) return verdict(false, output);
  // A run may go wrong outside of all tests, for example when it was interrupted.
  const failed = code === 0 ? counted.failed : Math.max(1, counted.failed);
  return { ...counted, failed, report: failed === 0 ? "" : output };
}

export async function python({ detail, limitMs }: Running): Promise<Outcome> {
  const tools = await ensurePythonTools();
  const options = { onLine: detail, timeoutMs: limitMs };
  const folders = linted.filter((folder) => existsSync(join(checkout, folder)));
  return together([
    await tool(tools, "ruff", ["check", "--output-format=concise", ...folders], options),
    await tool(tools, "ruff", ["format", "--check", ...folders], options),
    await tool(tools, "mypy", ["--strict", "custom_components/pi_ups"], options),
    await pytest(tools, options),
  ]);
}
