// A lock between processes that cannot be left behind: SQLite's lock on a file, which the kernel frees when its owner dies.
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";

const sqliteBusy = 5;

function taken(error: unknown): boolean {
  return (error as { errcode?: number }).errcode === sqliteBusy;
}

/** Runs `work` while no other process holds the lock `file`. `onWait` is called once when another one does. */
export async function withLock<T>(file: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  const lock = new DatabaseSync(file);
  try {
    for (let tries = 0; ; tries += 1) {
      try {
        lock.exec("BEGIN EXCLUSIVE");
        break;
      } catch (error) {
        if (!taken(error)) throw error;
        if (tries === 0) onWait();
        await sleep(300);
      }
    }
    return await work();
  } finally {
    lock.close();
  }
}
