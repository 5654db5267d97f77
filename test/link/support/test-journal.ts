// The agent's own journal on a database in a folder of its own, with a short way to record events.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSqliteJournal } from "../../../agent/src/platform/sqlite-journal.ts";
import { openStateDb } from "../../../agent/src/platform/state-db.ts";
import type { EventJournal } from "../../../agent/src/ports/ports.ts";
import type { UpsEvent } from "../../../agent/src/protocol/events.ts";
import { startMs } from "./clocks.ts";

export interface TestJournal extends EventJournal {
  /** Records `count` plain events. */
  fill(count: number): void;
  record(message: string): UpsEvent;
  /** Closes it and removes its folder. */
  remove(): void;
}

/** @param bootId the first part of the events' ids */
export function testJournal(bootId = "b3f2a1c09d4e"): TestJournal {
  const folder = mkdtempSync(join(tmpdir(), "pi-ups-link-"));
  const db = openStateDb(join(folder, "state.db"), { log: () => {} }, startMs);
  const journal = createSqliteJournal(db, {
    onTrouble(message) {
      if (message !== null) throw new Error(message);
    },
  });
  let made = 0;
  const record = (message: string): UpsEvent => {
    made += 1;
    return journal.append({
      id: `${bootId}-${made}`,
      at: { monoMs: made, wallMs: startMs + made, utcOffsetMin: 60 },
      type: "ac_power_loss",
      value: 96,
      threshold: null,
      unit: "%",
      message,
      detail: {},
    });
  };
  return {
    append: (draft) => journal.append(draft),
    unsent: (limit) => journal.unsent(limit),
    unsentCount: () => journal.unsentCount(),
    acknowledge: (seq) => journal.acknowledge(seq),
    lastSeq: () => journal.lastSeq(),
    renumberAbove: (seq) => journal.renumberAbove(seq),
    list: (query) => journal.list(query),
    close: () => journal.close(),
    record,
    fill(count) {
      for (let n = 0; n < count; n += 1) record(`Event ${n}.`);
    },
    remove() {
      journal.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
