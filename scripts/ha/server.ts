// Starts and stops a real Home Assistant on a config folder, and never leaves a process or a mount behind.
import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { checkout } from "../lib/paths.ts";
import { Trouble } from "../lib/trouble.ts";
import type { HaInstallation } from "./install.ts";

export interface HaOptions {
  readonly configDir: string;
  readonly port: number;
  /** Further lines of configuration.yaml. */
  readonly extraYaml?: string;
  /** Levels for `logger:`, for example `{ "custom_components.pi_ups": "debug" }`. */
  readonly logLevels?: Readonly<Record<string, string>>;
}

export interface HaServer {
  readonly url: string;
  readonly configDir: string;
  /** home-assistant.log up to now. */
  log(): string;
  /** Asks Home Assistant to end, and waits; kills it after 20 s. Idempotent. */
  stop(): Promise<void>;
  /** Ends it at once, as a power cut would. */
  kill(): Promise<void>;
  /** Freezes the process: its sockets stay open and answer nothing. `resume` thaws it. */
  pause(): void;
  resume(): void;
}

function configuration(options: HaOptions): string {
  const levels = Object.entries(options.logLevels ?? {}).map(([name, level]) => `    ${name}: ${level}`);
  return [
    "# Written by the project's scripts for demo and tests; a hand-made change is lost.",
    "homeassistant:",
    "  name: Home",
    "  time_zone: UTC",
    "  unit_system: metric",
    "  latitude: 0",
    "  longitude: 0",
    ...[
      "frontend",
      "api",
      "websocket_api",
      "config",
      "history",
      "logbook",
      "recorder",
      "persistent_notification",
      "script",
      "blueprint",
      "trace",
      "system_log",
      "repairs",
      "diagnostics",
      "search",
    ].map((name) => `${name}:`),
    "lovelace:",
    "  mode: storage",
    "automation: !include automations.yaml",
    "logger:",
    "  default: warning",
    ...(levels.length === 0 ? [] : ["  logs:", ...levels]),
    options.extraYaml ?? "",
    "",
  ].join("\n");
}

/**
 * Home Assistant 2026.11 takes `http:` from YAML once and from its storage ever after, with port 8123 as the fallback;
 * so the port is written where it is read.
 */
function httpStorage(port: number): string {
  const stable = {
    server_port: port,
    server_host: ["127.0.0.1"],
    cors_allowed_origins: [],
    login_attempts_threshold: -1,
    ip_ban_enabled: true,
    ssl_profile: "intermediate_v6",
    use_x_frame_options: true,
    created_at: new Date().toISOString(),
    error: null,
    error_message: null,
  };
  return JSON.stringify({
    version: 3,
    minor_version: 1,
    key: "http",
    data: { stable, pending: null, yaml_migration_done: true },
  });
}

/** Whether something listens on the port of the loopback interface. */
export function portTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** A port that is free at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** Writes what Home Assistant needs into the config folder, with the integration of this checkout linked into it. */
function prepare(options: HaOptions): void {
  mkdirSync(join(options.configDir, "custom_components"), { recursive: true });
  writeFileSync(join(options.configDir, "configuration.yaml"), configuration(options));
  mkdirSync(join(options.configDir, ".storage"), { recursive: true });
  writeFileSync(join(options.configDir, ".storage/http"), httpStorage(options.port));
  const automations = join(options.configDir, "automations.yaml");
  if (!existsSync(automations)) writeFileSync(automations, "[]\n");
  const link = join(options.configDir, "custom_components/pi_ups");
  if (!existsSync(link)) symlinkSync(join(checkout, "custom_components/pi_ups"), link);
}

async function untilReady(child: ChildProcess, port: number, output: () => string): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) break;
    if (await portTaken(port)) {
      const answer = await fetch(`http://127.0.0.1:${port}/manifest.json`).catch(() => null);
      if (answer?.ok === true) return;
    }
    await sleep(200);
  }
  throw new Trouble(
    `Home Assistant did not start. Its last words were:\n${output().split("\n").slice(-20).join("\n")}`,
  );
}

/** Starts Home Assistant and resolves when it answers. */
export async function startHomeAssistant(ha: HaInstallation, options: HaOptions): Promise<HaServer> {
  if (await portTaken(options.port)) {
    throw new Trouble(
      `Port ${options.port} is taken by another program. Stop that program, or choose another port with --port (find it with: ss -ltnp 'sport = :${options.port}').`,
    );
  }
  prepare(options);
  const [program = "", ...args] = ha.world.wrap([ha.hass, "-c", options.configDir, "--skip-pip"], {
    cwd: options.configDir,
    folders: [options.configDir],
  });
  const consoleFile = join(options.configDir, "console.log");
  let output = "";
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], detached: true });
  const take = (chunk: Buffer) => {
    output = (output + chunk.toString("utf8")).slice(-20_000);
    appendFileSync(consoleFile, chunk);
  };
  child.stdout?.on("data", take);
  child.stderr?.on("data", take);
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const signal = (name: NodeJS.Signals) => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid, name);
    } catch {
      // The group ended between the check and the signal.
    }
  };
  const onExit = () => signal("SIGKILL");
  process.once("exit", onExit);
  const stop = async () => {
    signal("SIGCONT");
    signal("SIGTERM");
    const late = setTimeout(() => signal("SIGKILL"), 20_000);
    await ended;
    clearTimeout(late);
    process.removeListener("exit", onExit);
  };
  try {
    await untilReady(child, options.port, () => output);
  } catch (error) {
    await stop();
    throw error;
  }
  const logFile = join(options.configDir, "home-assistant.log");
  return {
    url: `http://127.0.0.1:${options.port}`,
    configDir: options.configDir,
    log: () => (existsSync(logFile) ? readFileSync(logFile, "utf8") : output),
    stop,
    kill: async () => {
      signal("SIGKILL");
      await ended;
      process.removeListener("exit", onExit);
    },
    pause: () => signal("SIGSTOP"),
    resume: () => signal("SIGCONT"),
  };
}
