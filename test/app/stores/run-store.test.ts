// What one run leaves for the next: how it ended, when it was last seen, and the sums.
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it, onTestFinished } from "vitest";
import { createSqliteRunStore } from "../../../agent/src/platform/sqlite-run-store.ts";
import { openStateDb, type StateDb } from "../../../agent/src/platform/state-db.ts";
import { firstMs, testFolder, testLog } from "../support/events.ts";

function open(path: string) {
  let writes = 0;
  const db = openStateDb(path, testLog(), firstMs);
  const counting: StateDb = {
    read: (run) => db.read(run),
    write(change) {
      writes += 1;
      db.write(change);
    },
    close: () => db.close(),
  };
  onTestFinished(() => db.close());
  return { store: createSqliteRunStore(counting, testLog()), close: () => db.close(), writes: () => writes };
}

const newPath = () => join(testFolder(), "agent.db");

it("knows of no run before the first", () => {
  const { store } = open(newPath());
  expect(store.lastRun()).toEqual({ kind: "none" });
  expect(store.counters()).toEqual({ dischargedPct: 0 });
});

it("tells a run that said how it ends from one that died", () => {
  const path = newPath();
  const ends = [
    { kind: "stopped", at: firstMs + 5, reason: "SIGTERM" },
    { kind: "shutdown", at: firstMs + 9, reason: "battery_percent_critical", text: "Battery critical." },
  ] as const;
  for (const end of ends) {
    const run = open(path);
    run.store.alive(firstMs);
    run.store.ended(end);
    run.close();
    const next = open(path);
    expect(next.store.lastRun()).toEqual(end);
    next.store.alive(firstMs + 60_000);
    next.close();
    const afterDeath = open(path);
    expect(afterDeath.store.lastRun()).toEqual({ kind: "died", lastSeenAt: firstMs + 60_000 });
    afterDeath.close();
  }
});

it("writes a sign of life at most once a minute", () => {
  const { store, writes } = open(newPath());
  for (let second = 0; second <= 180; second += 1) store.alive(firstMs + second * 1000);
  expect(writes()).toBe(4);
});

it("does not stay silent when the wall clock jumps back", () => {
  const { store, writes } = open(newPath());
  store.alive(firstMs);
  store.alive(firstMs - 3_600_000);
  expect(writes()).toBe(2);
});

it("lives on when a power-off failed: the next sign of life takes the end back", () => {
  const path = newPath();
  const run = open(path);
  run.store.alive(firstMs);
  run.store.ended({ kind: "shutdown", at: firstMs, reason: "requested", text: "Please." });
  run.store.alive(firstMs + 1000);
  run.close();
  expect(open(path).store.lastRun()).toEqual({ kind: "died", lastSeenAt: firstMs + 1000 });
});

it("keeps the counters", () => {
  const path = newPath();
  const run = open(path);
  run.store.saveCounters({ dischargedPct: 12.5 });
  run.store.saveCounters({ dischargedPct: 13 });
  run.close();
  expect(open(path).store.counters()).toEqual({ dischargedPct: 13 });
});

it("takes what it cannot understand as never written", () => {
  const path = newPath();
  open(path).close();
  const db = new DatabaseSync(path);
  db.exec(
    `INSERT INTO facts VALUES ('ended', '{"kind":"eaten"}'), ('counters', '{"dischargedPct":"many"}'), ('alive', 'x')`,
  );
  db.close();
  const { store } = open(path);
  expect(store.lastRun()).toEqual({ kind: "none" });
  expect(store.counters()).toEqual({ dischargedPct: 0 });
});
