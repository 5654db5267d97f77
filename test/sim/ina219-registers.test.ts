// The simulated INA219 by itself, against words of the facts: scaling, overflow, saturation, and what a brown-out leaves.
import { describe, expect, it } from "vitest";
import type { Ina219Use } from "../../agent/src/boards/chip-use.ts";
import type { Measured } from "../../agent/src/sim/chip-registers.ts";
import { createIna219Registers } from "../../agent/src/sim/ina219-registers.ts";
import { stillWorld } from "./still-world.ts";

const wide: Ina219Use = {
  chip: "ina219",
  address: 0x42,
  measures: "battery",
  shuntOhm: 0.1,
  currentLsbUa: 100,
  configWord: 0x3eef,
  invertCurrent: false,
  deadBandMa: 25,
};
const strong: Ina219Use = { ...wide, shuntOhm: 0.01, currentLsbUa: 152.448, configWord: 0x0eef };

function chip(use: Ina219Use, measured: Partial<Measured>, calibration?: readonly [number, number]) {
  const world = stillWorld({ cellMv: 7400, currentMa: -850, ...measured });
  const registers = createIna219Registers(use, world.around);
  if (calibration !== undefined) {
    registers.write(0x05, Uint8Array.from(calibration));
    registers.write(0x00, Uint8Array.of(use.configWord >> 8, use.configWord & 0xff));
  }
  const word = (register: number) => {
    const [high = 0, low = 0] = registers.read(register, 2);
    return (high << 8) | low;
  };
  return { world, registers, word };
}

const vendors = { wide: [0x10, 0x00], strong: [0x68, 0xf4] } as const;

describe("words of the facts", () => {
  it.each([
    [8200, 0x4012],
    [7400, 0x39d2],
    [4100, 0x200a],
    [11_800, 0x5c32],
  ])("BUS at %d mV", (cellMv, expected) => {
    expect(chip(wide, { cellMv, currentMa: 0 }).word(0x02)).toBe(expected);
  });

  it("SHUNT, CURRENT and POWER at -850 mA and 7.4 V over 0.1 Ohm", () => {
    const { word } = chip(wide, {}, vendors.wide);
    expect([word(0x01), word(0x04), word(0x03)]).toEqual([0xdecc, 0xdecc, 0x0c49]);
  });

  it("the same over 0.01 Ohm: one step is 0.1524 mA and 3.048 mW", () => {
    const { word } = chip(strong, {}, vendors.strong);
    expect(word(0x01)).toBe(0xfcae);
    // The facts divide by the rounded step; the chip multiplies by the vendor's calibration.
    expect(Math.abs(word(0x04) - 0xea37)).toBeLessThanOrEqual(2);
    expect(Math.abs(word(0x03) - 0x0810)).toBeLessThanOrEqual(2);
  });
});

describe("limits", () => {
  it("the shunt ends at its range, and the current register overflows before", () => {
    expect(chip(wide, { currentMa: -4000 }, vendors.wide).word(0x01)).toBe(0x10000 - 32_000);
    const { word } = chip(strong, { currentMa: 6000 }, vendors.strong);
    expect(word(0x01)).toBe(6000);
    expect(word(0x02) & 0x01).toBe(1);
    expect(word(0x04)).toBe(0x7fff);
    expect(chip(strong, { currentMa: 4900 }, vendors.strong).word(0x02) & 0x01).toBe(0);
    expect(chip(strong, { currentMa: 9000 }, vendors.strong).word(0x01)).toBe(8000);
  });

  it("bit 0 of CALIBRATION is not kept, nor the upper two of CONFIG", () => {
    const { registers, word } = chip(wide, {});
    registers.write(0x05, Uint8Array.of(0x10, 0x01));
    registers.write(0x00, Uint8Array.of(0x7e, 0xef));
    expect([word(0x05), word(0x00)]).toEqual([0x1000, 0x3eef]);
  });
});

describe("a brown-out and a reset by command", () => {
  it.each(["brown-out", "command"] as const)("%s: CONFIG 0x399F, no calibration, no current", (how) => {
    const { registers, word } = chip(wide, {}, vendors.wide);
    expect(word(0x04)).toBe(0xdecc);
    if (how === "brown-out") registers.reset();
    else registers.write(0x00, Uint8Array.of(0x80, 0x00));
    expect([word(0x00), word(0x05), word(0x04), word(0x03)]).toEqual([0x399f, 0, 0, 0]);
    expect(word(0x01)).toBe(0xdecc);
  });
});
