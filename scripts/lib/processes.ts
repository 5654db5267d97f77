// What the kernel tells about a running process (Linux' /proc).
import { readFileSync } from "node:fs";

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** The program behind `unshare --fork`, whose first process only waits; the process itself otherwise. */
export function innermost(pid: number): number {
  if (read(`/proc/${pid}/comm`).trim() !== "unshare") return pid;
  const child = Number(read(`/proc/${pid}/task/${pid}/children`).trim().split(" ")[0]);
  return Number.isInteger(child) && child > 0 ? innermost(child) : pid;
}

/** Whether the process has a handler of its own for the signal with this number. */
export function catches(pid: number, signal: number): boolean {
  const mask = /^SigCgt:\s*([0-9a-f]+)$/m.exec(read(`/proc/${pid}/status`))?.[1];
  return mask !== undefined && ((BigInt(`0x${mask}`) >> BigInt(signal - 1)) & 1n) === 1n;
}
