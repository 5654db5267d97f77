// Runs the built agent as a process on the simulated board, and boots it again like a Pi whose HAT has power again.
import type { ChildProcess } from "node:child_process";
import { createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { boundToUs, spawnGroup } from "../lib/groups.ts";
import { checkout } from "../lib/paths.ts";
import { type RunResult, tryRun } from "../lib/run.ts";

const bundle = join(checkout, "dist/agent/pi-ups.mjs");

export interface AgentSettings {
  /** Folder for configuration, state and socket. */
  readonly folder: string;
  readonly id: string;
  readonly name: string;
  readonly haUrl: string | null;
  readonly token: string | null;
  /** Further lines of the configuration. */
  readonly extraYaml?: string;
}

export interface Agent {
  readonly configFile: string;
  /** Starts the process; resolves at once. */
  start(): void;
  /** SIGTERM, and waits. Idempotent. */
  stop(): Promise<void>;
  /** SIGKILL, and waits: what a power cut does to the process. */
  kill(): Promise<void>;
  running(): boolean;
  /** Exit code of the last run; null while it runs or before the first. */
  exitCode(): number | null;
  output(): string;
  /** Runs `pi-ups ARGS` against this agent. */
  cli(...args: readonly string[]): Promise<RunResult>;
  /** `pi-ups status --json`, or null while no agent answers. */
  status(): Promise<Record<string, unknown> | null>;
}

/** Writes the agent's configuration and token, and returns a handle on the (not yet started) process. */
export function createAgent(settings: AgentSettings): Agent {
  mkdirSync(settings.folder, { recursive: true });
  const configFile = join(settings.folder, "config.yaml");
  const lines = ["board: sim:x1201", "agent:", `  id: ${settings.id}`, `  name: ${settings.name}`];
  if (settings.haUrl !== null && settings.token !== null) {
    writeFileSync(join(settings.folder, "token"), settings.token, { mode: 0o600 });
    lines.push("home_assistant:", `  url: ${settings.haUrl}`, "  token_file: token");
  }
  lines.push(
    `state_dir: ${join(settings.folder, "state")}`,
    `socket: ${join(settings.folder, "agent.sock")}`,
  );
  writeFileSync(configFile, `${lines.join("\n")}\n${settings.extraYaml ?? ""}`);

  let child: ChildProcess | null = null;
  let code: number | null = null;
  let output = "";
  let ended: Promise<void> = Promise.resolve();
  const cli = (...args: readonly string[]) =>
    tryRun(process.execPath, [bundle, ...args, "--config", configFile], { cwd: checkout, timeoutMs: 15_000 });

  const running = () => child !== null && child.exitCode === null && child.signalCode === null;
  const end = async (signal: NodeJS.Signals) => {
    if (running()) child?.kill(signal);
    await ended;
  };
  return {
    configFile,
    start() {
      if (running()) return;
      code = null;
      const log = createWriteStream(join(settings.folder, "agent.log"), { flags: "a" });
      const [program = "", ...args] = boundToUs([process.execPath, bundle, "run", "--config", configFile]);
      const { child: started } = spawnGroup(program, args, {
        kind: "service",
        cwd: checkout,
        stdio: ["ignore", "pipe", "pipe"],
      });
      child = started;
      const take = (chunk: Buffer) => {
        output = (output + chunk.toString("utf8")).slice(-200_000);
        log.write(chunk);
      };
      started.stdout?.on("data", take);
      started.stderr?.on("data", take);
      ended = new Promise((resolve) =>
        started.once("close", (exit) => {
          code = exit ?? 128;
          log.end();
          resolve();
        }),
      );
    },
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
    running,
    exitCode: () => (running() ? null : code),
    output: () => output,
    cli,
    async status() {
      const { code: exit, output: text } = await cli("status", "--json");
      return exit === 0 ? (JSON.parse(text) as Record<string, unknown>) : null;
    },
  };
}

/** The saved simulated world of an agent that is not running, or null. */
export function savedWorld(folder: string): { readonly pi?: string; readonly ac?: boolean } | null {
  const file = join(folder, "state/sim.json");
  if (!existsSync(file)) return null;
  try {
    return JSON.parse(readFileSync(file, "utf8")) as { readonly pi?: string; readonly ac?: boolean };
  } catch {
    return null;
  }
}

/**
 * Keeps the simulated Pi as alive as a real one would be: when it powered itself off, it boots again as soon as the
 * simulated mains is back. `onChange` hears "off", "boot" and "ended" (the agent stopped for another reason).
 */
export async function supervise(
  agent: Agent,
  folder: string,
  signal: AbortSignal,
  onChange: (what: "off" | "boot" | "ended") => void,
): Promise<void> {
  agent.start();
  let off = false;
  while (!signal.aborted) {
    await sleep(300, undefined, { signal }).catch(() => undefined);
    if (signal.aborted || agent.running()) continue;
    const world = savedWorld(folder);
    if (world?.pi !== "off") {
      onChange("ended");
      return;
    }
    if (!off) onChange("off");
    off = true;
    if (world.ac === true) {
      off = false;
      onChange("boot");
      agent.start();
    }
  }
}
