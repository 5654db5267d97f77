// The INA219 against the data sheet's arithmetic, and against the ways in which it loses its calibration.
import { describe, expect, it } from "vitest";
import type { Ina219Use } from "../../agent/src/boards/chip-use.ts";
import { findBoard } from "../../agent/src/boards/registry.ts";
import { ina219 } from "../../agent/src/drivers/ina219.ts";
import {
  busToMv,
  calibrationFor,
  currentOf,
  measuresContinuously,
  needsCalibration,
  resetConfig,
} from "../../agent/src/drivers/ina219-words.ts";
import { signed16 } from "../../agent/src/drivers/words.ts";
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

  it("calibrates as the data sheet says, and so that every board of Waveshare gets its vendor's word", () => {
    expect(calibrationFor(0.1, 100)).toBe(4096);
    expect(calibrationFor(0.01, 152.4)).toBe(26_876);
    for (const id of ["waveshare_ups_hat_a", "waveshare_ups_hat_b"]) {
      const use = useOf(id);
      expect([calibrationFor(use.shuntOhm, use.currentLsbUa), use.configWord]).toEqual([4096, 0x3eef]);
    }
    for (const id of ["waveshare_ups_hat_c", "waveshare_ups_hat_d", "waveshare_ups_module_3s"]) {
      const use = useOf(id);
      expect([calibrationFor(use.shuntOhm, use.currentLsbUa), use.configWord]).toEqual([26_868, 0x0eef]);
    }
    expect(calibrationFor(0.0001, 1)).toBe(0xfffe);
  });

  it.each([
    ["0.1 Ohm", wide, { config: 0x3eef, shunt: 0xdecc, bus: 0x4012, current: 0xdecc }],
    ["0.01 Ohm", strong, { config: 0x0eef, shunt: 0xfcae, bus: 0x200a, current: 0xea37 }],
  ] as const)("-850 mA over %s", (_what, use, words) => {
    const { ma, beyondRange } = currentOf(words, use);
    expect(ma).toBeCloseTo(-850, 0);
    expect(beyondRange).toBe(false);
    expect(needsCalibration(words, use)).toBe(false);
    // Power is no register that is read: it is voltage times current, here 6.29 W at 7.4 V.
    expect((busToMv(0x39d2) * -ma) / 1e6).toBeCloseTo(6.29, 1);
  });

  it("takes the shunt's word where the current register overflowed or lost its calibration", () => {
    const lost = { config: resetConfig, shunt: 0xdecc, bus: 0x4012, current: 0x0000 };
    expect(currentOf(lost, wide).ma).toBeCloseTo(-850, 0);
    expect(needsCalibration(lost, wide)).toBe(true);
    const overflow = { config: 0x3eef, shunt: 0xdecc, bus: 0x4013, current: 0x7fff };
    expect(currentOf(overflow, wide).ma).toBeCloseTo(-850, 0);
    expect(needsCalibration(overflow, wide)).toBe(false);
    // The bit alone: the word may look right and is not to be believed.
    const flagged = { config: 0x3eef, shunt: 0xdecc, bus: 0x4013, current: 0xdd00 };
    expect(currentOf(flagged, wide).ma).toBe(-850);
    expect(currentOf({ ...flagged, bus: 0x4012 }, wide).ma).toBe(-896);
  });

  it.each([
    [0x0eef, 8000, strong, 8000],
    [0x0eef, 0x10000 - 8000, strong, -8000],
    [0x3eef, 0x10000 - 32_000, wide, -3200],
    [0x06ef, 4000, strong, 4000],
    [0x16ef, 16_000, strong, 16_000],
  ] as const)("CONFIG 0x%s: a shunt of %d is the end of the range", (config, shunt, use, ma) => {
    expect(currentOf({ config, shunt, bus: 0x200b, current: 0x7fff }, use)).toEqual({
      ma,
      beyondRange: true,
    });
    const before = { config, shunt: shunt > 0x8000 ? shunt + 1 : shunt - 1, bus: 0x200b, current: 0x7fff };
    expect(currentOf(before, use).beyondRange).toBe(false);
  });

  it.each([
    [0x399f, true],
    [0x3eef, true],
    [0x0eef, true],
    [0x3998, false],
    [0x399e, false],
    [0x399b, false],
    [0xb99f, false],
    [0x799f, false],
    [0xffff, false],
    [0x0000, false],
  ])("CONFIG 0x%s measures again and again: %s", (config, continuous) => {
    expect(measuresContinuously(config)).toBe(continuous);
  });
});

describe("detection", () => {
  it("writes nothing, calibrated or not", async () => {
    const { probe, writes } = bench(wide);
    expect(await probe()).toMatchObject({ ok: true, value: { chip: "ina219", version: "CONFIG 0x399F" } });
    expect(writes).toEqual([]);
  });

  it("says of a sensor that another program put to sleep how to wake it", async () => {
    const { probe, registers, writes } = bench(wide);
    registers.write(0x00, Uint8Array.of(0x39, 0x98));
    const refusal = expectRefusal(await probe());
    expect(refusal.code).toBe("PI_UPS_GAUGE_NOT_FOUND");
    expect(refusal.message).toContain("CONFIG reads 0x3998");
    expect(refusal.message).toContain("cut the board's supply");
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

  it("sees mains fail under a load beyond the sensor's range, and says so much of the current as is sure", async () => {
    const { probe, sample, world } = bench(wide, { currentMa: 0, acPresent: true });
    await probe();
    expect(expectValue((await sample()).acPresent)).toBe(true);
    world.measured = { ...world.measured, currentMa: -4300 };
    world.nowMs += 1000;
    const { gauge, acPresent, charging } = await sample();
    expect(expectValue(acPresent)).toBe(false);
    expect(expectValue(charging)).toBe(false);
    expect(expectValue(gauge).currentMa).toBe(-3200);
  });

  it("shares the sensor with the vendor's demo without a write", async () => {
    const { probe, sample, registers, writes } = bench(strong, {}, 1);
    registers.write(0x05, Uint8Array.of(0x68, 0xf4));
    registers.write(0x00, Uint8Array.of(0x0e, 0xef));
    await probe();
    for (let look = 0; look < 3; look += 1) {
      registers.write(0x05, Uint8Array.of(0x68, 0xf4));
      expect(expectValue((await sample()).gauge).currentMa).toBeCloseTo(-850, -1);
    }
    expect(writes).toEqual([]);
  });

  it("names another program that sets the sensor otherwise again and again, and is right all the same", async () => {
    const { probe, sample, registers, clock } = bench(wide);
    await probe();
    const kinds: string[][] = [];
    for (let look = 0; look < 6; look += 1) {
      registers.write(0x05, Uint8Array.of(0x20, 0x00));
      registers.write(0x00, Uint8Array.of(0x39, 0x9f));
      const { gauge, boardFaults } = await sample();
      expect(expectValue(gauge).currentMa).toBeCloseTo(-850, -1);
      kinds.push(expectValue(boardFaults).map(({ kind }) => kind));
      await clock.advance(1000);
    }
    const shared = ["sensor_shared"];
    expect(kinds).toEqual([[], [], [], [], shared, shared]);
    await clock.advance(61_000);
    expect(expectValue((await sample()).boardFaults)).toEqual([]);
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
