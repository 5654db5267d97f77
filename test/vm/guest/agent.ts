// The agent in the guest, run as `pi-ups` the way a person or a service runs it, and asked over its own commands.
import { type ChildProcess, spawn } from "node:child_process";
import { chownSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sh } from "./shell.ts";

/** The part of `pi-ups status --json` that the checks look at. */
export interface Status {
  readonly power: string;
  readonly ac_present?: boolean | null;
  readonly battery_percent: number | null;
  readonly battery_voltage_v: number | null;
  readonly battery_current_a?: number | null;
  readonly stale: boolean;
  readonly faults: readonly { readonly code: string; readonly message: string }[];
  /** The way to the pins; null while none was opened. */
  readonly gpio: { readonly backend: string; readonly chip: string | null } | null;
  readonly shutdown: { readonly state: string; readonly reason: string | null };
}

/** Without what no check looks at, so that a failed check's line stays readable. */
function statusOf(text: string): Status {
  const all = JSON.parse(text) as Status;
  const { power, ac_present, battery_percent, battery_voltage_v, battery_current_a, stale } = all;
  const { faults, gpio, shutdown } = all;
  return {
    ...{ power, battery_percent, battery_voltage_v, stale, faults, gpio, shutdown },
    ...(ac_present === undefined ? {} : { ac_present }),
    ...(battery_current_a === undefined ? {} : { battery_current_a }),
  };
}

/** A line of `events.jsonl`. */
export interface Event {
  readonly seq: number;
  readonly time: string;
  readonly type: string;
  readonly value: unknown;
  readonly message: string;
}

/** What the core heard at a moment (`PI_UPS_RECORD_INPUTS`). */
export interface Input {
  readonly type: string;
  readonly at: { readonly wallMs: number };
  readonly acPresent?: boolean;
}

export interface AgentOptions {
  readonly board: string;
  /** Further lines of the configuration. */
  readonly yaml?: readonly string[];
  /** Run by the user pi with these groups and no others; by root when left out. */
  readonly groups?: readonly string[];
}

export interface Agent {
  /** Everything that it printed. */
  output(): string;
  running(): boolean;
  /** Runs `pi-ups ARGS` against this agent; rejects with its words when that fails. */
  command(...args: readonly string[]): Promise<string>;
  /** null while it starts. */
  status(): Promise<Status | null>;
  events(): readonly Event[];
  inputs(): readonly Input[];
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number>;
}

function jsonLines<T>(file: string): readonly T[] {
  let text = "";
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return [];
  }
  // The last line may be half written.
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as T);
}

/** The first user of a Debian. */
const piUser = 1000;

function prepare(options: AgentOptions): string {
  mkdirSync("/var/tmp/agents", { recursive: true, mode: 0o755 });
  const folder = mkdtempSync("/var/tmp/agents/agent-");
  const lines = [
    `board: ${options.board}`,
    "agent:",
    "  id: guest",
    `state_dir: ${folder}/state`,
    `socket: ${folder}/agent.sock`,
    ...(options.yaml ?? []),
  ];
  writeFileSync(join(folder, "config.yaml"), `${lines.join("\n")}\n`);
  if (options.groups !== undefined) chownSync(folder, piUser, piUser);
  return folder;
}

function launch(folder: string, groups: AgentOptions["groups"]): ChildProcess {
  const command = ["pi-ups", "run", "--config", join(folder, "config.yaml")];
  const list = groups?.length === 0 ? ["--clear-groups"] : ["--groups", groups?.join(",") ?? ""];
  const asUser = groups === undefined ? [] : ["setpriv", "--reuid", "pi", "--regid", "pi", ...list];
  const [program = "", ...args] = [...asUser, ...command];
  const env = { ...process.env, PI_UPS_RECORD_INPUTS: join(folder, "inputs.jsonl") };
  return spawn(program, args, { env, cwd: "/", stdio: ["ignore", "pipe", "pipe"] });
}

/** Starts an agent with a state folder of its own. */
export function startAgent(options: AgentOptions): Agent {
  const folder = prepare(options);
  const child = launch(folder, options.groups);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
  }
  let code: number | null = null;
  const ended = new Promise<number>((resolve) => {
    child.once("close", (exit) => {
      code = exit ?? 128;
      resolve(code);
    });
  });
  const command = (...args: readonly string[]) =>
    sh("pi-ups", ...args, "--config", join(folder, "config.yaml"));
  return {
    output: () => output,
    command,
    running: () => code === null,
    async status() {
      try {
        return statusOf(await command("status", "--json"));
      } catch {
        return null;
      }
    },
    events: () => jsonLines<Event>(join(folder, "state/events.jsonl")),
    inputs: () => jsonLines<Input>(join(folder, "inputs.jsonl")).slice(1),
    stop() {
      child.kill("SIGTERM");
      return ended;
    },
  };
}

/** Runs `work` with an agent that is stopped in the end, whatever happened. */
export async function withAgent(options: AgentOptions, work: (agent: Agent) => Promise<void>): Promise<void> {
  const agent = startAgent(options);
  try {
    await work(agent);
  } finally {
    await agent.stop();
  }
}
