// Whole agents as processes for the process tests: started in a folder of their own, asked by the command line, ended by
// their number. The one place that knows how `pi-ups` is started.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { onTestFinished } from "vitest";
import type { StatusReport } from "../../agent/src/ports/control.ts";
import type { UpsEvent } from "../../agent/src/protocol/events.ts";

const checkout = resolve(import.meta.dirname, "../..");
const bundle = join(checkout, "dist/agent/pi-ups.mjs");
const sources = join(checkout, "agent/src");

function newestMs(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  return Math.max(...files.map((one) => statSync(join(one.parentPath, one.name)).mtimeMs));
}

/** The built agent, as people run it; the sources while the build is older than they are. */
export const piUpsEntry =
  existsSync(bundle) && statSync(bundle).mtimeMs > newestMs(sources) ? bundle : join(sources, "cli/main.ts");

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly pid: number;
  /** stdout so far. */
  out(): string;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
  /** Waits until stdout matches; fails when the process ends first. */
  says(pattern: RegExp, limitMs?: number): Promise<void>;
}

export interface SpawnOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Program and arguments that come before Node, for limits and users. */
  readonly prefix?: readonly string[];
  /** Where stdout goes instead of into `out`. */
  readonly stdout?: number;
}

export function delay(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

/** Waits for something that becomes true; fails with `what`. */
export async function until(
  what: () => string,
  check: () => boolean | Promise<boolean>,
  limitMs = 20_000,
): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await check())) {
    if (performance.now() > end) throw new Error(`waited ${limitMs} ms in vain: ${what()}`);
    await delay(25);
  }
}

function gather(child: ChildProcess): Running {
  const said = { out: "", err: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    said.out += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said.err += text;
  });
  const state = { over: false };
  const ended = new Promise<Ended>((done, fail) => {
    child.once("error", fail);
    child.once("close", (code, signal) => {
      state.over = true;
      done({ code, signal, ...said });
    });
  });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended.catch(() => undefined);
  });
  return {
    pid: child.pid ?? 0,
    out: () => said.out,
    kill: (signal) => child.kill(signal),
    ended,
    async says(pattern, limitMs = 20_000) {
      const words = () => `${pattern} in:\n${said.out}${said.err}`;
      await until(words, () => pattern.test(said.out) || state.over, limitMs);
      if (!pattern.test(said.out)) throw new Error(`ended without ${words()}`);
    },
  };
}

/** Runs a script with this Node; it is killed when the test ends. */
export function runNode(args: readonly string[], options: SpawnOptions = {}): Running {
  const { env = {}, cwd = tmpdir(), prefix = [], stdout = "pipe" } = options;
  const [program = "", ...rest] = [...prefix, process.execPath, ...args];
  return gather(
    spawn(program, rest, {
      cwd,
      env: { PATH: process.env["PATH"] ?? "", TZ: "Europe/Berlin", ...env },
      stdio: ["ignore", stdout, "pipe"],
    }),
  );
}

/** Quick thresholds, so that stories take seconds. */
const quick = `
sample_interval_s: 0.1
debounce: {ac_lost_s: 0.1, ac_restored_s: 0.3}
thresholds: {hold_samples: 2, fault_after_failures: 3}
shutdown: {grace_s: 1}
`;

export interface HomeOptions {
  /** Further lines of the configuration. */
  readonly yaml?: string;
  readonly board?: string;
  /** Without the quick settings. */
  readonly usual?: boolean;
}

/** A configuration with all its files in one folder, and the agents and commands that use it. */
export class AgentHome {
  readonly folder = mkdtempSync(join(tmpdir(), "pi-ups-"));
  readonly configFile = join(this.folder, "config.yaml");
  readonly stateDir = join(this.folder, "state");

  constructor({ yaml = "", board = "sim:x1201", usual = false }: HomeOptions = {}) {
    const base = `board: ${board}\nstate_dir: state\nsocket: a.sock\nagent: {id: test-pi, name: Test Pi}\n`;
    writeFileSync(this.configFile, `${base}${usual ? "" : quick}${yaml}`, { mode: 0o600 });
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  /** Starts an agent; resolves at once. */
  start(options: SpawnOptions = {}): Running {
    return runNode([piUpsEntry, "run", "--config", this.configFile], options);
  }

  /** Starts an agent and waits until its board answers and its first samples are in. */
  async up(options: SpawnOptions = {}): Promise<Running> {
    const agent = this.start(options);
    await agent.says(/The board answers/);
    await this.status((status) => status.power !== "unknown" && status.battery_percent !== null);
    return agent;
  }

  /** Runs `pi-ups ARGS` against this agent. */
  cli(...args: readonly string[]): Promise<Ended> {
    return runNode([piUpsEntry, ...args, "--config", this.configFile]).ended;
  }

  async sim(...args: readonly string[]): Promise<void> {
    const { code, err } = await this.cli("sim", ...args);
    if (code !== 0) throw new Error(`pi-ups sim ${args.join(" ")}: ${err}`);
  }

  /** The first status that passes the check. */
  async status(check: (status: StatusReport) => boolean, limitMs = 20_000): Promise<StatusReport> {
    const seen: { status: StatusReport | null; err: string } = { status: null, err: "" };
    const look = async () => {
      const { code, out, err } = await this.cli("status", "--json");
      seen.err = err;
      seen.status = code === 0 ? (JSON.parse(out) as StatusReport) : null;
      return seen.status !== null && check(seen.status);
    };
    await until(() => `${check} of ${JSON.stringify(seen.status)} ${seen.err}`, look, limitMs);
    if (seen.status === null) throw new Error("no status");
    return seen.status;
  }

  /** The lines of events.jsonl. Throws when one of them is not a whole event. */
  copiedEvents(): UpsEvent[] {
    const file = join(this.stateDir, "events.jsonl");
    if (!existsSync(file)) return [];
    const text = readFileSync(file, "utf8");
    return text
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as UpsEvent);
  }

  copiedTypes(): string[] {
    return this.copiedEvents().map(({ type }) => type);
  }

  /** Waits for an event in events.jsonl. */
  async recorded(type: string, limitMs?: number): Promise<UpsEvent> {
    const find = () => this.copiedEvents().findLast((event) => event.type === type);
    await until(
      () => `${type} among ${this.copiedTypes().join(", ")}`,
      () => find() !== undefined,
      limitMs,
    );
    const found = find();
    if (found === undefined) throw new Error(`${type} went away`);
    return found;
  }

  /** The file of the simulated world. */
  savedWorld(): { readonly pi: string; readonly ac: boolean } {
    return JSON.parse(readFileSync(join(this.stateDir, "sim.json"), "utf8")) as {
      readonly pi: string;
      readonly ac: boolean;
    };
  }
}
