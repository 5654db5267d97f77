// Runs `pi-ups` as a process, from the sources, with an environment of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, vi } from "vitest";

export const entry = fileURLToPath(new URL("../../agent/src/cli/main.ts", import.meta.url));

// Processes start slowly on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly pid: number;
  /** Everything on stdout so far. */
  out(): string;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

/** A folder that goes away after the tests of the file; short, because socket paths must be. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "pi-ups-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
});

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments of Node before the script. */
  readonly node?: readonly string[];
  readonly script?: string;
}

export function start(args: readonly string[], options: StartOptions = {}): Running {
  const { cwd = tmpdir(), env = {}, node = [], script = entry } = options;
  const child = spawn(process.execPath, [...node, script, ...args], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", TZ: "UTC", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const parts = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (parts.out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (parts.err += text));
  const ended = new Promise<Ended>((resolve) =>
    child.once("close", (code, signal) => resolve({ code, signal, ...parts })),
  );
  children.push(child);
  return { pid: child.pid ?? 0, out: () => parts.out, kill: (signal) => child.kill(signal), ended };
}

export function piUps(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  return start(args, options).ended;
}

/** A configuration for a simulated board with everything in `folder`. */
export function simConfig(folder: string, extra = "", board = "sim:x1201"): string {
  const file = join(folder, "config.yaml");
  writeFileSync(
    file,
    `board: ${board}\nstate_dir: state\nsocket: a.sock\nagent: {id: test-pi, name: Test Pi}\n${extra}`,
  );
  return file;
}

/** Waits for something that becomes true soon. */
export async function until(
  what: string,
  check: () => boolean | Promise<boolean>,
  limitMs = 20_000,
): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`waited ${limitMs} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
