// kill -9 in the middle of writing, many times on one file: no event that was told to be written is lost, no number is
// used twice, no acknowledgement that was told is taken back.
import { join } from "node:path";
import { expect, it } from "vitest";
import { createSqliteJournal } from "../../agent/src/platform/sqlite-journal.ts";
import { openStateDb } from "../../agent/src/platform/state-db.ts";
import { testFolder, testLog } from "../app/support/events.ts";
import { delay, runNode, until } from "../support/agent-process.ts";

const script = join(import.meta.dirname, "support/append-loop.ts");
const kills = 12;

it("loses nothing that was told to be written, and uses no number twice", async () => {
  const path = join(testFolder(), "agent.db");
  const told = new Map<number, string>();
  let acked = 0;
  for (let kill = 1; kill <= kills; kill += 1) {
    const child = runNode([script, path, `boot${kill}`]);
    await until(
      () => `a first event of run ${kill}`,
      () => child.out().includes("\n"),
    );
    // Different moments, from the first writes to the first checkpoints.
    await delay(15 * kill);
    child.kill("SIGKILL");
    const { out, signal } = await child.ended;
    expect(signal).toBe("SIGKILL");
    // A torn last line was not told.
    for (const line of out.split("\n").slice(0, -1)) {
      const [first = "", second = ""] = line.split(" ");
      if (first === "acked") acked = Math.max(acked, Number(second));
      else {
        expect(line, "neither log nor trouble").toMatch(/^\d+ boot\d+-\d+$/);
        expect(told.has(Number(first)), `number ${first} is used twice`).toBe(false);
        told.set(Number(first), second);
      }
    }
  }
  const log = testLog();
  const journal = createSqliteJournal(openStateDb(path, log, 0), { onTrouble: () => {} });
  const stored = new Map(journal.list({ limit: 1_000_000 }).map(({ seq, id }) => [seq, id]));
  const missing = [...told].filter(([seq, id]) => stored.get(seq) !== id);
  expect(missing).toEqual([]);
  expect(told.size).toBeGreaterThan(kills * 20);
  expect(log.lines).toEqual([]);
  // At most one event per kill was on disk before its number could be told.
  expect(stored.size - told.size).toBeLessThanOrEqual(kills);
  expect(acked).toBeGreaterThan(0);
  const firstUnsent = journal.unsent(1)[0]?.seq ?? 0;
  expect(firstUnsent).toBeGreaterThan(acked);
  journal.close();
});
