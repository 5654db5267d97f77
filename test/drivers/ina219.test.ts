// The INA219 against the data sheet's arithmetic, and against the ways in which it loses its calibration.
import { describe, expect, it } from "vitest";
import type { Ina219Use } from "../../agent/src/boards/chip-use.ts";
import { findBoard } from "../../agent/src/boards/registry.ts";
import {
  busToMv,
  calibrationFor,
  currentOf,
  ina219,
  needsCalibration,
  resetConfig,
  signed16,
} from "../../agent/src/drivers/ina219.ts";
import { createIna219Registers } from "../../agent/src/sim/ina219-registers.ts";
import { chipWorld } from "../support/chip-world.ts";
import { chipBench, expectRefusal, expectValue } from "./chip-bench.ts";

function useOf(id: string): Ina219Use {
  const use = findBoard(id)?.chips.find((one) => one.chip === "ina219");
  if (use?.chip !== "ina219") throw new Error(`${id} has no INA219`);
  return use;
}

const wide = useOf("waveshare_ups_hat_b");
const strong = useOf("waveshare_ups_hat_c");
const inverted = useOf("waveshare_ups_hat_d");

function bench(use: Ina219Use, measured = {}, cellsInSeries = 2) {
  const { world, around } = chipWorld({
    cellMv: 3900,
    cellsInSeries,
    currentMa: -850,
    acPresent: false,
    ...measured,
  });
  const registers = createIna219Registers(use, around);
  return { world, registers, ...chipBench(ina219, use, registers, { cellsInSeries, disturbed: 0.05 }) };
}

describe("arithmetic", () => {
  it.each([
    [0x4012, 8200],
    [0x39d2, 7400],
    [0x200a, 4100],
    [0x5c32, 11_800],
  ])("BUS 0x%s is %d mV", (word, mv) => {
    expect(busToMv(word)).toBe(mv);
  });

  it.each([
    [0x0000, 0],
    [0x7fff, 32_767],
    [0x8000, -32_768],
    [0xffff, -1],
    [0xdecc, -8500],
  ])("0x%s is %d in two's complement", (word, value) => {
    expect(signed16(word)).toBe(value);
  });

  it("calibrates as the data sheet says: 4096 for 0.1 Ohm and 0.1 mA", () => {
    expect(calibrationFor(0.1, 100)).toBe(4096);
    expect(calibrationFor(0.01, 152.4)).toBe(26_876);
    expect(calibrationFor(0.0001, 1)).toBe(0xfffe);
  });

  it.each([
    ["0.1 Ohm", wide, { config: 0x3eef, shunt: 0xdecc, bus: 0x4012, current: 0xdecc }],
    ["0.01 Ohm", strong, { config: 0x0eef, shunt: 0xfcae, bus: 0x200a, current: 0xea37 }],
  ] as const)("-850 mA over %s", (_what, use, words) => {
    expect(currentOf(words, use)).toBeCloseTo(-850, 0);
    expect(needsCalibration(words, use)).toBe(false);
  });

  it("takes the shunt's word where the current register overflowed or lost its calibration", () => {
    const lost = { config: resetConfig, shunt: 0xdecc, bus: 0x4012, current: 0x0000 };
    expect(currentOf(lost, wide)).toBeCloseTo(-850, 0);
    expect(needsCalibration(lost, wide)).toBe(true);
    const overflow = { config: 0x3eef, shunt: 0xdecc, bus: 0x4013, current: 0x7fff };
    expect(currentOf(overflow, wide)).toBeCloseTo(-850, 0);
  });

  it("knows no current where the shunt is beyond its range", () => {
    expect(currentOf({ config: 0x0eef, shunt: 8000, bus: 0x200a, current: 0x7fff }, strong)).toBeNull();
  });
});

describe("detection", () => {
  it("writes nothing, calibrated or not", async () => {
    const { probe, writes } = bench(wide);
    expect(await probe()).toMatchObject({ ok: true, value: { chip: "ina219", version: "CONFIG 0x399F" } });
    expect(writes).toEqual([]);
  });

  it("refuses a pack that these cells cannot give", async () => {
    const { probe } = bench(wide, { cellMv: 900 });
    expect(expectRefusal(await probe()).code).toBe("PI_UPS_GAUGE_IMPOSSIBLE");
  });
});

describe("reading", () => {
  it("sets CALIBRATION and CONFIG once, and then only reads", async () => {
    const { probe, sample, writes } = bench(wide);
    await probe();
    const first = await sample();
    expect(writes).toEqual([
      [5, 0x10, 0x00],
      [0, 0x3e, 0xef],
    ]);
    expect(expectValue(first.gauge).currentMa).toBeCloseTo(-850, -1);
    for (let look = 0; look < 20; look += 1) await sample();
    expect(writes).toHaveLength(2);
  });

  it("sees a brown-out of the chip, and never takes its zero for mains", async () => {
    const { probe, sample, registers, writes } = bench(wide);
    await probe();
    await sample();
    for (let outage = 0; outage < 5; outage += 1) {
      registers.reset();
      const after = await sample();
      expect(expectValue(after.gauge).currentMa).toBeCloseTo(-850, -1);
      expect(expectValue(after.acPresent)).toBe(false);
    }
    expect(writes).toHaveLength(12);
  });

  it("turns the sign where the board counts the other way", async () => {
    const { probe, sample } = bench(inverted, { currentMa: 1200, acPresent: true }, 1);
    await probe();
    const { gauge, charging } = await sample();
    expect(expectValue(gauge).currentMa).toBeCloseTo(1200, -1);
    expect(expectValue(charging)).toBe(true);
  });

  it("calls small currents none, and does not flap around them", async () => {
    const { probe, sample, world } = bench(wide, { currentMa: 0, acPresent: true });
    await probe();
    await sample();
    const seen: unknown[] = [];
    for (const currentMa of [10, -20, 40, -40, 20, -90, 49, -10]) {
      world.measured = { ...world.measured, currentMa };
      world.nowMs += 1000;
      const { acPresent, charging } = await sample();
      seen.push([expectValue(acPresent), expectValue(charging)]);
    }
    expect(seen).toEqual(Array.from({ length: 8 }, () => [true, false]));
  });

  it("tells mains lost and back by the current, with a band between", async () => {
    const { probe, sample, world } = bench(wide, { currentMa: 0, acPresent: true });
    await probe();
    const mainsAt = async (currentMa: number) => {
      world.measured = { ...world.measured, currentMa };
      world.nowMs += 1000;
      return expectValue((await sample()).acPresent);
    };
    expect(await mainsAt(0)).toBe(true);
    expect(await mainsAt(-90)).toBe(true);
    expect(await mainsAt(-150)).toBe(false);
    expect(await mainsAt(-80)).toBe(false);
    expect(await mainsAt(-40)).toBe(true);
  });

  it("gives the voltage when nobody lets it calibrate, and the current by the shunt", async () => {
    const { around } = chipWorld({ cellsInSeries: 2, currentMa: -850, acPresent: false });
    const registers = createIna219Registers(wide, around);
    const refusing = chipBench(
      ina219,
      wide,
      { read: (r, n) => registers.read(r, n), write: () => undefined },
      { cellsInSeries: 2 },
    );
    await refusing.probe();
    const { gauge } = await refusing.sample();
    expect(expectValue(gauge)).toMatchObject({ cellMv: 3900 });
    expect(expectValue(gauge).currentMa).toBeCloseTo(-850, -1);
  });

  it("measures the output side as the rail and the current into the Pi", async () => {
    const use = findBoard("ups_plus")?.chips.find(
      (one) => one.chip === "ina219" && one.measures === "output",
    );
    if (use?.chip !== "ina219") throw new Error("UPSPlus has no output sensor");
    const { probe, sample } = bench(use, { railMv: 5080, outputMa: 1500 }, 1);
    await probe();
    const { railMv, outputMa, gauge } = await sample();
    expect(expectValue(railMv)).toBeCloseTo(5080, -1);
    expect(expectValue(outputMa)).toBeCloseTo(1500, -2);
    expect(gauge).toBeUndefined();
  });
});
