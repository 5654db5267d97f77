// What one run leaves for the next: how it ended, when it was last seen, and the sums.
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it, onTestFinished } from "vitest";
import { type BatteryMeasurement, nothingLearned } from "../../../agent/src/core/learned.ts";
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

it("keeps what was left on the board, and writes it only when it changes", () => {
  const path = newPath();
  const run = open(path);
  expect([run.store.chargeForbidden(), run.store.pressBegun()]).toEqual([false, false]);
  run.store.setChargeForbidden(false);
  run.store.setPressBegun(false);
  expect(run.writes()).toBe(0);
  run.store.setPressBegun(true);
  run.store.setPressBegun(true);
  expect(run.writes()).toBe(1);
  run.close();
  const next = open(path);
  expect([next.store.chargeForbidden(), next.store.pressBegun()]).toEqual([false, true]);
  next.store.setChargeForbidden(true);
  next.store.setPressBegun(false);
  next.close();
  const last = open(path);
  expect([last.store.chargeForbidden(), last.store.pressBegun()]).toEqual([true, false]);
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

const learned = { ...nothingLearned, pace: 0.4, capacityMah: 5100, resistanceMohm: 92 };

it("keeps what was learned about the battery", () => {
  const path = newPath();
  const run = open(path);
  expect(run.store.battery()).toBeNull();
  run.store.saveBattery(learned);
  run.store.saveBattery({ ...learned, pace: 0.5 });
  run.close();
  expect(open(path).store.battery()).toEqual({ ...learned, pace: 0.5 });
});

it("knows nothing of a battery that a newer agent wrote down in another form", () => {
  const path = newPath();
  const run = open(path);
  run.store.saveBattery({ ...learned, version: 2 as unknown as 1 });
  expect(run.store.battery()).toBeNull();
});

it("keeps the battery's figures in their order, and the newest when there are too many", () => {
  const path = newPath();
  open(path).close();
  const figure = (day: number): BatteryMeasurement => ({
    atMs: firstMs + day * 86_400_000,
    capacityMah: day % 2 === 0 ? 5000 - day : null,
    resistanceMohm: day % 2 === 0 ? null : 90 + day / 100,
    how: day % 2 === 0 ? "outage_charge" : "ac_edge",
  });
  const years = new DatabaseSync(path);
  const insert = years.prepare(
    "INSERT INTO battery_measurements (at_ms, capacity_mah, resistance_mohm, how) VALUES (?, ?, ?, ?)",
  );
  years.exec("BEGIN");
  for (let day = 0; day < 2005; day += 1) {
    const { atMs, capacityMah, how, resistanceMohm } = figure(day);
    insert.run(atMs, capacityMah, resistanceMohm, how);
  }
  years.exec("COMMIT");
  years.close();
  const run = open(path);
  for (let day = 2005; day < 2010; day += 1) run.store.addMeasurement(figure(day));
  run.close();
  const kept = open(path).store.measurements();
  expect(kept).toHaveLength(2000);
  expect(kept[0]).toEqual(figure(10));
  expect(kept.at(-1)).toEqual(figure(2009));
});

it("brings the file of an older agent to the new tables, with everything that was in it", () => {
  const path = newPath();
  const run = open(path);
  run.store.saveCounters({ dischargedPct: 42 });
  run.close();
  const old = new DatabaseSync(path);
  old.exec("DROP TABLE battery_measurements; PRAGMA user_version = 1;");
  old.close();
  const { store } = open(path);
  expect(store.counters()).toEqual({ dischargedPct: 42 });
  store.addMeasurement({ atMs: firstMs, capacityMah: 5000, resistanceMohm: null, how: "outage_charge" });
  expect(store.measurements()).toHaveLength(1);
});
