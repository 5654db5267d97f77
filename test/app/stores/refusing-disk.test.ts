// The journal while its disk refuses and after it: events wait with their numbers, acknowledgements count at once, and
// nothing is told or written twice.
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { UpsError } from "../../../agent/src/core/ups-error.ts";
import {
  createSqliteJournal,
  type JournalOptions,
  type SqliteJournal,
} from "../../../agent/src/platform/sqlite-journal.ts";
import { openStateDb, type StateDb } from "../../../agent/src/platform/state-db.ts";
import { draft, firstMs, testFolder, testLog } from "../support/events.ts";

interface Disk extends StateDb {
  refuses: boolean;
  writes: number;
}

/** A real database whose writes can be made to fail, as on a full disk. */
function disk(path = join(testFolder(), "agent.db")): Disk {
  const db = openStateDb(path, testLog(), firstMs);
  const made: Disk = {
    refuses: false,
    writes: 0,
    read: (run) => db.read(run),
    write(change) {
      made.writes += 1;
      if (made.refuses) throw new UpsError("PI_UPS_JOURNAL_UNWRITABLE", "The disk is full.");
      db.write(change);
    },
    close: () => db.close(),
  };
  onTestFinished(() => db.close());
  return made;
}

function open(db: StateDb, limits: JournalOptions["limits"] = {}) {
  const trouble: (string | null)[] = [];
  const dropped: number[] = [];
  const journal: SqliteJournal = createSqliteJournal(db, {
    onTrouble: (message) => trouble.push(message),
    onDropped: (count) => dropped.push(count),
    limits,
  });
  return { journal, trouble, dropped };
}

const seqs = (events: readonly { readonly seq: number }[]) => events.map(({ seq }) => seq);

it("keeps events in memory, tells it once, and writes them all with the next event", () => {
  const db = disk();
  const { journal, trouble } = open(db);
  journal.append(draft(1));
  db.refuses = true;
  expect(seqs([journal.append(draft(2)), journal.append(draft(3))])).toEqual([2, 3]);
  expect(trouble).toEqual(["The disk is full."]);
  expect(seqs(journal.unsent(10))).toEqual([1, 2, 3]);
  expect(seqs(journal.list({ types: ["ac_power_loss"], limit: 2 }))).toEqual([2, 3]);
  expect(journal.unsentCount()).toBe(3);
  db.refuses = false;
  journal.append(draft(4));
  expect(trouble).toEqual(["The disk is full.", null]);
  expect(seqs(open(db).journal.list({}))).toEqual([1, 2, 3, 4]);
});

it("does not send again what was acknowledged meanwhile, and remembers it when the disk works", () => {
  const db = disk();
  const { journal } = open(db);
  journal.append(draft(1));
  db.refuses = true;
  journal.append(draft(2));
  journal.append(draft(3));
  journal.acknowledge(2);
  expect(seqs(journal.unsent(10))).toEqual([3]);
  expect(journal.unsentCount()).toBe(1);
  db.refuses = false;
  journal.append(draft(4));
  expect(seqs(open(db).journal.unsent(10))).toEqual([3, 4]);
});

it("renumbers what waits as well as what is stored", () => {
  const db = disk();
  const { journal } = open(db);
  journal.append(draft(1));
  db.refuses = true;
  journal.append(draft(2));
  journal.renumberAbove(60);
  expect(seqs(journal.unsent(10))).toEqual([61, 62]);
  db.refuses = false;
  journal.append(draft(3));
  expect(seqs(open(db).journal.list({}))).toEqual([61, 62, 63]);
});

it("gives what waits higher numbers when the disk comes back with more events than were known", () => {
  const path = join(testFolder(), "agent.db");
  const before = open(disk(path));
  for (let n = 1; n <= 5; n += 1) before.journal.append(draft(n));
  before.journal.close();
  const db = disk(path);
  // At the start the disk could not even be read.
  const blind = { read: true };
  const empty = disk();
  const half: StateDb = {
    read: (run) => (blind.read ? empty : db).read(run),
    write: (change) => db.write(change),
    close: () => db.close(),
  };
  db.refuses = true;
  const { journal } = open(half);
  expect(journal.append(draft(1, "ups_fault", "later")).seq).toBe(1);
  db.refuses = false;
  blind.read = false;
  expect(journal.append(draft(2, "ups_fault", "later")).seq).toBe(7);
  expect(seqs(journal.list({}))).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

it("bothers a failing disk every 10 s, not at every look, but always with a new event", () => {
  const now = vi.spyOn(performance, "now");
  onTestFinished(() => now.mockRestore());
  now.mockReturnValue(100_000);
  const db = disk();
  const { journal } = open(db);
  db.refuses = true;
  journal.append(draft(1));
  journal.append(draft(2));
  expect(db.writes).toBe(2);
  for (let look = 0; look < 50; look += 1) {
    now.mockReturnValue(100_000 + look * 100);
    journal.retry();
    journal.unsent(10);
  }
  expect(db.writes).toBe(2);
  now.mockReturnValue(110_100);
  journal.retry();
  expect(db.writes).toBe(3);
});

it("keeps the newest when too much waits, and tells what it dropped", () => {
  const db = disk();
  const { journal, dropped } = open(db, { waiting: 3 });
  db.refuses = true;
  for (let n = 1; n <= 5; n += 1) journal.append(draft(n));
  expect(seqs(journal.unsent(10))).toEqual([3, 4, 5]);
  expect(dropped).toEqual([1, 1]);
});
