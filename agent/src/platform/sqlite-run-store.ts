// The few facts that survive a run: counters, the last sign of life, how the last run ended.
import type { DatabaseSync } from "node:sqlite";
import type { Counters } from "../core/engine.ts";
import type { LastRun } from "../core/model.ts";
import type { Log, RunStore } from "../ports/ports.ts";

type Ended = Exclude<LastRun, { kind: "none" } | { kind: "died" }>;

/** One write a minute at most: an SD card lives longer, and a minute is exact enough for "last seen". */
const aliveEveryMs = 60_000;

class SqliteRunStore implements RunStore {
  readonly #db: DatabaseSync;
  readonly #log: Log;
  #aliveAtMs = Number.NEGATIVE_INFINITY;

  constructor(db: DatabaseSync, log: Log) {
    this.#db = db;
    this.#log = log;
  }

  lastRun(): LastRun {
    const ended = this.#read("ended") as Ended | null;
    if (ended !== null) return ended;
    const alive = this.#read("alive") as number | null;
    return alive === null ? { kind: "none" } : { kind: "died", lastSeenAt: alive };
  }

  counters(): Counters {
    return (this.#read("counters") as Counters | null) ?? { dischargedPct: 0 };
  }

  saveCounters(counters: Counters): void {
    this.#write("counters", counters);
  }

  alive(atMs: number): void {
    if (Math.abs(atMs - this.#aliveAtMs) < aliveEveryMs) return;
    this.#aliveAtMs = atMs;
    this.#write("alive", atMs);
    this.#write("ended", null);
  }

  ended(how: Ended): void {
    this.#write("ended", how);
  }

  #read(key: string): unknown {
    const row = this.#db.prepare("SELECT value FROM facts WHERE key = ?").get(key) as
      | { value: string }
      | undefined;
    return row === undefined ? null : JSON.parse(row.value);
  }

  #write(key: string, value: unknown): void {
    try {
      this.#db
        .prepare(
          "INSERT INTO facts (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )
        .run(key, JSON.stringify(value));
    } catch (error) {
      this.#log.log("warning", `The state file cannot be written: ${String(error)}`, {
        code: "PI_UPS_JOURNAL_UNWRITABLE",
      });
    }
  }
}

/** The run store over an open state database (`openStateDb`). */
export function createSqliteRunStore(db: DatabaseSync, log: Log): RunStore {
  return new SqliteRunStore(db, log);
}
