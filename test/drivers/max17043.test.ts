// The gauge driver against the words of the data sheet, and against words that no battery gives.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeReading, socToPct, vcellToMv } from "../../agent/src/drivers/max1704x.ts";
import { max17043 } from "../../agent/src/drivers/max17043.ts";
import { socWord, vcellWord } from "../../agent/src/sim/max17043-registers.ts";
import { type Words, wordChip } from "./word-chip.ts";

const healthy = { 2: 0xc300, 4: 0x5780, 6: 0x0000, 8: 0x0003, 12: 0x971c } as const;

const chip = (words: Words, address?: number) => wordChip(max17043, "max17043", words, address);

describe("conversion", () => {
  it.each([
    [4200, 0xd200],
    [4100, 0xcd00],
    [3900, 0xc300],
    [3700, 0xb900],
    [3600, 0xb400],
    [3400, 0xaa00],
    [3200, 0xa000],
    [3000, 0x9600],
    [3622.5, 0xb520],
  ])("%d mV", (cellMv, word) => {
    expect(vcellToMv(word)).toBe(cellMv);
    expect(vcellWord(cellMv)).toBe(word);
  });

  it.each([
    [100, 0x6400],
    [99.6, 0x6399],
    [87.5, 0x5780],
    [35.06, 0x230f],
    [20, 0x1400],
    [10, 0x0a00],
    [106, 0x6a00],
  ])("%d %%", (pct, word) => {
    expect(socToPct(word)).toBeCloseTo(pct, 1);
    expect(socWord(pct)).toBe(word);
  });

  it("gives back what the simulated chip was given, to the chip's resolution", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 2000, max: 4500, noNaN: true }),
        fc.double({ min: 0.01, max: 110, noNaN: true }),
        (mv, pct) => {
          expect(Math.abs(vcellToMv(vcellWord(mv)) - mv)).toBeLessThanOrEqual(0.625 + 1e-9);
          expect(vcellWord(mv) & 0x000f).toBe(0);
          expect(Math.abs(socToPct(socWord(pct)) - pct)).toBeLessThanOrEqual(1 / 256 + 1e-9);
        },
      ),
    );
  });
});

describe("words that no battery gives", () => {
  it.each([
    ["VCELL 0x0000", 0x0000, 0x5000],
    ["VCELL 0xFFFF", 0xffff, 0x5000],
    ["SOC 0xFFFF", 0xc300, 0xffff],
    ["SOC 0x0000 at 3.9 V", 0xc300, 0x0000],
    ["SOC 200 %", 0xc300, 0xc800],
  ])("%s is refused", (_name, vcell, soc) => {
    expect(decodeReading(vcell, soc)).toMatchObject({ ok: false, code: "PI_UPS_GAUGE_IMPOSSIBLE" });
  });

  it("believes 0 % of an empty cell, and a little more than 100 % of a full one", () => {
    expect(decodeReading(0xa200, 0x0000)).toMatchObject({ ok: true, value: { cellMv: 3240, chargePct: 0 } });
    expect(decodeReading(0xd300, 0x6a00)).toMatchObject({ ok: true, value: { chargePct: 106 } });
  });

  it("never gives a reading outside what the chip can mean, whatever the words are", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0, max: 0xffff }), (vcell, soc) => {
        const reading = decodeReading(vcell, soc);
        if (!reading.ok) return;
        expect(reading.value.cellMv).toBeGreaterThan(0);
        expect(reading.value.chargePct).toBeLessThanOrEqual(120);
        expect(reading.value.chargePct > 0 || reading.value.cellMv <= 3600).toBe(true);
      }),
    );
  });
});

describe("probe", () => {
  it("finds the chip without writing a byte", async () => {
    const { probe, writes } = chip(healthy);
    expect(await probe()).toEqual({ ok: true, value: { chip: "max17043", version: "0x0003", notes: [] } });
    expect(writes).toEqual([]);
  });

  it("names an unexpected version, and goes on", async () => {
    const found = await chip({ ...healthy, 8: 0x0011 }).probe();
    expect(found).toMatchObject({ ok: true, value: { version: "0x0011" } });
    expect(found.ok && found.value.notes[0]).toContain("MAX17048");
    const older = await chip({ ...healthy, 8: 0x0002 }).probe();
    expect(older.ok && older.value.notes[0]).toContain("0x0002");
  });

  it("refuses a device whose voltage is not that of a cell", async () => {
    const found = await chip({ ...healthy, 2: 0x1000 }).probe();
    expect(found).toMatchObject({ ok: false, code: "PI_UPS_GAUGE_IMPOSSIBLE" });
  });

  it("refuses a device that says something else each time", async () => {
    const found = await chip({ ...healthy, 2: [0xc300, 0x9600] }).probe();
    expect(found).toMatchObject({ ok: false, code: "PI_UPS_GAUGE_NOT_FOUND" });
  });

  it("believes no version and no sleep bit that it saw only once", async () => {
    const disturbed = { ...healthy, 8: [0x8003, 0x0003], 12: [0x979c, 0x971c] };
    expect(await chip(disturbed).probe()).toMatchObject({
      ok: true,
      value: { version: "0x0003", notes: [] },
    });
    const asleep = { ...healthy, 12: [0x971c, 0x979c] };
    const found = await chip(asleep).probe();
    expect(found.ok && found.value.notes.join()).toContain("sleep mode");
    expect(await chip({ ...healthy, 8: [1, 2, 3, 4, 5, 6] }).probe()).toMatchObject({
      ok: false,
      code: "PI_UPS_GAUGE_NOT_FOUND",
    });
  });

  it("refuses a bus that floats high", async () => {
    expect(await chip({}).probe()).toMatchObject({ ok: false, code: "PI_UPS_GAUGE_IMPOSSIBLE" });
  });

  it("says so when nobody answers at the address", async () => {
    expect(await chip(healthy, 0x37).probe()).toMatchObject({ ok: false, code: "PI_UPS_I2C_NACK" });
  });

  it("notices the sleep bit, gives no stale figure, and wakes with the chip", async () => {
    const { probe, read } = chip({ ...healthy, 12: [0x979c, 0x979c, 0x979c, 0x979c, 0x971c] });
    const found = await probe();
    expect(found.ok && found.value.notes.join()).toContain("sleep mode");
    expect(await read()).toMatchObject({ ok: false, code: "PI_UPS_GAUGE_ASLEEP" });
    expect(await read()).toMatchObject({ ok: true });
  });
});

/** More charges that differ than one reading looks at. */
const restless = Array.from({ length: 12 }, (_, index) => (((index * 7) % 40) << 8) | 0x0080);

describe("read", () => {
  it("gives millivolts and percent", async () => {
    expect(await chip(healthy).read()).toEqual({ ok: true, value: { cellMv: 3900, chargePct: 87.5 } });
  });

  it("drops a single disturbed word that looks like an empty battery", async () => {
    const { probe, read } = chip({ ...healthy, 4: [0x5780, 0x5780, 0x0500, 0x5780] });
    await probe();
    expect(await read()).toEqual({ ok: true, value: { cellMv: 3900, chargePct: 87.5 } });
  });

  it("accepts a step that three looks agree on", async () => {
    const { probe, read } = chip({ ...healthy, 2: [0xc300, 0xc300, 0xb400] });
    await probe();
    expect(await read()).toMatchObject({ ok: true, value: { cellMv: 3600 } });
  });

  it("does not take two equal disturbed looks for news", async () => {
    const { probe, read } = chip({ ...healthy, 4: [0x5780, 0x5780, 0x0500, 0x0500, 0x5780] });
    await probe();
    expect(await read()).toEqual({ ok: true, value: { cellMv: 3900, chargePct: 87.5 } });
  });

  it("refuses figures that differ at each look", async () => {
    const { probe, read } = chip({ ...healthy, 4: [0x5780, 0x5780, ...restless] });
    await probe();
    expect(await read()).toMatchObject({ ok: false, code: "PI_UPS_GAUGE_UNSTABLE" });
  });
});
