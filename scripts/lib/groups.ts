// Child processes that never outlive us: each runs in a process group of its own, which is ended as a whole, however
// this process ends. `setpriv --pdeathsig` covers even a kill -9 of this process.
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { existsSync } from "node:fs";

/** A running process with everything that it started. */
export interface Group {
  readonly child: ChildProcess;
  /** Settles when the process has ended and its output is closed; never rejects. */
  readonly ended: Promise<GroupEnd>;
  running(): boolean;
  /** Sends a signal to every process of the group; nothing happens when it has ended. */
  signal(name: NodeJS.Signals): void;
}

export interface GroupEnd {
  /** Exit code; 128 when a signal ended it, 127 when it could not be started. */
  readonly code: number;
  /** Set when the process could not be started at all. */
  readonly failure?: Error;
}

export interface GroupOptions extends SpawnOptions {
  /**
   * `job`: Ctrl-C ends it, as it would in a shell. `service`: its owner stops it in its own order. Both end with us.
   */
  readonly kind: "job" | "service";
}

const alive = new Map<Group, GroupOptions["kind"]>();
const deadly = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const numbers: Readonly<Record<(typeof deadly)[number], number>> = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 };
let watching = false;

function watch(): void {
  if (watching) return;
  watching = true;
  process.on("exit", () => {
    // A job may be in the middle of something like a package installation: it is asked, not killed.
    for (const [group, kind] of alive) group.signal(kind === "job" ? "SIGTERM" : "SIGKILL");
  });
  for (const name of deadly) {
    process.on(name, () => {
      for (const [group, kind] of alive) if (kind === "job") group.signal(name);
      // A listener of ours alone would keep the process alive; a script that has its own decides for itself.
      if (process.listenerCount(name) === 1) process.exit(128 + numbers[name]);
    });
  }
}

/** Prefix that makes the kernel kill the program when this process dies, where the machine has the tool for it. */
export function boundToUs(command: readonly string[]): readonly string[] {
  return existsSync("/usr/bin/setpriv")
    ? ["/usr/bin/setpriv", "--pdeathsig", "KILL", "--", ...command]
    : command;
}

/** Starts a program in a group of its own. */
export function spawnGroup(command: string, args: readonly string[], options: GroupOptions): Group {
  watch();
  const { kind, ...rest } = options;
  const child = spawn(command, args, { ...rest, detached: true });
  let over = false;
  const group: Group = {
    child,
    running: () => !over,
    signal(name) {
      if (over || child.pid === undefined) return;
      try {
        process.kill(-child.pid, name);
      } catch {
        // The last process of the group ended between the check and the signal.
      }
    },
    ended: new Promise((resolve) => {
      const end = (result: GroupEnd) => {
        over = true;
        alive.delete(group);
        resolve(result);
      };
      child.once("error", (failure) => end({ code: 127, failure }));
      child.once("close", (code) => end({ code: code ?? 128 }));
    }),
  };
  alive.set(group, kind);
  return group;
}
