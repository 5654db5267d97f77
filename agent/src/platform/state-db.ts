// The agent's one SQLite file: opened, checked, migrated. A file that is not a database any more is moved aside and named,
// never deleted, and the agent goes on with a new one: protecting the Pi does not wait for history.
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Log } from "../ports/ports.ts";

/** Each entry brings the schema from its index to the next version; entries never change once released. */
const migrations: readonly string[] = [
  `CREATE TABLE events (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     at_ms INTEGER NOT NULL,
     type TEXT NOT NULL,
     body TEXT NOT NULL,
     sent INTEGER NOT NULL DEFAULT 0
   ) STRICT;
   CREATE INDEX events_unsent ON events (seq) WHERE sent = 0;
   CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;`,
];

function migrate(db: DatabaseSync): void {
  const row = db.prepare("PRAGMA user_version").get() as { user_version: number };
  for (let version = row.user_version; version < migrations.length; version += 1) {
    db.exec(`BEGIN IMMEDIATE; ${migrations[version]} PRAGMA user_version = ${version + 1}; COMMIT;`);
  }
}

function openAt(path: string): DatabaseSync {
  const db = new DatabaseSync(path);
  try {
    // WAL with synchronous=FULL: one fsync per event, and a power cut loses nothing that was committed.
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 2000;");
    const check = db.prepare("PRAGMA quick_check(1)").get() as { quick_check: string };
    if (check.quick_check !== "ok") throw new Error(check.quick_check);
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function isDamaged(error: unknown): boolean {
  return /malformed|not a database|corrupt|quick_check|disk image|row .* missing/i.test(String(error));
}

/** Opens `path`; falls back to memory when the disk refuses, and says so through the log. Never throws. */
export function openStateDb(path: string, log: Log, nowMs: number): DatabaseSync {
  try {
    mkdirSync(dirname(path), { recursive: true });
    return openAt(path);
  } catch (error) {
    if (!isDamaged(error)) return inMemory(path, error, log);
    const aside = `${path}.damaged-${nowMs}`;
    try {
      for (const suffix of ["", "-wal", "-shm"]) {
        if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
      }
      log.log(
        "error",
        `The journal ${path} is damaged (${String(error)}). It was kept as ${aside}; a new one begins.`,
      );
      return openAt(path);
    } catch (again) {
      return inMemory(path, again, log);
    }
  }
}

function inMemory(path: string, error: unknown, log: Log): DatabaseSync {
  log.log(
    "error",
    `The journal ${path} cannot be opened (${String(error)}). Events are kept in memory only until the disk is mended; check space, permissions and state_dir.`,
    { code: "PI_UPS_JOURNAL_UNWRITABLE" },
  );
  const db = new DatabaseSync(":memory:");
  migrate(db);
  return db;
}
