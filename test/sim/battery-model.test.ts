// The simulated pack: physics that a real one shows, and books of energy that balance.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findBoard } from "../../agent/src/boards/registry.ts";
import {
  advanceBattery,
  type BatteryState,
  type Drive,
  react,
  restedBattery,
} from "../../agent/src/sim/battery-model.ts";
import { ocvMv, ocvTable, ocvToPct } from "../../agent/src/sim/ocv.ts";
import { packFor } from "../../agent/src/sim/sim-pack.ts";

function pack(id = "x1201") {
  const board = findBoard(id);
  if (board === null) throw new Error(`${id} is gone`);
  return packFor(board);
}

const onBattery = (loadW: number): Drive => ({ acPresent: false, chargeAllowed: true, loadW });
const onMains: Drive = { acPresent: true, chargeAllowed: true, loadW: 6 };

describe("open-circuit table", () => {
  const table = ocvTable("li_ion", 3000);

  it.each([
    [100, 4172],
    [50, 3650],
    [20, 3552],
    [15, 3525],
    [0, 3000],
  ])("%d %% rests at %d mV", (pct, mv) => {
    expect(ocvMv(table, pct)).toBeCloseTo(mv, 6);
  });

  it("rises everywhere, and its inverse gives the charge back", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 100, noNaN: true }), (pct) => {
        expect(ocvToPct(table, ocvMv(table, pct))).toBeCloseTo(pct, 6);
        expect(ocvMv(table, Math.min(100, pct + 0.1))).toBeGreaterThanOrEqual(ocvMv(table, pct));
      }),
    );
  });

  it("of LiFePO4 is flat in the middle, and its charge ends at 100 %", () => {
    const table = ocvTable("lifepo4", 2900);
    expect(ocvMv(table, 80) - ocvMv(table, 30)).toBeLessThan(100);
    expect(ocvMv(table, 0)).toBe(2900);
    const params = { ...pack(), ocv: table, chargeMv: 3600 };
    const full = advanceBattery(params, restedBattery(params, 97), onMains, 3 * 3600).battery;
    expect(full.charger).toBe("done");
    expect(full.chargePct).toBeGreaterThan(99.5);
  });
});

describe("voltage", () => {
  it("sags at once with the load, more with more load, and further while it lasts", () => {
    const params = pack();
    const rested = restedBattery(params, 80);
    const light = react(params, rested, onBattery(5));
    const heavy = react(params, rested, onBattery(15));
    expect(light.cellMv).toBeLessThan(rested.cellMv - 50);
    expect(heavy.cellMv).toBeLessThan(light.cellMv - 50);
    const later = advanceBattery(params, rested, onBattery(15), 60).battery;
    expect(later.cellMv).toBeLessThan(heavy.cellMv - 20);
  });

  it("gives the load its power: current times voltage, less the converter's loss", () => {
    const params = pack();
    const state = react(params, restedBattery(params, 60), onBattery(10));
    const watts = ((-state.currentMa / 1000) * state.cellMv) / 1000;
    expect(watts * params.converterEfficiency).toBeCloseTo(10, 6);
  });

  it("rises at once when charging begins and recovers when the load ends", () => {
    const params = pack();
    const loaded = advanceBattery(params, restedBattery(params, 50), onBattery(12), 120).battery;
    const charging = react(params, loaded, onMains);
    expect(charging.currentMa).toBe(params.chargeMa);
    expect(charging.cellMv).toBeGreaterThan(loaded.cellMv + 200);
    const resting = advanceBattery(params, loaded, onBattery(0), 600).battery;
    expect(resting.cellMv).toBeCloseTo(ocvMv(params.ocv, resting.chargePct), 0);
  });
});

describe("charging", () => {
  it("is constant current, then constant voltage with a falling current, then done", () => {
    const params = pack();
    let state: BatteryState = restedBattery(params, 5);
    const phases: string[] = [];
    const voltageLimited: number[] = [];
    for (let minute = 0; minute < 600 && state.charger !== "done"; minute += 1) {
      state = advanceBattery(params, state, onMains, 60).battery;
      if (phases.at(-1) !== state.charger) phases.push(state.charger);
      if (state.charger === "constant_current") expect(state.currentMa).toBe(params.chargeMa);
      if (state.charger === "constant_voltage") {
        expect(state.cellMv).toBeCloseTo(params.chargeMv, 6);
        voltageLimited.push(state.currentMa);
      }
    }
    expect(phases).toEqual(["constant_current", "constant_voltage", "done"]);
    expect(voltageLimited.length).toBeGreaterThan(10);
    expect(voltageLimited).toEqual([...voltageLimited].sort((a, b) => b - a));
    expect(voltageLimited.at(-1)).toBeGreaterThanOrEqual(params.terminationMa * 0.9);
    expect(state.chargePct).toBeGreaterThan(98);
    expect(state.currentMa).toBe(0);
  });

  it("rests on mains when full, and begins again only after the charge has fallen", () => {
    const params = pack();
    const full: BatteryState = { ...restedBattery(params, 99), charger: "done" };
    const week = advanceBattery(params, full, onMains, 7 * 86_400).battery;
    expect(week.charger).toBe("done");
    expect(week.chargePct).toBeCloseTo(99 - 7 * 0.43, 1);
    const month = advanceBattery(params, full, onMains, 30 * 86_400).battery;
    expect(month.chargePct).toBeGreaterThan(94);
  });

  it("does not happen while the charge line forbids it", () => {
    const params = pack();
    const state = advanceBattery(
      params,
      restedBattery(params, 50),
      { ...onMains, chargeAllowed: false },
      3600,
    ).battery;
    expect(state.charger).toBe("off");
    expect(state.chargePct).toBeLessThanOrEqual(50);
  });
});

/** Energy in the cells between two charges, Wh: the table summed up in small steps, apart from the model. */
function storedWh(params: ReturnType<typeof pack>, fromPct: number, toPct: number): number {
  let wh = 0;
  const stepPct = 0.01;
  for (let pct = fromPct; pct < toPct; pct += stepPct) {
    wh += (ocvMv(params.ocv, pct + stepPct / 2) / 1000) * (params.capacityMah / 1000) * (stepPct / 100);
  }
  return wh;
}

/** Share of the stored energy that leaves the terminals, from mean voltage and whole resistance: V = E - R P / V. */
function terminalShare(params: ReturnType<typeof pack>, loadW: number, meanV: number): number {
  const ohm = (params.fastMohm + params.slowMohm) / 1000;
  return (1 + Math.sqrt(1 - (4 * ohm * loadW) / params.converterEfficiency / meanV ** 2)) / 2;
}

describe("full discharge", () => {
  it.each([
    ["x1201", 3],
    ["x1201", 8],
    ["x1201", 15],
    ["x1206", 5],
  ])("%s at %d W gives what is stored, less converter and resistance", (id, loadW) => {
    const params = pack(id);
    const run = advanceBattery(params, restedBattery(params, 100), onBattery(loadW), 1e6);
    const hours = (run.collapsedAfterS ?? Number.NaN) / 3600;
    const takenWh = (loadW * hours) / params.converterEfficiency;
    const stored = storedWh(params, run.battery.chargePct, 100);
    const usedAh = ((100 - run.battery.chargePct) / 100) * (params.capacityMah / 1000);
    expect(takenWh / stored).toBeLessThan(1);
    expect(takenWh / stored).toBeCloseTo(terminalShare(params, loadW, stored / usedAh), 2);
  });

  it("gives less energy at a higher load, and ends earlier", () => {
    const params = pack();
    const runs = [3, 8, 15].map((loadW) => {
      const run = advanceBattery(params, restedBattery(params, 100), onBattery(loadW), 1e6);
      const seconds = run.collapsedAfterS ?? Number.NaN;
      return { seconds, energy: loadW * seconds };
    });
    expect(runs.map((run) => run.seconds)).toEqual(runs.map((run) => run.seconds).sort((a, b) => b - a));
    expect(runs.map((run) => run.energy)).toEqual(runs.map((run) => run.energy).sort((a, b) => b - a));
  });

  it("comes near the run that was measured on an X1206 (10.3 h to the collapse at about 5 W)", () => {
    const params = pack("x1206");
    const run = advanceBattery(params, restedBattery(params, 100), onBattery(5), 1e6);
    const hours = (run.collapsedAfterS ?? Number.NaN) / 3600;
    expect(hours).toBeGreaterThan(8);
    expect(hours).toBeLessThan(14);
  });

  it("collapses at once under a load that the pack cannot carry", () => {
    const params = pack();
    expect(advanceBattery(params, restedBattery(params, 50), onBattery(90), 60).collapsedAfterS).toBe(0);
  });
});

describe("any life of a pack", () => {
  const drive = fc.record({
    acPresent: fc.boolean(),
    chargeAllowed: fc.boolean(),
    loadW: fc.double({ min: 0, max: 40, noNaN: true }),
  });

  it("keeps charge within 0-100 % and voltage within what cells show", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 100, noNaN: true }),
        fc.array(fc.tuple(drive, fc.double({ min: 0, max: 20_000, noNaN: true })), { maxLength: 12 }),
        (startPct, life) => {
          const params = pack();
          let state = restedBattery(params, startPct);
          for (const [now, seconds] of life) {
            const { battery, collapsedAfterS } = advanceBattery(params, state, now, seconds);
            state = battery;
            expect(state.chargePct).toBeGreaterThanOrEqual(0);
            expect(state.chargePct).toBeLessThanOrEqual(100);
            expect(state.cellMv).toBeLessThanOrEqual(params.chargeMv + 1);
            if (collapsedAfterS === null) expect(state.cellMv).toBeGreaterThan(2500);
            else break;
          }
        },
      ),
    );
  });

  it("does not depend on how often one looks", () => {
    const params = pack();
    const whole = advanceBattery(params, restedBattery(params, 90), onBattery(8), 3600).battery;
    let parts = restedBattery(params, 90);
    for (let second = 0; second < 3600; second += 1) {
      parts = advanceBattery(params, parts, onBattery(8), 1).battery;
    }
    expect(parts.chargePct).toBeCloseTo(whole.chargePct, 1);
    expect(Math.abs(parts.cellMv - whole.cellMv)).toBeLessThan(2);
  });
});
