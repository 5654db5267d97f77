// Child processes with an end: captured output, progress for long ones, a clear sentence on failure.
import { spawn } from "node:child_process";
import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
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
  readonly timeoutMs?: number;
}

export interface RunResult {
  readonly code: number;
  readonly output: string;
}

/** Runs a program and resolves with its exit code; rejects with `Trouble` only when it could not be started. */
export function tryRun(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    let output = "";
    if (options.logFile !== undefined) mkdirSync(dirname(options.logFile), { recursive: true });
    const take = (chunk: Buffer) => {
      const text = chunk.toString("utf8");
      output += text;
      if (options.logFile !== undefined) appendFileSync(options.logFile, text);
      if (options.onLine !== undefined) {
        for (const line of text.split("\n")) if (line.trim() !== "") options.onLine(line.trim());
      }
    };
    child.stdout?.on("data", take);
    child.stderr?.on("data", take);
    if (options.input !== undefined) child.stdin?.end(options.input);
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            output += `\nstopped after ${options.timeoutMs} ms\n`;
            child.kill("SIGKILL");
          }, options.timeoutMs);
    child.on("error", (cause) => {
      clearTimeout(timer);
      reject(new Trouble(`${command} could not be started: ${cause.message}.`, { cause }));
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 128, output });
    });
  });
}

/** Like `tryRun`, and a non-zero exit code is `Trouble` with the last lines of the output. */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { code, output } = await tryRun(command, args, options);
  if (code === 0) return output;
  const tail = output.trimEnd().split("\n").slice(-15).join("\n");
  const log = options.logFile === undefined ? "" : `\nThe whole output is in ${options.logFile}.`;
  throw new Trouble(
    `${options.what ?? command} failed with exit code ${code}. The last lines were:\n${tail}${log}`,
  );
}

/** The path of a program on PATH, or null. */
export async function which(program: string): Promise<string | null> {
  const { code, output } = await tryRun("sh", ["-c", `command -v ${program}`]);
  return code === 0 ? output.trim() : null;
}
