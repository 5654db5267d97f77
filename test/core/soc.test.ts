// The charge of boards that only measure a voltage: the tables, the correction by the current, the hold without one, and
// that an estimate never looks like more than it is.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Chemistry } from "../../agent/src/boards/board.ts";
import type { RawReading } from "../../agent/src/core/model.ts";
import { defaultResistanceMohm, meanOcvMv, ocvMv, ocvTable, ocvToPct } from "../../agent/src/core/ocv.ts";
import { initialSoc, type SocFacts, type SocState, takeSoc } from "../../agent/src/core/soc.ts";
import { good, look, onMains, Run } from "./support/run.ts";

describe("the tables", () => {
  it.each([
    ["li_ion", 50, 3650],
    ["li_ion", 100, 4172],
    ["li_ion", 15, 3525],
    ["lifepo4", 10, 3111],
    ["lifepo4", 50, 3243],
    ["lifepo4", 90, 3283],
  ] as const)("%s at %d % is %d mV, as its source says", (chemistry, pct, mv) => {
    const table = ocvTable(chemistry, 3000);
    expect(ocvMv(table, pct)).toBe(mv);
    expect(ocvToPct(table, mv)).toBe(pct);
  });

  it("stretches its tail to the cut-off and leaves the rest alone", () => {
    const table = ocvTable("li_ion", 3200);
    expect(ocvMv(table, 0)).toBe(3200);
    expect(ocvMv(table, 15)).toBe(3525);
    expect(ocvToPct(table, 3199)).toBe(0);
    expect(ocvMv(ocvTable("lifepo4", 3200), 0), "above the table's own end").toBe(3000);
  });

  it("has the mean of a range between its ends", () => {
    const table = ocvTable("li_ion", 3000);
    expect(meanOcvMv(table, 50, 50)).toBeCloseTo(3650);
    expect(meanOcvMv(table, 20, 80)).toBeGreaterThan(3552);
    expect(meanOcvMv(table, 20, 80)).toBeLessThan(3874);
  });

  it("rises with the charge and comes back to the percent it came from", () => {
    const chemistry = fc.constantFrom<Chemistry>("li_ion", "lifepo4");
    fc.assert(
      fc.property(
        chemistry,
        fc.integer({ min: 2500, max: 3300 }),
        fc.double({ min: 0, max: 99, noNaN: true }),
        (c, empty, pct) => {
          const table = ocvTable(c, empty);
          expect(ocvMv(table, pct + 1)).toBeGreaterThan(ocvMv(table, pct));
          expect(ocvToPct(table, ocvMv(table, pct))).toBeCloseTo(pct, 6);
        },
      ),
    );
  });
});

const table = ocvTable("li_ion", 3200);
const facts: SocFacts = {
  chemistry: "li_ion",
  table,
  resistanceMohm: 100,
  capacityMah: 6000,
  onBattery: true,
  acEdgeMonoMs: null,
};

class Estimate {
  state: SocState = initialSoc;
  facts = facts;
  monoMs = 0;

  take(seconds: number, reading: RawReading): number {
    for (let s = 0; s < seconds; s += 1) {
      this.monoMs += 1000;
      const at = { monoMs: this.monoMs, wallMs: this.monoMs, utcOffsetMin: 0 };
      this.state = takeSoc(this.state, reading, at, this.facts);
    }
    return this.state.pct ?? Number.NaN;
  }
}

describe("with a current", () => {
  it("adds what the load takes off the voltage, and takes off what the charger adds", () => {
    expect(new Estimate().take(1, { cellMv: 3650 - 200, currentMa: -2000 })).toBeCloseTo(50);
    expect(new Estimate().take(1, { cellMv: 3650 + 150, currentMa: 1500 })).toBeCloseTo(50);
  });

  it("does not jump at a load step, and counts the charge that flows", () => {
    const estimate = new Estimate();
    estimate.take(10, { cellMv: 3650 - 50, currentMa: -500 });
    expect(estimate.take(1, { cellMv: 3650 - 300, currentMa: -3000 })).toBeCloseTo(50, 1);
    // Three minutes of 3 A are 2.5 points; the voltage, which stands still here, pulls back a part of them.
    const pct = estimate.take(180, { cellMv: 3650 - 300, currentMa: -3000 });
    expect(pct).toBeLessThan(49.2);
    expect(pct).toBeGreaterThan(47.4);
  });
});

describe("without a current", () => {
  it("stands still for about a minute after an AC edge, and goes on from there", () => {
    const estimate = new Estimate();
    estimate.facts = { ...facts, onBattery: false };
    estimate.take(60, { cellMv: 3826 });
    expect(estimate.state.pct).toBeCloseTo(75, 0);
    estimate.facts = { ...facts, acEdgeMonoMs: estimate.monoMs };
    expect(estimate.take(74, { cellMv: 3726 })).toBeCloseTo(75, 0);
    expect(estimate.state.holding).toBe(true);
    expect(estimate.take(30, { cellMv: 3726 })).toBeCloseTo(75, 0);
    expect(estimate.state).toMatchObject({ holding: false });
    expect(estimate.state.sagMv).toBeCloseTo(100, -1);
    for (let mv = 3726; mv > 3617; mv -= 1) estimate.take(10, { cellMv: mv });
    // The sag has grown with the current that a steady power draws from a lower voltage.
    expect(estimate.take(300, { cellMv: 3617 })).toBeCloseTo(60.5, 0);
  });

  it("is not held for ever by a load that steps every half minute", () => {
    const estimate = new Estimate();
    estimate.take(60, { cellMv: 3900 });
    for (let round = 0; round < 40; round += 1) {
      estimate.take(30, { cellMv: 3900 - 8 * round });
      estimate.take(30, { cellMv: 3800 - 8 * round });
    }
    expect(estimate.state.pct ?? 100).toBeLessThan(65);
  });

  it("believes no sag that would hide an empty battery", () => {
    const estimate = new Estimate();
    estimate.facts = { ...facts, onBattery: false };
    estimate.take(60, { cellMv: 3826 });
    estimate.facts = { ...facts, acEdgeMonoMs: estimate.monoMs };
    estimate.take(200, { cellMv: 3400 });
    expect(estimate.state.sagMv).toBe(150);
    expect(estimate.state.pct ?? 100).toBeLessThan(30);
  });

  it("takes the lift of a LiFePO4 charger for what it is", () => {
    const estimate = new Estimate();
    const lifepo4 = { ...facts, chemistry: "lifepo4", table: ocvTable("lifepo4", 2900) } as const;
    estimate.facts = { ...lifepo4, onBattery: false };
    estimate.take(60, { cellMv: 3550 });
    expect(estimate.state.pct).toBe(100);
    estimate.facts = { ...lifepo4, acEdgeMonoMs: estimate.monoMs };
    estimate.take(200, { cellMv: 3250 });
    expect(estimate.state.sagMv).toBeLessThan(40);
  });
});

it("stays within 0 and 100 and is a number, whatever is measured", () => {
  const reading = fc.record(
    {
      cellMv: fc.integer({ min: 2000, max: 4500 }),
      currentMa: fc.double({ min: -1e5, max: 1e5, noNaN: true }),
    },
    { requiredKeys: ["cellMv"] },
  );
  const looks = fc.array(fc.tuple(reading, fc.boolean(), fc.integer({ min: 1, max: 900_000 })), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(looks, fc.constantFrom<Chemistry>("li_ion", "lifepo4"), (all, chemistry) => {
      let state = initialSoc;
      let monoMs = 0;
      const here = {
        ...facts,
        chemistry,
        table: ocvTable(chemistry, 3000),
        resistanceMohm: defaultResistanceMohm[chemistry],
      };
      for (const [one, onBattery, passed] of all) {
        monoMs += passed;
        const at = { monoMs, wallMs: monoMs, utcOffsetMin: 0 };
        state = takeSoc(state, one, at, {
          ...here,
          onBattery,
          acEdgeMonoMs: monoMs % 3 === 0 ? monoMs : null,
        });
        expect(state.pct).toBeGreaterThanOrEqual(0);
        expect(state.pct).toBeLessThanOrEqual(100);
        expect(Number.isFinite(state.sagMv)).toBe(true);
      }
    }),
  );
});

/** A look at a board that measures a voltage, and perhaps a current. */
function volts(acPresent: boolean, cellMv: number, currentMa?: number, lowestCellMv?: number) {
  return {
    ...look(acPresent, 50),
    gauge: good({
      cellMv,
      ...(currentMa === undefined ? {} : { currentMa }),
      ...(lowestCellMv === undefined ? {} : { lowestCellMv }),
    }),
  };
}

describe("in the core", () => {
  it("shows the estimate and says that it is one", () => {
    const run = new Run().start().watch(10, volts(true, 3650));
    expect(run.now).toMatchObject({ chargeEstimated: true, stale: false, batteryLow: false });
    expect(run.now.chargePct).toBeCloseTo(50, 0);
    expect(onMains(80).now.chargeEstimated).toBe(false);
  });

  it("says in the events, too, that the percent is one", () => {
    const run = new Run().start().watch(90, volts(true, 3650));
    run.edge(false);
    run.watch(60, volts(false, 3600));
    run.edge(true);
    run.watch(10, volts(true, 3650));
    expect(run.last("ac_power_loss").message).toBe("Mains lost at about 50 %.");
    expect(run.last("ac_power_restored").message).toMatch(/, lowest about \d+ %\.$/);
  });

  it("refuses a voltage that cannot be, and keeps the estimate", () => {
    const run = new Run().start().watch(10, volts(true, 3650)).watch(2, volts(true, Number.NaN));
    expect(run.now.stale).toBe(true);
    expect(run.now.chargePct).toBeCloseTo(50, 0);
    expect(run.watch(3, volts(true, 3650)).now.stale).toBe(false);
  });

  it("powers off when the estimate has fallen to the critical percent", () => {
    const run = new Run().start().watch(90, volts(true, 3720));
    run.edge(false);
    run.watch(5400, (s) => volts(false, 3660 - s / 12));
    expect(run.poweredOff()).toBe(true);
    // The run goes on after the order: nothing else may be wrong.
    const faults = run.events.filter(({ type }) => type === "ups_fault").map(({ value }) => value);
    expect(faults).toEqual(["PI_UPS_POWEROFF_FAILED"]);
  });

  it("takes the rise of a voltage after a load for no charge, nor a rest after a charge for an outage", () => {
    const run = new Run().start().watch(90, volts(true, 3720));
    run.edge(false);
    run.watch(300, volts(false, 3600)).watch(900, (s) => volts(false, 3640 - 35 * Math.exp(-s / 60)));
    run.edge(true);
    run.watch(900, (s) => volts(true, 3680 + 60 * Math.exp(-s / 200)));
    expect(run.types).not.toContain("ups_fault");
  });

  it("knows a charge that goes on while the pin says mains is lost", () => {
    const run = new Run().start().watch(90, volts(true, 3600));
    run.edge(false);
    run.watch(1500, (s) => volts(false, 3600 + s / 20));
    expect(run.now.faults.map(({ code }) => code)).toContain("PI_UPS_AC_LOST_BUT_RISING");
  });

  it("counts the weakest cell for the voltage limits", () => {
    const run = new Run().start().watch(30, volts(true, 3700, -10, 3690));
    run.edge(false);
    run.watch(60, volts(false, 3650, -500, 3150));
    expect(run.poweredOff()).toBe(true);
    expect(run.last("shutdown_started").detail["reason"]).toBe("battery_voltage_critical");
    expect(run.last("battery_voltage_critical")).toMatchObject({ value: 3.15, unit: "V" });
  });

  it("keeps the whole cell where the weakest one was misread", () => {
    const run = new Run()
      .start()
      .watch(30, volts(true, 3700, -10, 0))
      .watch(5, volts(true, 3700, -10, Number.NaN));
    expect(run.now).toMatchObject({ batteryLow: false, stale: false });
  });
});
