// Starts and stops a real Home Assistant on a config folder, and never leaves a process or a mount behind.
import { createWriteStream, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Group, spawnGroup } from "../lib/groups.ts";
import { freePort, needPort, portTaken } from "../lib/ports.ts";
import { catches, innermost } from "../lib/processes.ts";
import { lastLines } from "../lib/run.ts";
import { Trouble } from "../lib/trouble.ts";
import { type ConfigFolderOptions, writeConfigFolder } from "./config-folder.ts";
import type { HaInstallation } from "./install.ts";

export { freePort, portTaken };

export interface HaOptions extends ConfigFolderOptions {
  /** How long a start may take; a slow machine needs its time. 180 s by default. */
  readonly startTimeoutMs?: number;
  /** Hears when Home Assistant ended although nobody here asked it to. */
  readonly onGone?: (code: number) => void;
}

export interface HaServer {
  readonly url: string;
  readonly configDir: string;
  /** home-assistant.log of the present (or last) start. */
  log(): string;
  running(): boolean;
  /** Starts it again after `stop` or `kill`, on the same folder and port; resolves when it is fully started. */
  start(): Promise<void>;
  /** Asks Home Assistant to end, and waits until it has written everything; kills it after 30 s. Idempotent. */
  stop(): Promise<void>;
  /** `stop` and `start`. */
  restart(): Promise<void>;
  /** Ends it at once and without a word, as a power cut would. */
  kill(): Promise<void>;
  /** Freezes the process: its sockets stay open and answer nothing. `resume` thaws it. */
  pause(): void;
  resume(): void;
}

const sigterm = 15;
/** What Home Assistant ends with when it was asked (by a person in its user interface) to start again. */
const restartCode = 100;
const stopPatienceMs = 30_000;

interface Run {
  readonly group: Group;
  /** The last things it printed. */
  words(): string;
}

function launch(ha: HaInstallation, configDir: string): Run {
  const hass = [ha.hass, "-c", configDir, "--skip-pip", "--log-no-color"];
  const [program = "", ...args] = ha.world.wrap(hass, { cwd: configDir, folders: [configDir] });
  const group = spawnGroup(program, args, { kind: "service", stdio: ["ignore", "pipe", "pipe"] });
  const file = createWriteStream(join(configDir, "console.log"), { flags: "a" });
  let words = "";
  for (const stream of [group.child.stdout, group.child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      words = (words + text).slice(-20_000);
      file.write(text);
    });
  }
  group.ended.then(() => file.end()).catch(() => undefined);
  return { group, words: () => words };
}

/** Home Assistant begins to listen for SIGTERM at the moment it is fully started, and not before. */
function fullyStarted(group: Group): boolean {
  return group.child.pid !== undefined && catches(innermost(group.child.pid), sigterm);
}

async function untilReady(run: Run, port: number, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (run.group.running() && Date.now() < deadline) {
    if (fullyStarted(run.group)) {
      const answer = await fetch(`http://127.0.0.1:${port}/manifest.json`).catch(() => null);
      if (answer?.ok === true) return;
    }
    await sleep(100);
  }
  const what = run.group.running()
    ? `was not ready after ${timeoutMs / 1000} s`
    : `ended while it started (exit code ${(await run.group.ended).code})`;
  throw new Trouble(`Home Assistant ${what}. Its last words were:\n${lastLines(run.words(), 25)}`);
}

async function end(group: Group): Promise<void> {
  group.signal("SIGCONT");
  // Before it is fully started it has nothing to save and does not listen.
  group.signal(fullyStarted(group) ? "SIGTERM" : "SIGKILL");
  const late = setTimeout(() => group.signal("SIGKILL"), stopPatienceMs);
  await group.ended;
  clearTimeout(late);
}

/** Starts Home Assistant and resolves when it is fully started. */
export async function startHomeAssistant(ha: HaInstallation, options: HaOptions): Promise<HaServer> {
  const { configDir, port } = options;
  let current: Run | undefined;
  let wanted = false;
  let starting: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;

  const startNow = async (): Promise<void> => {
    await stopping;
    await needPort(port, "choose another port", options.host);
    writeConfigFolder(options);
    wanted = true;
    const run = launch(ha, configDir);
    current = run;
    try {
      await untilReady(run, port, options.startTimeoutMs ?? 180_000);
    } catch (error) {
      await end(run.group);
      throw error;
    }
    void watch(run);
  };
  const start = async (): Promise<void> => {
    if (starting === undefined && current?.group.running() === true && stopping === undefined) return;
    starting ??= startNow().finally(() => {
      starting = undefined;
    });
    await starting;
  };
  const watch = async (run: Run): Promise<void> => {
    const { code } = await run.group.ended;
    if (!wanted || current !== run) return;
    if (code === restartCode) await start().catch(() => undefined);
    if (wanted && current?.group.running() !== true) options.onGone?.(code);
  };
  const stop = (): Promise<void> => {
    wanted = false;
    const group = current?.group;
    if (group === undefined || !group.running()) return Promise.resolve();
    stopping ??= end(group).finally(() => {
      stopping = undefined;
    });
    return stopping;
  };
  const kill = async (): Promise<void> => {
    wanted = false;
    current?.group.signal("SIGKILL");
    await current?.group.ended;
  };

  await start();
  const logFile = join(configDir, "home-assistant.log");
  return {
    url: `http://127.0.0.1:${port}`,
    configDir,
    log: () => (existsSync(logFile) ? readFileSync(logFile, "utf8") : (current?.words() ?? "")),
    running: () => current?.group.running() === true,
    start,
    stop,
    restart: async () => {
      await stop();
      // A start that this stop cut short ends with its own error, which is nobody's any more.
      await starting?.catch(() => undefined);
      await start();
    },
    kill,
    pause: () => current?.group.signal("SIGSTOP"),
    resume: () => current?.group.signal("SIGCONT"),
  };
}
