// How the SQLite file is opened, and what can be had of one that cannot be used: a copy in memory, its last number.
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { migrate, newestSchema, schemaOf, usedSeqs } from "./state-schema.ts";

/** Result codes of SQLite (https://www.sqlite.org/rescode.html), low byte. */
const resultCodes = { busy: 5, corrupt: 11, notADatabase: 26 } as const;
/** Time for another process to let the file go, for example the agent of a moment ago. */
const busyMs = 1_000;

/** The content is the trouble, not the disk under it. */
class UnusableContent extends Error {}

export type FileTrouble = "in_use" | "unusable" | "disk";

/** What an error of SQLite or of the file system says about the file. */
export function troubleOf(error: unknown): FileTrouble {
  if (error instanceof UnusableContent) return "unusable";
  const errcode = (error as { readonly errcode?: unknown } | null)?.errcode;
  const code = typeof errcode === "number" ? errcode & 0xff : 0;
  if (code === resultCodes.busy) return "in_use";
  return code === resultCodes.corrupt || code === resultCodes.notADatabase ? "unusable" : "disk";
}

/**
 * WAL with synchronous=FULL: one fsync for a change instead of the three or four of a rollback journal, so an SD card
 * wears and waits less, and a power cut still loses nothing that was committed: torn tails fail their checksums.
 * The exclusive lock keeps a second agent off the file, and needs no shared-memory file beside it.
 */
const settings = `PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
  PRAGMA journal_size_limit = 1048576;`;

function hasContent(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

function check(db: DatabaseSync): void {
  const found = db.prepare("PRAGMA quick_check(1)").get()?.["quick_check"];
  if (found !== "ok") throw new UnusableContent(`it is damaged: ${String(found)}`);
}

/** Opens the file, makes it when it is missing, and locks it for this process. Throws what `troubleOf` understands. */
export function openFile(path: string): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true });
  // A clean end removes the write-ahead log; after a power cut the file is worth a look at every page.
  const endedBadly = hasContent(`${path}-wal`);
  const db = new DatabaseSync(path, { timeout: busyMs });
  try {
    db.exec(settings);
    if (endedBadly) check(db);
    const version = schemaOf(db);
    if (version > newestSchema) {
      throw new UnusableContent(`its version is ${version}, and this agent knows none after ${newestSchema}`);
    }
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

export function emptyInMemory(): DatabaseSync {
  const db = new DatabaseSync(":memory:");
  migrate(db);
  return db;
}

/** A copy in memory of a file whose disk takes no writes; an empty database when it cannot be read either. */
export function copyInMemory(path: string): DatabaseSync {
  const memory = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
  try {
    const folder = mkdtempSync(join(memory, "pi-ups-"));
    try {
      const copy = join(folder, "agent.db");
      for (const suffix of ["", "-wal"]) {
        if (!existsSync(path + suffix)) continue;
        copyFileSync(path + suffix, copy + suffix);
        // A copy gets its model's mode, and that may be read-only.
        chmodSync(copy + suffix, 0o600);
      }
      // SQLite goes on with the open files after their names are gone.
      return openFile(copy);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  } catch {
    return emptyInMemory();
  }
}

/** Moves the file and its log aside under a name that is free, and returns the name. */
export function moveAside(path: string, atMs: number): string {
  const wanted = `${path}.damaged-${atMs}`;
  let aside = wanted;
  for (let n = 2; existsSync(aside); n += 1) aside = `${wanted}-${n}`;
  for (const suffix of ["", "-wal", "-shm"]) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  return aside;
}

function numberOf(db: DatabaseSync, sql: string): number {
  try {
    return Number(db.prepare(sql).get()?.["n"]);
  } catch {
    return 0;
  }
}

/** The highest sequence number that a damaged file still tells; 0 when it tells none. Changes nothing. */
export function salvageSeq(path: string): number {
  try {
    const url = pathToFileURL(path);
    url.search = "immutable=1";
    const db = new DatabaseSync(url, { readOnly: true });
    try {
      return Math.max(...usedSeqs.map((sql) => numberOf(db, sql)));
    } finally {
      db.close();
    }
  } catch {
    return 0;
  }
}

/** Which file is at `path` now; null when there is none. */
export function identityOf(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? null : `${found.dev}:${found.ino}`;
}

/** Writes all that an open database holds to `path`, where its file was removed. */
export function writeAgain(db: DatabaseSync, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  db.prepare("VACUUM INTO ?").run(path);
}
