// A state file that went bad, from every direction: it is kept and named, a new one begins, and numbers go on.
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { createSqliteJournal, type SqliteJournal } from "../../../agent/src/platform/sqlite-journal.ts";
import { openStateDb } from "../../../agent/src/platform/state-db.ts";
import { draft, firstMs, type TestLog, testFolder, testLog } from "../support/events.ts";

interface Opened {
  readonly journal: SqliteJournal;
  readonly log: TestLog;
  readonly trouble: (string | null)[];
}

function open(path: string): Opened {
  const log = testLog();
  const trouble: (string | null)[] = [];
  const db = openStateDb(path, log, firstMs);
  const journal = createSqliteJournal(db, { onTrouble: (message) => trouble.push(message) });
  onTestFinished(() => journal.close());
  return { journal, log, trouble };
}

/** A file with `count` events in it, cleanly closed. */
function filled(count: number): string {
  const path = join(testFolder(), "agent.db");
  const { journal } = open(path);
  for (let n = 1; n <= count; n += 1) journal.append(draft(n));
  journal.close();
  return path;
}

function asideOf(path: string): string[] {
  return readdirSync(dirname(path)).filter((name) => name.includes(".damaged-"));
}

/** Overwrites the file from `from` to its end; the head of a file is its first 4096 bytes. */
function scribble(path: string, from: number): void {
  const size = readFileSync(path).length;
  const file = openSync(path, "r+");
  writeSync(file, Buffer.alloc(size - from, 0xa5), 0, size - from, from);
  closeSync(file);
}

describe("a file that is no database", () => {
  it("is kept under a name that the log tells, and a new journal begins", () => {
    const path = join(testFolder(), "agent.db");
    writeFileSync(path, "this was never a database, but somebody may want it back ".repeat(100));
    const { journal, log, trouble } = open(path);
    expect(journal.append(draft(1)).seq).toBe(1);
    expect(asideOf(path)).toEqual([`agent.db.damaged-${firstMs}`]);
    expect(readFileSync(join(dirname(path), asideOf(path)[0] ?? ""), "utf8")).toContain("somebody may want");
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]?.level).toBe("error");
    expect(log.lines[0]?.message).toContain(`${path}.damaged-${firstMs}`);
    expect(log.lines[0]?.fields["code"]).toBe("PI_UPS_JOURNAL_DAMAGED");
    expect(trouble).toEqual([]);
  });

  it("does not overwrite the one that was kept before", () => {
    const path = join(testFolder(), "agent.db");
    for (const content of ["first ", "second "]) {
      writeFileSync(path, content.repeat(1000));
      open(path).journal.close();
    }
    expect(asideOf(path).sort()).toEqual([`agent.db.damaged-${firstMs}`, `agent.db.damaged-${firstMs}-2`]);
  });
});

describe("a database with damaged pages", () => {
  it("is replaced when a read meets the damage, and the agent goes on", () => {
    const path = filled(50);
    scribble(path, 4096);
    const { journal, log } = open(path);
    journal.list({});
    const { seq } = journal.append(draft(51));
    expect(journal.list({}).map((event) => event.seq)).toEqual([seq]);
    expect(asideOf(path)).toHaveLength(1);
    expect(log.lines.map(({ fields }) => fields["code"])).toEqual(["PI_UPS_JOURNAL_DAMAGED"]);
  });

  it("goes on behind the numbers that the file still tells", () => {
    const path = filled(400);
    scribble(path, readFileSync(path).length - 3 * 4096);
    const { journal } = open(path);
    journal.list({});
    expect(journal.append(draft(401)).seq).toBe(401);
    expect(asideOf(path)).toHaveLength(1);
  });

  it("is replaced when it was cut short", () => {
    const path = filled(400);
    truncateSync(path, readFileSync(path).length - 3 * 4096);
    const { journal } = open(path);
    journal.append(draft(401));
    expect(journal.list({})).toHaveLength(1);
    expect(asideOf(path)).toHaveLength(1);
  });
});

describe("a file of a newer agent", () => {
  it("is kept, said, and its numbers are not used again", () => {
    const path = filled(7);
    const newer = new DatabaseSync(path);
    newer.exec("PRAGMA user_version = 9");
    newer.close();
    const { journal, log } = open(path);
    expect(journal.append(draft(8)).seq).toBe(8);
    expect(log.lines[0]?.message).toContain("its version is 9");
    expect(asideOf(path)).toHaveLength(1);
  });
});

describe("a folder that is removed under a running agent", () => {
  it("is made anew with every event in it", () => {
    const path = join(testFolder(), "state", "agent.db");
    const { journal, trouble } = open(path);
    journal.append(draft(1));
    rmSync(dirname(path), { recursive: true });
    const { seq } = journal.append(draft(2));
    expect(trouble.filter((message) => message !== null)).toEqual([]);
    journal.close();
    expect(
      open(path)
        .journal.list({})
        .map((event) => event.seq),
    ).toEqual([1, seq]);
    expect(seq).toBe(2);
  });
});

describe("a second process on the same file", () => {
  it("is refused with a sentence", () => {
    const path = join(testFolder(), "agent.db");
    open(path);
    expect(() => openStateDb(path, testLog(), firstMs)).toThrow(
      expect.objectContaining({
        code: "PI_UPS_STATE_IN_USE",
        message: expect.stringContaining("its own `state_dir`"),
      }),
    );
  });
});
