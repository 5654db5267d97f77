// The MAX17048's driver: finer voltage, the rate of charge and what it says about charging; and the MAX17040's silence
// about everything that it does not have.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { vcellToMv } from "../../agent/src/drivers/max1704x.ts";
import { chargingAt, rateToPctPerHour } from "../../agent/src/drivers/max1704x-rate.ts";
import { max17040 } from "../../agent/src/drivers/max17040.ts";
import { max17048 } from "../../agent/src/drivers/max17048.ts";
import { crateWord, fineVcellWord } from "../../agent/src/sim/max17048-registers.ts";
import { type Words, wordChip } from "./word-chip.ts";

const healthy = { 2: 0xc301, 4: 0x5780, 6: 0x0000, 8: 0x0011, 12: 0x971c, 22: 0x0000, 26: 0x0100 } as const;
const chip = (words: Words) => wordChip(max17048, "max17048", words);

describe("rate of charge", () => {
  it.each([
    [-12, 0xffc6],
    [30, 0x0090],
    [0, 0x0000],
    [-0.208, 0xffff],
  ])("%d %%/h", (rate, word) => {
    expect(crateWord(rate)).toBe(word);
    const decoded = rateToPctPerHour(word);
    expect(decoded.ok && Math.abs(decoded.value - rate)).toBeLessThan(0.11);
  });

  it("refuses what no battery does", () => {
    expect(rateToPctPerHour(0x4000)).toMatchObject({ ok: false, code: "PI_UPS_GAUGE_IMPOSSIBLE" });
    expect(rateToPctPerHour(0x8000)).toMatchObject({ ok: false, code: "PI_UPS_GAUGE_IMPOSSIBLE" });
  });

  it("gives back what the simulated chip was given, to a step, with its sign", () => {
    fc.assert(
      fc.property(fc.double({ min: -390, max: 390, noNaN: true }), (rate) => {
        const decoded = rateToPctPerHour(crateWord(rate));
        expect(decoded.ok && Math.abs(decoded.value - rate)).toBeLessThanOrEqual(0.104 + 1e-9);
      }),
    );
  });

  it("is charging above the dead band, not below it, and inside it what it was", () => {
    expect([chargingAt(1, false), chargingAt(0.9, false), chargingAt(0, false)]).toEqual([
      true,
      false,
      false,
    ]);
    expect([chargingAt(0.5, true), chargingAt(0.4, true), chargingAt(-30, true)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe("MAX17048", () => {
  it("is found without writing a byte: no quick-start, no reset, no flag cleared", async () => {
    const { probe, writes } = chip(healthy);
    expect(await probe()).toEqual({ ok: true, value: { chip: "max17048", version: "0x0011", notes: [] } });
    expect(writes).toEqual([]);
  });

  it("reads all sixteen bits of the voltage", async () => {
    expect(vcellToMv(0xc301)).toBe(3900.078125);
    expect(fineVcellWord(3900.078125)).toBe(0xc301);
    expect(await chip(healthy).read()).toEqual({ ok: true, value: { cellMv: 3900.078125, chargePct: 87.5 } });
  });

  it.each([
    ["charging at 30 %/h", 0x0090, true],
    ["resting", 0x0000, false],
    ["drifting at 0.6 %/h", 0x0003, false],
    ["discharging at 12 %/h", 0xffc6, false],
  ])("tells %s", async (_name, crate, charging) => {
    const { probe, charging: read } = chip({ ...healthy, 22: crate });
    await probe();
    expect(await read()).toEqual({ ok: true, value: charging });
  });

  it("does not take one or two disturbed words for the begin of charging", async () => {
    const { probe, charging } = chip({ ...healthy, 22: [0, 0, 0x0090, 0x0090, 0x0000] });
    await probe();
    expect(await charging()).toEqual({ ok: true, value: false });
  });

  it("believes the begin of charging when three looks agree", async () => {
    const { probe, charging } = chip({ ...healthy, 22: [0, 0, 0x0090] });
    await probe();
    expect(await charging()).toEqual({ ok: true, value: true });
  });

  it("knows no charging on an older chip, whose 0xFFFF would read as a rate, but still its battery", async () => {
    const { probe, sample, asked } = chip({ ...healthy, 8: 0x0003, 22: 0xffff });
    const found = await probe();
    expect(found.ok && found.value.notes.join()).toContain("0x0003");
    const { gauge, charging } = await sample();
    expect(gauge).toMatchObject({ ok: true, value: { chargePct: 87.5 } });
    expect(charging).toMatchObject({ ok: false, code: "PI_UPS_GAUGE_NO_RATE" });
    expect(asked).not.toContain(0x16);
  });

  it("sleeps by the bit in CONFIG, and then says neither charge nor charging", async () => {
    const { probe, sample } = chip({ ...healthy, 12: 0x979c });
    await probe();
    const { gauge, charging } = await sample();
    expect([gauge, charging]).toMatchObject([
      { ok: false, code: "PI_UPS_GAUGE_ASLEEP" },
      { ok: false, code: "PI_UPS_GAUGE_ASLEEP" },
    ]);
  });

  it("gives a failed part for each part that it has", () => {
    const failure = { ok: false, code: "PI_UPS_I2C_NACK", message: "nobody there" } as const;
    expect(chip(healthy).gauge.failed(failure)).toEqual({ gauge: failure, charging: failure });
  });
});

describe("MAX17040", () => {
  // The dump of a real one: davidem/UPS-Lite, README.
  const dump = { 2: 0xb520, 4: 0x230f, 6: 0x0000, 8: 0x0002, 12: 0x9700 } as const;
  const older = (words: Words) => wordChip(max17040, "max17040", words);

  it("reads the dump of a real chip", async () => {
    const { probe, read, writes } = older(dump);
    expect(await probe()).toEqual({ ok: true, value: { chip: "max17040", version: "0x0002", notes: [] } });
    const reading = await read();
    expect(reading.ok && reading.value.cellMv).toBe(3622.5);
    expect(reading.ok && reading.value.chargePct).toBeCloseTo(35.06, 2);
    expect(writes).toEqual([]);
  });

  it("has no sleep bit and no charging", async () => {
    const { probe, sample, gauge } = older({ ...dump, 12: 0x9780 });
    await probe();
    expect(await sample()).toMatchObject({ gauge: { ok: true } });
    expect(await sample()).not.toHaveProperty("charging");
    const failure = { ok: false, code: "PI_UPS_I2C_NACK", message: "nobody there" } as const;
    expect(gauge.failed(failure)).toEqual({ gauge: failure });
  });
});
