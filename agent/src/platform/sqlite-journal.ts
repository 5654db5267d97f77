// The durable event journal on SQLite. An event is in the file, synced, before `append` returns; while the disk refuses,
// events keep their numbers in memory and are written as soon as it works again.
import type { DatabaseSync } from "node:sqlite";
import type { EventDraft } from "../core/model.ts";
import { toRfc3339 } from "../core/rfc3339.ts";
import { UpsError } from "../core/ups-error.ts";
import type { EventJournal, EventQuery } from "../ports/ports.ts";
import type { UpsEvent } from "../protocol/events.ts";
import type { StateDb } from "./state-db.ts";
import { highestSeq, useUpTo } from "./state-schema.ts";

/** How much is kept. Beyond it the oldest events go, sent ones long before unsent ones. */
export interface JournalLimits {
  /** Sent events in the file: the default is about 5 MB. */
  readonly sent: number;
  /** Unsent events in the file: years without Home Assistant. */
  readonly unsent: number;
  /** Events in memory while the disk refuses. */
  readonly waiting: number;
}

const defaultLimits: JournalLimits = { sent: 10_000, unsent: 100_000, waiting: 10_000 };
const pruneEvery = 200;
const retryEveryMs = 10_000;

interface Waiting {
  event: UpsEvent;
  readonly atMs: number;
  sent: boolean;
}

export interface JournalOptions {
  /** Told when writing starts to fail (a sentence) and when it works again (null). */
  readonly onTrouble: (message: string | null) => void;
  /** Told how many unsent events the limits removed. */
  readonly onDropped?: (count: number) => void;
  readonly limits?: Partial<JournalLimits>;
}

export interface SqliteJournal extends EventJournal {
  /** Writes what waits in memory; cheap when nothing waits. A failing disk is tried again every 10 s. */
  retry(): void;
  /** Numbers up to `seq` are known to be used, whatever the file says: the next event gets a higher one. */
  startAbove(seq: number): void;
}

function toEvent(draft: EventDraft, seq: number): UpsEvent {
  const { id, at, type, value, threshold, unit, message, detail } = draft;
  return { id, seq, time: toRfc3339(at), type, value, threshold, unit, message, detail: { ...detail } };
}

function parsed(row: Record<string, unknown>): UpsEvent {
  return JSON.parse(String(row["body"])) as UpsEvent;
}

class Journal implements SqliteJournal {
  readonly #db: StateDb;
  readonly #options: JournalOptions;
  readonly #limits: JournalLimits;
  /** Not in the file yet, or there under an earlier number. */
  #waiting: Waiting[] = [];
  #lastSeq: number;
  /** Acknowledged up to here; the file may know less while the disk refuses. */
  #ackedSeq = 0;
  /** There is something to write besides what waits. */
  #behind = false;
  #troubled = false;
  #triedAtMs = 0;
  #untilPrune = 0;

  constructor(db: StateDb, options: JournalOptions, lastSeq: number) {
    this.#db = db;
    this.#options = options;
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#lastSeq = lastSeq;
  }

  append(draft: EventDraft): UpsEvent {
    const one: Waiting = { event: toEvent(draft, this.#lastSeq + 1), atMs: draft.at.wallMs, sent: false };
    this.#lastSeq = one.event.seq;
    this.#waiting.push(one);
    this.#write();
    if (this.#waiting.length > this.#limits.waiting)
      this.#dropped(this.#waiting.shift()?.sent === false ? 1 : 0);
    return one.event;
  }

  unsent(limit: number): readonly UpsEvent[] {
    this.retry();
    const waiting = this.#waiting.filter(({ sent }) => !sent).map(({ event }) => event);
    return [...this.#stored("sent = 0 AND seq > ? ORDER BY seq", limit, this.#ackedSeq), ...waiting].slice(
      0,
      limit,
    );
  }

  unsentCount(): number {
    const count = "SELECT count(*) AS n FROM events WHERE sent = 0 AND seq > ?";
    const row = this.#db.read((db) => db.prepare(count).get(this.#ackedSeq));
    return Number(row?.["n"]) + this.#waiting.filter(({ sent }) => !sent).length;
  }

  acknowledge(seq: number): void {
    if (seq <= this.#ackedSeq) return;
    this.#ackedSeq = seq;
    for (const one of this.#waiting) if (one.event.seq <= seq) one.sent = true;
    this.#behind = true;
    this.retry();
  }

  lastSeq(): number {
    return this.#lastSeq;
  }

  startAbove(seq: number): void {
    if (seq <= this.#lastSeq) return;
    this.#lastSeq = seq;
    this.#behind = true;
    this.retry();
  }

  renumberAbove(seq: number): void {
    const unsent = this.unsent(Number.MAX_SAFE_INTEGER);
    const sent = this.#waiting.filter((one) => one.sent);
    this.startAbove(seq);
    const renumbered = unsent.map((event) => {
      this.#lastSeq += 1;
      return { event: { ...event, seq: this.#lastSeq }, atMs: Date.parse(event.time), sent: false };
    });
    this.#waiting = [...sent, ...renumbered];
    this.retry();
  }

  list(query: EventQuery): readonly UpsEvent[] {
    this.retry();
    const { types = [], sinceMs = Number.MIN_SAFE_INTEGER, limit = 1000 } = query;
    const wanted = types.length === 0 ? "" : `AND type IN (${types.map(() => "?").join(", ")})`;
    const stored = this.#stored(`at_ms >= ? ${wanted} ORDER BY seq DESC`, limit, sinceMs, ...types);
    const waiting = this.#waiting
      .filter(({ event, atMs }) => atMs >= sinceMs && (types.length === 0 || types.includes(event.type)))
      .map(({ event }) => event);
    return limit <= 0 ? [] : [...stored.reverse(), ...waiting].slice(-limit);
  }

  retry(): void {
    if (this.#waiting.length === 0 && !this.#behind) return;
    if (this.#troubled && performance.now() - this.#triedAtMs < retryEveryMs) return;
    this.#write();
  }

  close(): void {
    if (this.#waiting.length > 0 || this.#behind) this.#write();
    this.#db.close();
  }

  /** Rows of the file, without those that wait for another number. */
  #stored(where: string, limit: number, ...values: readonly (number | string)[]): UpsEvent[] {
    const waiting = new Set(this.#waiting.map(({ event }) => event.id));
    const rows = this.#db.read((db) =>
      db.prepare(`SELECT body FROM events WHERE ${where} LIMIT ?`).all(...values, limit),
    );
    const events = rows.map(parsed);
    return waiting.size === 0 ? events : events.filter(({ id }) => !waiting.has(id));
  }

  /** Writes all that waits; trouble is told once, and its end too. */
  #write(): void {
    this.#triedAtMs = performance.now();
    let dropped = 0;
    try {
      this.#db.write((db) => {
        this.#numberAbove(highestSeq(db));
        this.#put(db);
        dropped = this.#prune(db);
      });
    } catch (error) {
      if (!(error instanceof UpsError)) throw error;
      if (!this.#troubled) this.#options.onTrouble(error.message);
      this.#troubled = true;
      return;
    }
    this.#untilPrune = this.#untilPrune <= 0 ? pruneEvery : this.#untilPrune - this.#waiting.length;
    this.#waiting = [];
    this.#behind = false;
    this.#dropped(dropped);
    if (this.#troubled) this.#options.onTrouble(null);
    this.#troubled = false;
  }

  /** The file came back with more events than were known of: numbers are never used twice. */
  #numberAbove(used: number): void {
    const first = this.#waiting[0]?.event.seq ?? Number.POSITIVE_INFINITY;
    this.#lastSeq = Math.max(this.#lastSeq, used);
    if (first > used) return;
    for (const one of this.#waiting) {
      this.#lastSeq += 1;
      one.event = { ...one.event, seq: this.#lastSeq };
    }
  }

  #put(db: DatabaseSync): void {
    db.prepare("UPDATE events SET sent = 1 WHERE sent = 0 AND seq <= ?").run(this.#ackedSeq);
    const insert = db.prepare(
      `INSERT INTO events (seq, id, at_ms, type, body, sent) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, body = excluded.body, sent = excluded.sent`,
    );
    for (const { event, atMs, sent } of this.#waiting) {
      insert.run(event.seq, event.id, atMs, event.type, JSON.stringify(event), sent ? 1 : 0);
    }
    useUpTo(db, this.#lastSeq);
  }

  /** Removes what is beyond the limits and returns how many of it were unsent. */
  #prune(db: DatabaseSync): number {
    if (this.#untilPrune > 0) return 0;
    const beyond = (sent: 0 | 1, keep: number) =>
      db
        .prepare(
          `DELETE FROM events WHERE sent = ${sent} AND seq <=
             (SELECT seq FROM events WHERE sent = ${sent} ORDER BY seq DESC LIMIT 1 OFFSET ?)`,
        )
        .run(keep).changes;
    beyond(1, this.#limits.sent);
    return Number(beyond(0, this.#limits.unsent));
  }

  #dropped(count: number): void {
    if (count > 0) this.#options.onDropped?.(count);
  }
}

/** The journal over an open state database (`openStateDb`). */
export function createSqliteJournal(db: StateDb, options: JournalOptions): SqliteJournal {
  return new Journal(db, options, db.read(highestSeq));
}
