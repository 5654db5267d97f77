// What is shown of the estimates: it runs down, never up, is never negative and never nothing; and what counts as a step.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultThresholds } from "../../agent/src/core/config-defaults.ts";
import { cutOffPct, sagAtCutOffMv, sagOf } from "../../agent/src/core/cut-off.ts";
import { addDrawn, type PowerState, takePower } from "../../agent/src/core/energy.ts";
import type { Sample } from "../../agent/src/core/model.ts";
import { ocvTable } from "../../agent/src/core/ocv.ts";
import { beginPublished, overtaken, publish } from "../../agent/src/core/published.ts";
import { takeVoltage, type VoltageState } from "../../agent/src/core/voltage-step.ts";
import { config, good, look, Run } from "./support/run.ts";

describe("the published minutes", () => {
  it("never rise and are never negative, whatever the estimates do", () => {
    const estimates = fc.array(
      fc.tuple(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.integer({ min: 0, max: 600_000 })),
      { minLength: 1, maxLength: 60 },
    );
    fc.assert(
      fc.property(estimates, (all) => {
        let monoMs = 0;
        let shown = beginPublished(all[0]?.[0] ?? 0, monoMs);
        for (const [raw, passed] of all) {
          monoMs += passed;
          const next = publish(shown, raw, monoMs);
          expect(next.minutes).toBeLessThanOrEqual(shown.minutes);
          expect(next.minutes).toBeGreaterThanOrEqual(0);
          shown = next;
        }
      }),
    );
  });

  it("follow a worse estimate within minutes, not at once", () => {
    let shown = beginPublished(200, 0);
    shown = publish(shown, 100, 1000);
    expect(shown.minutes).toBeGreaterThan(199);
    for (let s = 2; s <= 600; s += 1) shown = publish(shown, 100 - s / 60, s * 1000);
    expect(shown.minutes).toBeCloseTo(90, -1);
  });

  it("stand still until a better estimate is met, and give way when it stays much better", () => {
    let shown = beginPublished(60, 0);
    for (let s = 1; s <= 200; s += 1) shown = publish(shown, 70, s * 1000);
    expect(shown.minutes).toBe(60);
    expect(overtaken(shown, 200_000)).toBe(false);
    for (let s = 201; s <= 700; s += 1) shown = publish(shown, 120, s * 1000);
    expect(overtaken(shown, 700_000)).toBe(true);
  });
});

describe("a load step", () => {
  const power = (state: PowerState | null, mw: number, fromS: number, toS: number) => {
    let now = state;
    for (let s = fromS; s < toS; s += 1) now = takePower(now, mw * (1 + 0.2 * Math.sin(s * 1.7)), s * 1000);
    return now;
  };

  it("is a power that changes by more than 30 %, not one that jitters by 20 %", () => {
    const steady = power(null, 5000, 0, 600);
    expect(steady?.stepMonoMs).toBe(0);
    expect(steady?.slowMw).toBeCloseTo(5000, -3);
    const more = power(steady, 9000, 600, 900);
    expect(more?.stepMonoMs).toBeGreaterThanOrEqual(600_000);
    expect(more?.stepMonoMs).toBeLessThan(640_000);
    expect(more?.slowMw).toBeGreaterThan(8500);
  });

  it("is a voltage that moves and stays, not one odd reading nor a jitter", () => {
    let state: VoltageState | null = null;
    const take = (mv: number, s: number) => {
      const step = takeVoltage(state, mv, s * 1000);
      state = step.state;
      return step.stepMv;
    };
    for (let s = 0; s < 100; s += 1) expect(take(3900 + (s % 2), s)).toBe(0);
    expect([take(3750, 100), take(3900, 101), take(3900, 102)]).toEqual([0, 0, 0]);
    const steps = [take(3800, 103), take(3800, 104), take(3800, 105)];
    expect(steps.filter((mv) => mv !== 0)).toHaveLength(1);
    expect(Math.min(...steps)).toBeLessThan(-60);
    for (let s = 106; s < 400; s += 1) take(3800 + 100 * Math.sin(s * 2.1), s);
    for (let s = 400; s < 700; s += 1) expect(take(3800 + 100 * Math.sin(s * 2.1), s)).toBe(0);
  });

  it("leaves the charge that was drawn alone, a gap does not", () => {
    const drawn = { fromPct: 90, mah: 100, monoMs: 0 };
    expect(addDrawn(drawn, -3600, 1000)).toEqual({ fromPct: 90, mah: 101, monoMs: 1000 });
    expect(addDrawn(drawn, -3600, 120_000)).toBeNull();
  });
});

describe("the cut-off", () => {
  const table = ocvTable("li_ion", 3200);

  it("is the critical percent of a strong pack, and where the voltage ends it of a weak one", () => {
    expect(cutOffPct(0, table, defaultThresholds)).toBe(10);
    expect(cutOffPct(24, table, defaultThresholds)).toBe(10);
    expect(cutOffPct(450, table, defaultThresholds)).toBeCloseTo(50, 0);
    expect(cutOffPct(5000, table, defaultThresholds)).toBe(100);
  });

  it("takes the sag as it will be there: the same power draws more current from a lower voltage", () => {
    expect(sagAtCutOffMv(400, 3800, 3200)).toBe(475);
    expect(sagAtCutOffMv(400, 3150, 3200)).toBe(400);
  });

  it("takes the weakest cell, and the current where the gauge knows better than the table", () => {
    expect(sagOf({ cellMv: 3550, chargePct: 50 }, table, 100)).toBeCloseTo(100);
    expect(sagOf({ cellMv: 3550, lowestCellMv: 3500, chargePct: 50 }, table, 100)).toBeCloseTo(150);
    expect(sagOf({ cellMv: 3800, chargePct: 50 }, table, 100)).toBe(0);
    expect(sagOf({ cellMv: 3800, chargePct: 50, currentMa: -2000 }, table, 100)).toBe(200);
  });
});

describe("on a constant load without a step", { timeout: 60_000 }, () => {
  const noisy = fc.record({
    fromPct: fc.integer({ min: 30, max: 100 }),
    pctPerMin: fc.double({ min: 0.2, max: 4, noNaN: true }),
    noisePct: fc.constantFrom(0, 1 / 256, 0.05),
    currentMa: fc.constantFrom(undefined, -800, -2500),
    charge: fc.boolean(),
    seed: fc.integer({ min: 1, max: 1000 }),
  });

  it("the minutes left never rise, are never negative, and end at 0", () => {
    fc.assert(
      fc.property(noisy, ({ charge, currentMa, fromPct, noisePct, pctPerMin, seed }) => {
        const senses = new Set([...config().senses, "current" as const]);
        const run = new Run({ senses, sampleIntervalMs: 5000 }).start();
        const at = (s: number, acPresent: boolean): Sample => {
          const pct = fromPct - (Math.max(0, s) / 60) * pctPerMin + noisePct * Math.sin(s * seed);
          const cellMv = 3500 + 5 * pct - (acPresent ? 0 : 40);
          const reading = {
            cellMv,
            ...(charge ? { chargePct: Math.floor(pct * 256) / 256 } : {}),
            ...(currentMa === undefined ? {} : { currentMa: acPresent ? 0 : currentMa }),
          };
          return { ...look(acPresent, 50), gauge: good(reading) };
        };
        for (let s = -100; s < 0; s += 5) {
          run.sample(at(s, true));
          run.pass(5000);
        }
        run.edge(false);
        let before = Number.POSITIVE_INFINITY;
        for (let s = 0; s < Math.min(14_400, (fromPct / pctPerMin) * 60) && !run.poweredOff(); s += 5) {
          run.sample(at(s, false));
          run.pass(5000);
          const { runtime } = run.now;
          if (runtime.kind !== "estimate") continue;
          expect(runtime.minutes).toBeLessThanOrEqual(before + 1e-9);
          expect(runtime.minutes).toBeGreaterThanOrEqual(0);
          before = runtime.minutes;
        }
        expect(run.types).not.toContain("ups_fault");
      }),
      { numRuns: 60 },
    );
  });
});
