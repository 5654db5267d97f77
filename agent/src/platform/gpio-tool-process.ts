// A small program that runs for as long as we need a line. It must never outlive the agent, because it would go on holding
// the line: the kernel ends it with us (setpriv --pdeathsig, where it is installed), and closing its input ends some too.
import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants, realpathSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as pendingEvents } from "node:timers/promises";

/** A line of text longer than this is no line of ours. */
const longestLine = 1024;

export interface RunningTool {
  /** Resolves with half a sentence when the program has ended or could not start; never rejects. */
  readonly ended: Promise<string>;
  /** It has ended, though perhaps not yet said its last words. */
  readonly gone: boolean;
  /** Whether it runs, once an end that happened but was not heard of yet has been heard of. */
  lives(): Promise<boolean>;
  /** Asks it to end, then forces it; resolves when it is gone. Idempotent. */
  end(): Promise<void>;
}

export interface ToolProcessOptions {
  /** Folders in which programs are looked for, as in PATH. */
  readonly path: string;
  /** Each line of its standard output; a line that is too long arrives cut. */
  readonly onLine: (text: string) => void;
  /** How long a program may take to end after it was asked to, ms. Default 500. */
  readonly endLimitMs?: number;
}

/** Full name of a program, or null. */
export function findProgram(path: string, name: string): string | null {
  for (const folder of path.split(":").filter((one) => one !== "")) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder, or not for us.
    }
  }
  return null;
}

/** util-linux's setpriv asks the kernel to kill the program when its parent, the agent, ends in whatever way. */
function tiedToUs(path: string, command: string, args: readonly string[]): readonly [string, string[]] {
  const setpriv = findProgram(path, "setpriv");
  // BusyBox's program of this name does not know the option.
  if (setpriv === null || realpathSync(setpriv).endsWith("busybox")) return [command, [...args]];
  return [setpriv, ["--pdeathsig", "KILL", command, ...args]];
}

function splitLines(onLine: (text: string) => void): (text: string) => void {
  let rest = "";
  return (text) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) onLine(part.slice(0, longestLine));
    if (rest.length > longestLine) {
      onLine(rest.slice(0, longestLine));
      rest = "";
    }
  };
}

function whyEnded(command: string, code: number | null, signal: string | null, said: string): string {
  const how = code === null ? `was ended by ${signal ?? "a signal"}` : `ended with ${code}`;
  const last = said.trim().split("\n").at(-1) ?? "";
  return `${command} ${how}${last === "" ? "" : `: ${last.slice(0, 200)}`}`;
}

function endOf(child: ChildProcess, command: string): Promise<string> {
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-500);
  });
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(`${command} cannot be started (${error.message})`));
    // `exit` would come before the last words; `close` would wait for ever if somebody inherited the pipes.
    child.once("exit", (code, signal) => {
      setTimeout(() => resolve(whyEnded(command, code, signal, said)), 20);
    });
    child.once("close", (code, signal) => resolve(whyEnded(command, code, signal, said)));
  });
}

/** Starts it without a shell. Its standard input stays open, and closes when the agent ends. */
export function startTool(
  command: string,
  args: readonly string[],
  { path, onLine, endLimitMs = 500 }: ToolProcessOptions,
): RunningTool {
  const [program, all] = tiedToUs(path, command, args);
  const env = { PATH: path, LC_ALL: "C" };
  const child = spawn(program, all, { env, stdio: ["pipe", "pipe", "pipe"] });
  const ended = endOf(child, command);
  child.stdin.on("error", () => {
    // It has ended already; `ended` tells.
  });
  child.stdout.setEncoding("utf8").on("data", splitLines(onLine));
  let ending: Promise<void> | null = null;
  const end = async () => {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), endLimitMs);
    // A program that hangs in the kernel does not even end when it is forced to.
    const stuck = new Promise<void>((resolve) => {
      setTimeout(resolve, endLimitMs + 1_000).unref();
    });
    await Promise.race([ended, stuck]);
    clearTimeout(timer);
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
  };
  const gone = () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
  return {
    ended,
    get gone() {
      return gone();
    },
    async lives() {
      await pendingEvents();
      return !gone();
    },
    end() {
      ending ??= end();
      return ending;
    },
  };
}
