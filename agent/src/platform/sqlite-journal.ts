// The durable event journal on SQLite. An event is in the file, synced, before `append` returns; when the disk refuses,
// events wait in memory with their numbers and are written as soon as it works again.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { EventDraft } from "../core/model.ts";
import { toRfc3339 } from "../core/rfc3339.ts";
import type { EventJournal, EventQuery } from "../ports/ports.ts";
import type { UpsEvent } from "../protocol/events.ts";

/** Sent events beyond this number are pruned, oldest first: about 5 MB. Unsent ones are never pruned. */
const keepSent = 10_000;
const pruneEvery = 200;

interface Waiting {
  readonly event: UpsEvent;
  readonly atMs: number;
  sent: boolean;
}

interface Row {
  readonly body: string;
}

export interface JournalOptions {
  /** Told when writing starts to fail (a sentence) and when it works again (null). */
  readonly onTrouble: (message: string | null) => void;
}

function toEvent(draft: EventDraft, seq: number): UpsEvent {
  const { id, at, type, value, threshold, unit, message, detail } = draft;
  return { id, seq, time: toRfc3339(at), type, value, threshold, unit, message, detail: { ...detail } };
}

class SqliteJournal implements EventJournal {
  readonly #db: DatabaseSync;
  readonly #onTrouble: (message: string | null) => void;
  readonly #insert: StatementSync;
  readonly #waiting: Waiting[] = [];
  #lastSeq: number;
  #troubled = false;
  #appended = 0;

  constructor(db: DatabaseSync, options: JournalOptions) {
    this.#db = db;
    this.#onTrouble = options.onTrouble;
    this.#insert = db.prepare(
      "INSERT INTO events (seq, id, at_ms, type, body, sent) VALUES (?, ?, ?, ?, ?, ?)",
    );
    const row = db
      .prepare(
        "SELECT max(coalesce((SELECT max(seq) FROM events), 0), coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0)) AS seq",
      )
      .get() as { seq: number };
    this.#lastSeq = row.seq;
  }

  append(draft: EventDraft): UpsEvent {
    const event = toEvent(draft, this.#lastSeq + 1);
    this.#lastSeq = event.seq;
    this.#waiting.push({ event, atMs: draft.at.wallMs, sent: false });
    this.#writeWaiting();
    return event;
  }

  unsent(limit: number): readonly UpsEvent[] {
    this.#writeWaiting();
    const rows = this.#db.prepare("SELECT body FROM events WHERE sent = 0 ORDER BY seq LIMIT ?").all(limit);
    const stored = rows.map((row) => JSON.parse((row as unknown as Row).body) as UpsEvent);
    const inMemory = this.#waiting.filter(({ sent }) => !sent).map(({ event }) => event);
    return [...stored, ...inMemory].slice(0, limit);
  }

  unsentCount(): number {
    const row = this.#db.prepare("SELECT count(*) AS n FROM events WHERE sent = 0").get() as { n: number };
    return row.n + this.#waiting.filter(({ sent }) => !sent).length;
  }

  acknowledge(seq: number): void {
    for (const one of this.#waiting) if (one.event.seq <= seq) one.sent = true;
    this.#try(() => {
      this.#db.prepare("UPDATE events SET sent = 1 WHERE sent = 0 AND seq <= ?").run(seq);
    });
  }

  lastSeq(): number {
    return this.#lastSeq;
  }

  renumberAbove(seq: number): void {
    if (seq < this.#lastSeq && this.unsentCount() === 0) return;
    const unsent = this.unsent(Number.MAX_SAFE_INTEGER);
    let next = Math.max(seq, this.#lastSeq);
    this.#try(() => {
      this.#db.exec("BEGIN IMMEDIATE");
      try {
        const update = this.#db.prepare("UPDATE events SET seq = ?, body = ? WHERE id = ?");
        for (const event of unsent) {
          next += 1;
          update.run(next, JSON.stringify({ ...event, seq: next }), event.id);
        }
        this.#db.prepare("UPDATE sqlite_sequence SET seq = ? WHERE name = 'events'").run(next);
        this.#db.exec("COMMIT");
      } catch (error) {
        this.#db.exec("ROLLBACK");
        throw error;
      }
      this.#lastSeq = next;
    });
    this.#lastSeq = Math.max(this.#lastSeq, seq);
  }

  list(query: EventQuery): readonly UpsEvent[] {
    this.#writeWaiting();
    const types = query.types ?? [];
    const rows = this.#db
      .prepare(
        `SELECT body FROM events WHERE at_ms >= ? ${types.length === 0 ? "" : `AND type IN (${types.map(() => "?").join(", ")})`} ORDER BY seq DESC LIMIT ?`,
      )
      .all(query.sinceMs ?? 0, ...types, query.limit ?? 1000);
    const stored = rows.map((row) => JSON.parse((row as unknown as Row).body) as UpsEvent).reverse();
    const waiting = this.#waiting
      .filter(
        ({ event, atMs }) =>
          atMs >= (query.sinceMs ?? 0) && (types.length === 0 || types.includes(event.type)),
      )
      .map(({ event }) => event);
    return [...stored, ...waiting].slice(-(query.limit ?? 1000));
  }

  close(): void {
    this.#writeWaiting();
    this.#db.close();
  }

  #writeWaiting(): void {
    if (this.#waiting.length === 0) return;
    this.#try(() => {
      while (this.#waiting[0] !== undefined) {
        const { event, atMs, sent } = this.#waiting[0];
        this.#insert.run(event.seq, event.id, atMs, event.type, JSON.stringify(event), sent ? 1 : 0);
        this.#waiting.shift();
        this.#appended += 1;
      }
      if (this.#appended >= pruneEvery) this.#prune();
    });
  }

  #prune(): void {
    this.#appended = 0;
    this.#db
      .prepare("DELETE FROM events WHERE sent = 1 AND seq <= (SELECT max(seq) FROM events) - ?")
      .run(keepSent);
  }

  /** Runs a write; trouble is told once, and its end too. */
  #try(write: () => void): void {
    try {
      write();
      if (!this.#troubled) return;
      this.#troubled = false;
      this.#onTrouble(null);
    } catch (error) {
      if (this.#troubled) return;
      this.#troubled = true;
      this.#onTrouble(`The journal cannot be written (${String(error)}); events wait in memory.`);
    }
  }
}

/** The journal over an open state database (`openStateDb`). */
export function createSqliteJournal(db: DatabaseSync, options: JournalOptions): EventJournal {
  return new SqliteJournal(db, options);
}
