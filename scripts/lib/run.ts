// Child processes with an end: captured output, progress for long ones, a clear sentence on failure.
import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { spawnGroup } from "./groups.ts";
import { Trouble } from "./trouble.ts";

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Everything that the program prints goes here as well. */
  readonly logFile?: string;
  /** What the sentence on failure calls it. */
  readonly what?: string;
  readonly input?: string;
  /** Called for every line, for progress. */
  readonly onLine?: (line: string) => void;
  /** After this time the program and all that it started are killed. */
  readonly timeoutMs?: number;
}

export interface RunResult {
  readonly code: number;
  readonly output: string;
  /** True when `timeoutMs` was over before the program ended. */
  readonly timedOut: boolean;
}

/** Gives whole lines to `onLine`, however the chunks were cut. */
function byLine(onLine: (line: string) => void): (text: string) => void {
  let rest = "";
  return (text) => {
    const lines = (rest + text).split(/[\r\n]+/);
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.trim() !== "") onLine(line.trim());
  };
}

/** Runs a program and resolves with its exit code; rejects with `Trouble` only when it could not be started. */
export async function tryRun(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const group = spawnGroup(command, args, {
    kind: "job",
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  let output = "";
  const lines = options.onLine === undefined ? undefined : byLine(options.onLine);
  if (options.logFile !== undefined) mkdirSync(dirname(options.logFile), { recursive: true });
  const take = (text: string) => {
    output += text;
    if (options.logFile !== undefined) appendFileSync(options.logFile, text);
    lines?.(text);
  };
  group.child.stdout?.setEncoding("utf8").on("data", take);
  group.child.stderr?.setEncoding("utf8").on("data", take);
  // A program that ends before it has read its input breaks the pipe; its exit code tells the rest.
  group.child.stdin?.on("error", () => undefined).end(options.input);
  let timedOut = false;
  const timer =
    options.timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          group.signal("SIGKILL");
        }, options.timeoutMs);
  const { code, failure } = await group.ended;
  clearTimeout(timer);
  if (failure !== undefined)
    throw new Trouble(`${command} could not be started: ${failure.message}.`, { cause: failure });
  if (timedOut) take(`\nStopped: not done after ${Math.round((options.timeoutMs ?? 0) / 1000)} s.\n`);
  return { code: timedOut && code === 0 ? 124 : code, output, timedOut };
}

/** The last lines of an output, for a message. */
export function lastLines(output: string, count = 15): string {
  return output.trimEnd().split("\n").slice(-count).join("\n");
}

/** Like `tryRun`, and a non-zero exit code is `Trouble` with the last lines of the output. */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { code, output } = await tryRun(command, args, options);
  if (code === 0) return output;
  const log = options.logFile === undefined ? "" : `\nThe whole output is in ${options.logFile}.`;
  throw new Trouble(
    `${options.what ?? command} failed with exit code ${code}. The last lines were:\n${lastLines(output)}${log}`,
  );
}

/** The path of a program on PATH (or where Debian keeps those of the administrator), or null. */
export async function which(program: string): Promise<string | null> {
  const { code, output } = await tryRun("sh", [
    "-c",
    'PATH="$PATH:/usr/sbin:/sbin"; command -v "$0"',
    program,
  ]);
  return code === 0 ? output.trim() : null;
}
