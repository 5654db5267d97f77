// A process that appends events as fast as it can and prints each number after `append` returned. It also acknowledges
// now and then, and says `acked N` after that returned. It is meant to be killed.
import { writeSync } from "node:fs";
import { createSqliteJournal } from "../../../agent/src/platform/sqlite-journal.ts";
import { openStateDb } from "../../../agent/src/platform/state-db.ts";

const [, , path = "", boot = ""] = process.argv;
/** Synchronous, so that what was printed is true of what was done before. */
const say = (line: string) => writeSync(1, `${line}\n`);
const log = { log: (_level: string, message: string) => say(`log ${message}`) };
const journal = createSqliteJournal(openStateDb(path, log, Date.now()), {
  onTrouble: (message) => say(`trouble ${message}`),
});

for (let n = 1; ; n += 1) {
  const { seq, id } = journal.append({
    id: `${boot}-${n}`,
    at: { monoMs: n, wallMs: Date.now(), utcOffsetMin: 60 },
    type: "ups_fault",
    value: n,
    threshold: null,
    unit: null,
    message: `Event ${n} of ${boot}. ${"x".repeat((n * 37) % 300)}`,
    detail: {},
  });
  say(`${seq} ${id}`);
  if (n % 25 === 0) {
    journal.acknowledge(seq - 10);
    say(`acked ${seq - 10}`);
  }
}
