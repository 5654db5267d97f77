// Runs the built agent as a process on the simulated board, and boots it again like a Pi whose HAT has power again.
import { createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { StatusReport } from "../../agent/src/ports/control.ts";
import { boundToUs, type Group, spawnGroup } from "../lib/groups.ts";
import { checkout } from "../lib/paths.ts";
import { type RunResult, tryRun } from "../lib/run.ts";

const bundle = join(checkout, "dist/agent/pi-ups.mjs");
const stopPatienceMs = 15_000;

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
  /** SIGTERM, and waits; SIGKILL after 15 s. Idempotent. */
  stop(): Promise<void>;
  /** SIGKILL, and waits: what a power cut does to the process. */
  kill(): Promise<void>;
  /** Freezes the process: its socket stays open and says nothing. `resume` thaws it. */
  pause(): void;
  resume(): void;
  running(): boolean;
  /** Exit code of the last run; null while it runs or before the first. */
  exitCode(): number | null;
  output(): string;
  /** Runs `pi-ups ARGS` against this agent. */
  cli(...args: readonly string[]): Promise<RunResult>;
  /** `pi-ups status --json`, or null while no agent answers. */
  status(): Promise<StatusReport | null>;
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

  let group: Group | null = null;
  let code: number | null = null;
  let output = "";
  const cli = (...args: readonly string[]) =>
    tryRun(process.execPath, [bundle, ...args, "--config", configFile], { cwd: checkout, timeoutMs: 15_000 });

  const running = () => group?.running() === true;
  const end = async (signal: "SIGTERM" | "SIGKILL") => {
    if (group === null) return;
    const { signal: send, ended } = group;
    send(signal);
    // A frozen process hears of SIGTERM only when it is thawed.
    send("SIGCONT");
    const late = setTimeout(() => send("SIGKILL"), stopPatienceMs);
    await ended;
    clearTimeout(late);
  };
  return {
    configFile,
    start() {
      if (running()) return;
      code = null;
      const log = createWriteStream(join(settings.folder, "agent.log"), { flags: "a" });
      const [program = "", ...args] = boundToUs([process.execPath, bundle, "run", "--config", configFile]);
      group = spawnGroup(program, args, {
        kind: "service",
        cwd: checkout,
        stdio: ["ignore", "pipe", "pipe"],
      });
      for (const stream of [group.child.stdout, group.child.stderr]) {
        stream?.setEncoding("utf8").on("data", (text: string) => {
          output = (output + text).slice(-200_000);
          log.write(text);
        });
      }
      void group.ended.then((end) => {
        code = end.code;
        log.end();
      });
    },
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
    pause: () => group?.signal("SIGSTOP"),
    resume: () => group?.signal("SIGCONT"),
    running,
    exitCode: () => (running() ? null : code),
    output: () => output,
    cli,
    async status() {
      const { code: exit, output: text } = await cli("status", "--json");
      return exit === 0 ? (JSON.parse(text) as StatusReport) : null;
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
