// What outages teach: the shape of the gauge, the pace, the capacity, the resistance; that it survives a restart, and
// that nonsense from a disk teaches nothing.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { capacityFrom, healthOf, healthPct } from "../../agent/src/core/health.ts";
import { type LearnedBattery, nothingLearned, soundLearned } from "../../agent/src/core/learned.ts";
import type { Sample } from "../../agent/src/core/model.ts";
import { addToRun, beginRun, bins, coverage, evenUnits, learn } from "../../agent/src/core/profile.ts";
import { config, good, look, onMains, Run } from "./support/run.ts";

/** A run that lost its upper half at half the pace of its lower one. */
function unevenRun(fromPct = 100, toPct = 10) {
  let run = beginRun("minutes", fromPct);
  for (let pct = fromPct; pct > toPct; pct -= 0.5) {
    run = addToRun(run, { minutes: pct > 50 ? 1 : 0.5, mah: 0 }, pct - 0.5);
  }
  return run;
}

describe("the discharge profile", () => {
  it("makes an uneven fall even", () => {
    const profile = learn(null, unevenRun());
    const upper = evenUnits(profile, 100) - evenUnits(profile, 75);
    const lower = evenUnits(profile, 40) - evenUnits(profile, 15);
    expect(upper / lower).toBeCloseTo(2, 5);
    expect(profile).toMatchObject({ basis: "minutes", outages: 1 });
    expect(coverage(profile, 10, 100)).toBeCloseTo(1);
    expect(coverage(profile, 0, 10)).toBe(0);
  });

  it("learns nothing from less than thirty points", () => {
    expect(learn(null, unevenRun(100, 71))).toBeNull();
    expect(learn(null, unevenRun(100, 69))).not.toBeNull();
    expect(learn(null, null)).toBeNull();
  });

  it("believes two outages more than one, and keeps what only the first one saw", () => {
    const first = learn(null, unevenRun());
    let even = beginRun("minutes", 100);
    for (let pct = 99; pct >= 40; pct -= 1) even = addToRun(even, { minutes: 1, mah: 0 }, pct);
    const both = learn(first, even);
    expect(both?.outages).toBe(2);
    const ratio = (evenUnits(both, 90) - evenUnits(both, 80)) / (evenUnits(both, 50) - evenUnits(both, 40));
    expect(ratio).toBeGreaterThan(1.2);
    expect(ratio).toBeLessThan(2);
    expect(both?.worth[3]).not.toBeNull();
  });

  it("begins anew when the board has learned to sense its current", () => {
    let byCharge = beginRun("mah", 100);
    for (let pct = 99; pct >= 10; pct -= 1) byCharge = addToRun(byCharge, { minutes: 1, mah: 50 }, pct);
    expect(learn(learn(null, unevenRun()), byCharge)).toMatchObject({ basis: "mah", outages: 1 });
  });

  it("stays bounded and rising, whatever an outage looked like", () => {
    const falls = fc.array(
      fc.tuple(fc.double({ min: 0, max: 500, noNaN: true }), fc.double({ min: -5, max: 110, noNaN: true })),
      {
        maxLength: 200,
      },
    );
    fc.assert(
      fc.property(fc.array(falls, { maxLength: 4 }), (outages) => {
        let profile = null;
        for (const outage of outages) {
          let run = beginRun("minutes", 100);
          for (const [minutes, pct] of outage) run = addToRun(run, { minutes, mah: 0 }, pct);
          profile = learn(profile, run);
        }
        let before = 0;
        for (let pct = 0; pct <= 100; pct += 1) {
          const units = evenUnits(profile, pct);
          expect(Number.isFinite(units)).toBe(true);
          expect(units).toBeGreaterThanOrEqual(before);
          before = units;
        }
        expect(profile?.worth.length ?? bins).toBe(bins);
        expect(JSON.stringify(profile).length).toBeLessThan(1000);
      }),
    );
  });
});

describe("what the disk had", () => {
  it("comes back as it was", () => {
    const learned: LearnedBattery = {
      ...nothingLearned,
      profile: learn(null, unevenRun()),
      pace: 0.4,
      capacityMah: 5100,
    };
    expect(soundLearned(JSON.parse(JSON.stringify(learned)))).toEqual(learned);
  });

  it("is nothing when it cannot be", () => {
    expect(soundLearned(null)).toEqual(nothingLearned);
    expect(soundLearned({ ...nothingLearned, version: 2, pace: 1 })).toEqual(nothingLearned);
    expect(
      soundLearned({ version: 1, pace: -1, capacityMah: "5000", profile: { basis: "minutes", worth: [1] } }),
    ).toEqual(nothingLearned);
    const worth = Array.from({ length: bins }, () => "x");
    expect(
      soundLearned({ ...nothingLearned, profile: { basis: "mah", worth, outages: 1 } }).profile,
    ).toBeNull();
  });

  it("never makes a time that is none, whatever it is", () => {
    fc.assert(
      fc.property(fc.anything(), fc.double(), fc.double(), (any, a, b) => {
        for (const kept of [
          any,
          { version: 1, pace: a, sagMv: b, mahPerUnit: b, resistanceMohm: a, profile: any },
        ]) {
          const run = new Run();
          const battery = kept as LearnedBattery;
          const counters = { dischargedPct: 0 };
          run.feed({ type: "started", at: run.at, lastRun: { kind: "none" }, counters, battery });
          run.watch(5, look(true, 80));
          const { runtime } = run.now;
          if (runtime.kind !== "estimate") continue;
          expect(Number.isFinite(runtime.minutes)).toBe(true);
          expect(runtime.minutes).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});

describe("health", () => {
  it.each([
    [80, "good"],
    [79.9, "fair"],
    [60, "fair"],
    [59.9, "poor"],
    [null, "unknown"],
  ] as const)("of %s %% is %s", (pct, word) => {
    expect(healthOf(pct)).toBe(word);
  });

  it("is unknown while the capacity or the rated one is, and never over 100 %", () => {
    expect(healthPct(null, 6000)).toBeNull();
    expect(healthPct(5000, null)).toBeNull();
    expect(healthPct(6300, 6000)).toBe(100);
    expect(healthPct(3000, 6000)).toBe(50);
  });

  it("takes a capacity only from thirty points, and from a charge that can be", () => {
    expect(capacityFrom(1800, 90, 60, 6000)).toBe(6000);
    expect(capacityFrom(1700, 90, 60.1, 6000)).toBeNull();
    expect(capacityFrom(-1800, 90, 60, 6000)).toBeNull();
    expect(capacityFrom(18_000, 90, 60, 6000)).toBeNull();
    expect(capacityFrom(18_000, 90, 60, null)).toBe(60_000);
  });
});

const sensing = { senses: new Set([...config().senses, "current" as const]) };

function withCurrent(sample: Sample, currentMa: number): Sample {
  return sample.gauge.ok ? { ...sample, gauge: good({ ...sample.gauge.value, currentMa }) } : sample;
}

/** An outage of a pack with 5000 mAh and 100 mOhm at 2 A, from 95 to 15 %, then mains again. */
function measuredOutage(): Run {
  const run = new Run(sensing).start().watch(20, withCurrent(look(true, 95, 4100), 0));
  run.edge(false);
  const pctPerS = (2000 / 5000 / 3600) * 100;
  run.watch(7200, (s) => withCurrent(look(false, 95 - s * pctPerS, 3900 - s / 20), -2000));
  run.edge(true);
  run.watch(10, withCurrent(look(true, 15, 3640), 100));
  return run;
}

describe("an outage with a current", () => {
  const run = measuredOutage();

  it("measures capacity and resistance, once each, and keeps them", () => {
    const measured = run.effects.flatMap((effect) =>
      effect.type === "save_measurement" ? [effect.measurement] : [],
    );
    expect(measured.map(({ how }) => how)).toEqual(["ac_edge", "outage_charge"]);
    expect(measured[1]?.capacityMah).toBeCloseTo(5000, -1);
    expect(measured[0]?.resistanceMohm).toBeCloseTo((4100 - 3897) / 2, 0);
    expect(run.now).toMatchObject({ health: "good", capacityMah: measured[1]?.capacityMah });
    expect(run.now.healthPct).toBeCloseTo(83.3, 0);
    expect(run.now.resistanceMohm).toBeCloseTo(101.5, 0);
  });

  it("counts its cycle by the charge, not by the points", () => {
    // 4000 of the 6000 mAh that the pack is rated for, though the gauge fell by 80 points.
    expect(run.now.cycles).toBeCloseTo(0.667, 2);
  });

  it("is known to the next run, which knows its runtime on mains at once", () => {
    const saved = run.effects.findLast((effect) => effect.type === "save_battery")?.battery;
    const next = new Run(sensing);
    const counters = { dischargedPct: 0 };
    next.feed({ type: "started", at: next.at, lastRun: { kind: "none" }, counters, battery: saved ?? null });
    next.watch(10, withCurrent(look(true, 95, 4100), 0));
    expect(next.now).toMatchObject({ health: "good", runtime: { kind: "estimate", confidence: "medium" } });
    const minutes = next.now.runtime.kind === "estimate" ? next.now.runtime.minutes : 0;
    // 85 points of 50 mAh at 2 A.
    expect(Math.abs(minutes - 127.5)).toBeLessThan(8);
  });

  it("saves what it has learned before the power may be gone, but not at every step", () => {
    const saves = run.effects.filter(({ type }) => type === "save_battery").length;
    expect(saves).toBeGreaterThan(8);
    expect(saves).toBeLessThan(20);
  });
});

it("measures no health without a current, and says unknown", () => {
  const run = onMains(95);
  run.edge(false);
  run.watch(6000, (s) => look(false, 95 - s / 80));
  run.edge(true);
  run.watch(10, look(true, 20));
  expect(run.effects.filter(({ type }) => type === "save_measurement")).toEqual([]);
  expect(run.now).toMatchObject({
    health: "unknown",
    healthPct: null,
    capacityMah: null,
    resistanceMohm: null,
  });
  expect(
    run.effects.some(({ type }) => type === "save_battery"),
    "the pace and the shape are learned",
  ).toBe(true);
});

it("gives what it knows to the disk before a power-off and a stop", () => {
  const run = onMains(60);
  run.edge(false);
  run.watch(6000, (s) => look(false, 60 - s / 100));
  const types = run.effects.map(({ type }) => type);
  expect(types.lastIndexOf("save_battery")).toBe(types.indexOf("power_off") - 1);
  const stopped = onMains(60);
  stopped.edge(false);
  stopped.watch(600, (s) => look(false, 60 - s / 100));
  const last = stopped.feed({ type: "stop", at: stopped.at, reason: "SIGTERM" });
  expect(last.map(({ type }) => type)).toContain("save_battery");
});

describe("charging by a sensed current", () => {
  it("has a dead-band, so that a full battery does not flap", () => {
    const run = new Run(sensing).start();
    const at = (currentMa: number) => run.watch(3, withCurrent(look(true, 90), currentMa)).now.charging;
    expect([at(20), at(99), at(100), at(60), at(49), at(60)]).toEqual([
      false,
      false,
      true,
      true,
      false,
      false,
    ]);
    expect(run.types.filter((type) => type === "charging_started")).toHaveLength(1);
  });

  it("is not full while the charger still fills", () => {
    const run = new Run(sensing).start().watch(3, withCurrent(look(true, 95), 900));
    run.watch(5, withCurrent(look(true, 100), 400));
    expect(run.types).not.toContain("battery_full");
    run.watch(5, withCurrent(look(true, 100), 30));
    expect(run.types).toContain("battery_full");
  });
});
