// Memory and processor time of a process as Linux accounts them, and how long the agent takes to its first state.
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Resident memory in MB. */
export function rssMb(pid: number): number {
  const kb = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kb) / 1024;
}

/** Processor time so far, in seconds (user and system; 100 ticks a second on Linux). */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** A Node of the same version that does nothing once a second: what any agent in Node costs at least. */
export function startBareNode(): ChildProcess {
  return spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
}

export interface Rest {
  readonly rssMb: number;
  /** Percent of one core. */
  readonly cpuPercent: number;
}

/** Watches processes at rest, side by side, for `seconds`. */
export async function atRest(pids: readonly number[], seconds: number): Promise<readonly Rest[]> {
  const before = pids.map(cpuSeconds);
  await sleep(seconds * 1000);
  return pids.map((pid, n) => ({
    rssMb: rssMb(pid),
    cpuPercent: ((cpuSeconds(pid) - (before[n] ?? 0)) / seconds) * 100,
  }));
}
