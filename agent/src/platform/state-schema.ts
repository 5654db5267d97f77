// The tables of the agent's SQLite file, how an older file becomes a newer one, and the sequence that outlives its rows.
import type { DatabaseSync } from "node:sqlite";

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
  `CREATE TABLE battery_measurements (
     id INTEGER PRIMARY KEY,
     at_ms INTEGER NOT NULL,
     capacity_mah REAL,
     resistance_mohm REAL,
     how TEXT NOT NULL
   ) STRICT;`,
];

export const newestSchema = migrations.length;

export function schemaOf(db: DatabaseSync): number {
  return Number(db.prepare("PRAGMA user_version").get()?.["user_version"] ?? 0);
}

/** Brings the schema to the newest version, each step whole or not at all. */
export function migrate(db: DatabaseSync): void {
  for (let version = schemaOf(db); version < newestSchema; version += 1) {
    try {
      db.exec(`BEGIN IMMEDIATE; ${migrations[version]} PRAGMA user_version = ${version + 1}; COMMIT;`);
    } catch (error) {
      if (db.isTransaction) db.exec("ROLLBACK");
      throw error;
    }
  }
}

/** Where the numbers are that were used: in the rows, and in SQLite's own table, which outlives pruned rows. */
export const usedSeqs = [
  "SELECT coalesce(max(seq), 0) AS n FROM events",
  "SELECT coalesce(max(seq), 0) AS n FROM sqlite_sequence WHERE name = 'events'",
] as const;

/** The highest sequence number ever used, also when its row was pruned; 0 when none was. */
export function highestSeq(db: DatabaseSync): number {
  return Math.max(...usedSeqs.map((sql) => Number(db.prepare(sql).get()?.["n"])));
}

/** Numbers up to `seq` count as used from now on. */
export function useUpTo(db: DatabaseSync, seq: number): void {
  if (highestSeq(db) >= seq) return;
  const { changes } = db.prepare("UPDATE sqlite_sequence SET seq = ? WHERE name = 'events'").run(seq);
  if (changes === 0) db.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES ('events', ?)").run(seq);
}
