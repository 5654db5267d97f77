// The few facts that survive a run: counters, the last sign of life, how the last run ended, and what is known of the
// battery.
import type { DatabaseSync } from "node:sqlite";
import * as v from "valibot";
import type { Counters } from "../core/engine.ts";
import { type BatteryMeasurement, type LearnedBattery, soundLearned } from "../core/learned.ts";
import type { LastRun } from "../core/model.ts";
import { UpsError } from "../core/ups-error.ts";
import type { Log, RunStore } from "../ports/ports.ts";
import type { StateDb } from "./state-db.ts";

type Ended = Exclude<LastRun, { kind: "none" } | { kind: "died" }>;

/** One write a minute at most: an SD card lives longer, and a minute is exact enough for "last seen". */
const aliveEveryMs = 60_000;

const endedSchema = v.variant("kind", [
  v.object({ kind: v.literal("stopped"), at: v.number(), reason: v.string() }),
  v.object({
    kind: v.literal("shutdown"),
    at: v.number(),
    reason: v.picklist(["battery_percent_critical", "battery_voltage_critical", "requested"]),
    text: v.string(),
  }),
]);
const countersSchema = v.object({ dischargedPct: v.pipe(v.number(), v.finite(), v.minValue(0)) });
const aliveSchema = v.pipe(v.number(), v.finite());
/** Checked by the core, which knows what can be. */
const batterySchema = v.looseObject({ version: v.literal(1) });
const measurementSchema = v.object({
  atMs: v.number(),
  capacityMah: v.nullable(v.number()),
  resistanceMohm: v.nullable(v.number()),
  how: v.picklist(["outage_charge", "ac_edge"]),
});

/** An outage or a look at the resistance a day for years. */
const mostMeasurements = 2000;

function save(db: DatabaseSync, key: string, value: unknown): void {
  db.prepare(
    "INSERT INTO facts (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
  ).run(key, JSON.stringify(value));
}

class SqliteRunStore implements RunStore {
  readonly #db: StateDb;
  readonly #log: Log;
  /** Wall time of the last `alive` that was written in this state of things; null: write the next one. */
  #aliveAtMs: number | null = null;
  /** Counters that the disk refused. */
  #unsavedCounters: Counters | null = null;

  constructor(db: StateDb, log: Log) {
    this.#db = db;
    this.#log = log;
  }

  lastRun(): LastRun {
    const ended = this.#read("ended", endedSchema);
    if (ended !== null) return ended;
    const lastSeenAt = this.#read("alive", aliveSchema);
    return lastSeenAt === null ? { kind: "none" } : { kind: "died", lastSeenAt };
  }

  counters(): Counters {
    return this.#read("counters", countersSchema) ?? { dischargedPct: 0 };
  }

  saveCounters(counters: Counters): void {
    const saved = this.#write((db) => save(db, "counters", counters));
    this.#unsavedCounters = saved ? null : counters;
  }

  battery(): LearnedBattery | null {
    const kept = this.#read("battery", batterySchema);
    return kept === null ? null : soundLearned(kept);
  }

  saveBattery(battery: LearnedBattery): void {
    this.#write((db) => save(db, "battery", battery));
  }

  addMeasurement({ atMs, capacityMah, resistanceMohm, how }: BatteryMeasurement): void {
    this.#write((db) => {
      db.prepare(
        "INSERT INTO battery_measurements (at_ms, capacity_mah, resistance_mohm, how) VALUES (?, ?, ?, ?)",
      ).run(Math.round(atMs), capacityMah, resistanceMohm, how);
      db.prepare(
        `DELETE FROM battery_measurements
         WHERE id NOT IN (SELECT id FROM battery_measurements ORDER BY id DESC LIMIT ?)`,
      ).run(mostMeasurements);
    });
  }

  measurements(): readonly BatteryMeasurement[] {
    const rows = this.#db.read((db) =>
      db
        .prepare(
          `SELECT at_ms AS atMs, capacity_mah AS capacityMah, resistance_mohm AS resistanceMohm, how
           FROM battery_measurements ORDER BY id`,
        )
        .all(),
    );
    return rows.flatMap((row) => {
      const parsed = v.safeParse(measurementSchema, row);
      return parsed.success ? [parsed.output] : [];
    });
  }

  chargeForbidden(): boolean {
    return this.#read("charge_forbidden", v.boolean()) ?? false;
  }

  setChargeForbidden(forbidden: boolean): void {
    if (this.chargeForbidden() !== forbidden) this.#write((db) => save(db, "charge_forbidden", forbidden));
  }

  pressBegun(): boolean {
    return this.#read("press_begun", v.boolean()) ?? false;
  }

  setPressBegun(begun: boolean): void {
    if (this.pressBegun() !== begun) this.#write((db) => save(db, "press_begun", begun));
  }

  alive(atMs: number): void {
    if (this.#aliveAtMs !== null && Math.abs(atMs - this.#aliveAtMs) < aliveEveryMs) return;
    this.#aliveAtMs = atMs;
    const unsaved = this.#unsavedCounters;
    const saved = this.#write((db) => {
      save(db, "alive", atMs);
      db.exec("DELETE FROM facts WHERE key = 'ended'");
      if (unsaved !== null) save(db, "counters", unsaved);
    });
    if (saved) this.#unsavedCounters = null;
  }

  ended(how: Ended): void {
    this.#aliveAtMs = null;
    this.#write((db) => save(db, "ended", how));
  }

  /** What cannot be understood counts as never written. */
  #read<T extends v.GenericSchema>(key: string, schema: T): v.InferOutput<T> | null {
    const row = this.#db.read((db) => db.prepare("SELECT value FROM facts WHERE key = ?").get(key));
    if (row === undefined) return null;
    try {
      const parsed = v.safeParse(schema, JSON.parse(String(row["value"])));
      return parsed.success ? parsed.output : null;
    } catch {
      return null;
    }
  }

  /** False when the disk refused; the journal speaks for both, so that a person reads it once. */
  #write(change: (db: DatabaseSync) => void): boolean {
    try {
      this.#db.write(change);
      return true;
    } catch (error) {
      if (!(error instanceof UpsError)) throw error;
      this.#log.log("debug", "The facts about this run could not be written.", { code: error.code });
      return false;
    }
  }
}

/** The run store over an open state database (`openStateDb`). */
export function createSqliteRunStore(db: StateDb, log: Log): RunStore {
  return new SqliteRunStore(db, log);
}
