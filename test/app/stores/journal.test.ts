// The journal on a real SQLite file: numbers, order, acknowledgements, limits, and what survives a reopening.
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import * as fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { createSqliteJournal, type SqliteJournal } from "../../../agent/src/platform/sqlite-journal.ts";
import { openStateDb } from "../../../agent/src/platform/state-db.ts";
import { newestSchema } from "../../../agent/src/platform/state-schema.ts";
import { draft, firstMs, testFolder, testLog } from "../support/events.ts";

type Options = Parameters<typeof createSqliteJournal>[1];

function open(path: string, options: Partial<Options> = {}): SqliteJournal {
  const journal = createSqliteJournal(openStateDb(path, testLog(), firstMs), {
    onTrouble: (message) => {
      throw new Error(message ?? "no trouble");
    },
    ...options,
  });
  onTestFinished(() => journal.close());
  return journal;
}

function fresh(options: Partial<Options> = {}): { journal: SqliteJournal; path: string } {
  const path = join(testFolder(), "agent.db");
  return { path, journal: open(path, options) };
}

const seqs = (events: readonly { readonly seq: number }[]) => events.map(({ seq }) => seq);

describe("the journal", () => {
  it("gives each event the next number and keeps every field", () => {
    const { journal } = fresh();
    expect(journal.append(draft(1))).toEqual({
      id: "b00t-1",
      seq: 1,
      time: "2026-11-23T05:18:15.123+01:00",
      type: "ac_power_loss",
      value: 96,
      threshold: null,
      unit: "%",
      message: "Event 1.",
      detail: { battery_percent: 96 },
    });
    expect(journal.append(draft(2)).seq).toBe(2);
    expect(journal.lastSeq()).toBe(2);
  });

  it("has every event again after it was closed and opened", () => {
    const { journal, path } = fresh();
    const before = [journal.append(draft(1)), journal.append(draft(2))];
    journal.acknowledge(1);
    journal.close();
    const again = open(path);
    expect(again.list({})).toEqual(before);
    expect(seqs(again.unsent(10))).toEqual([2]);
    expect(again.append(draft(3)).seq).toBe(3);
  });

  it("hands out unsent events oldest first, as many as asked for", () => {
    const { journal } = fresh();
    for (let n = 1; n <= 5; n += 1) journal.append(draft(n));
    expect(seqs(journal.unsent(3))).toEqual([1, 2, 3]);
    journal.acknowledge(3);
    expect(seqs(journal.unsent(3))).toEqual([4, 5]);
    expect(journal.unsentCount()).toBe(2);
  });

  it("does not take an acknowledgement back", () => {
    const { journal } = fresh();
    for (let n = 1; n <= 3; n += 1) journal.append(draft(n));
    journal.acknowledge(3);
    journal.acknowledge(1);
    expect(journal.unsentCount()).toBe(0);
  });

  it("lists by type, time and number, newest last", () => {
    const { journal } = fresh();
    for (let n = 1; n <= 6; n += 1) {
      journal.append(draft(n, n % 2 === 0 ? "ac_power_restored" : "ac_power_loss"));
    }
    expect(seqs(journal.list({ types: ["ac_power_restored"] }))).toEqual([2, 4, 6]);
    expect(seqs(journal.list({ types: ["ac_power_restored", "ac_power_loss"], limit: 2 }))).toEqual([5, 6]);
    expect(seqs(journal.list({ sinceMs: firstMs + 5000 }))).toEqual([5, 6]);
    expect(journal.list({ types: ["ups_fault"] })).toEqual([]);
    expect(journal.list({ limit: 0 })).toEqual([]);
  });

  it("does not use a number again after the rows are pruned and the file is reopened", () => {
    const { journal, path } = fresh({ limits: { sent: 0 } });
    for (let n = 1; n <= 4; n += 1) journal.append(draft(n));
    journal.acknowledge(4);
    journal.close();
    const again = open(path, { limits: { sent: 0 } });
    again.append(draft(5));
    again.acknowledge(5);
    again.close();
    const empty = open(path, { limits: { sent: 0 } });
    empty.startAbove(5);
    expect(empty.append(draft(6)).seq).toBe(6);
    expect(seqs(empty.list({}))).not.toContain(4);
  });

  it("keeps the newest sent events and every unsent one within its limits", () => {
    const dropped: number[] = [];
    const { journal, path } = fresh();
    for (let n = 1; n <= 10; n += 1) journal.append(draft(n));
    journal.acknowledge(6);
    journal.close();
    const options = { limits: { sent: 2, unsent: 3 }, onDropped: (count: number) => dropped.push(count) };
    const small = open(path, options);
    small.append(draft(11));
    expect(seqs(small.list({}))).toEqual([5, 6, 9, 10, 11]);
    expect(dropped).toEqual([2]);
  });
});

describe("Home Assistant knows a higher number than the journal", () => {
  it("gives the unsent events numbers above it, in their order, and goes on from there", () => {
    const { journal, path } = fresh();
    for (let n = 1; n <= 3; n += 1) journal.append(draft(n));
    journal.acknowledge(1);
    journal.renumberAbove(60);
    expect(journal.unsent(10).map(({ id, seq }) => [id, seq])).toEqual([
      ["b00t-2", 61],
      ["b00t-3", 62],
    ]);
    expect(journal.append(draft(4)).seq).toBe(63);
    journal.close();
    expect(seqs(open(path).list({}))).toEqual([1, 61, 62, 63]);
  });

  it("remembers it without any event, over a restart", () => {
    const { journal, path } = fresh();
    journal.renumberAbove(60);
    journal.close();
    const again = open(path);
    expect(again.lastSeq()).toBe(60);
    expect(again.append(draft(1)).seq).toBe(61);
  });
});

describe("any history", () => {
  type Step =
    | { readonly kind: "append" }
    | { readonly kind: "reopen" }
    | { readonly kind: "acknowledge"; readonly by: number }
    | { readonly kind: "renumber"; readonly by: number };
  const steps = fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constant<Step>({ kind: "append" }) },
      fc.constant<Step>({ kind: "reopen" }),
      fc.nat(5).map<Step>((by) => ({ kind: "acknowledge", by })),
      fc.nat(5).map<Step>((by) => ({ kind: "renumber", by })),
    ),
    { maxLength: 25 },
  );

  it("never uses a number twice, and sends every event until it is acknowledged", async () => {
    await fc.assert(
      fc.property(steps, (history) => {
        const path = join(testFolder(), "agent.db");
        let journal = open(path);
        const unsent: string[] = [];
        let highest = 0;
        let count = 0;
        for (const step of history) {
          if (step.kind === "append") {
            count += 1;
            const { seq, id } = journal.append(draft(count));
            expect(seq).toBeGreaterThan(highest);
            highest = seq;
            unsent.push(id);
          } else if (step.kind === "reopen") {
            journal.close();
            journal = open(path);
          } else if (step.kind === "acknowledge") {
            const sent = journal.unsent(step.by);
            journal.acknowledge(sent.at(-1)?.seq ?? 0);
            unsent.splice(0, sent.length);
          } else {
            journal.renumberAbove(highest + step.by);
            highest = journal.lastSeq();
          }
          expect(journal.unsent(1000).map(({ id }) => id)).toEqual(unsent);
          const listed = seqs(journal.list({}));
          expect(new Set(listed).size).toBe(count);
          expect(Math.max(0, ...listed)).toBeLessThanOrEqual(highest);
        }
        journal.close();
      }),
      { numRuns: 60 },
    );
  });
});

describe("the file", () => {
  it("has a version, syncs every commit and is locked for this process", () => {
    const { journal, path } = fresh();
    journal.append(draft(1));
    const other = new DatabaseSync(path, { timeout: 0 });
    onTestFinished(() => other.close());
    expect(() => other.exec("SELECT * FROM events")).toThrow(/locked/);
    journal.close();
    expect(other.prepare("PRAGMA user_version").get()).toEqual({ user_version: newestSchema });
    expect(other.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
  });
});
