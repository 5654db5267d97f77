// PiSugar 2 and 2 Pro: the power chips with their signs, and a plug that counts only where the pins are set up.
import { describe, expect, it } from "vitest";
import { ip5209, ip5312, pisugar2Ma, pisugar2Mv, powerChips } from "../../agent/src/drivers/pisugar2.ts";
import { createPiSugar2Registers } from "../../agent/src/sim/pisugar-registers.ts";
import { stillWorld } from "../sim/still-world.ts";
import { bytesDevice, chipBench, disturbable, expectRefusal, expectValue } from "./chip-bench.ts";

describe("conversion", () => {
  it.each([
    ["ip5209", 0x86, 0x14, 4011.0],
    ["ip5209", 0x00, 0x01, 2668.7],
    ["ip5209", 0xff, 0x3f, 2599.7],
    ["ip5312", 0x86, 0x14, 4011.0],
    ["ip5312", 0x86, 0xd4, 4011.0],
    ["ip5312", 0x00, 0x20, 4800.0],
  ] as const)("%s %i %i is %f mV", (kind, low, high, cellMv) => {
    expect(pisugar2Mv(powerChips[kind], low, high)).toBeCloseTo(cellMv, 0);
  });

  it.each([
    ["ip5209", 0xe8, 0x03, 746],
    ["ip5209", 0x18, 0x3c, -746],
    ["ip5312", 0xe8, 0x03, 2685.5],
    ["ip5312", 0x18, 0x3c, -2685.5],
    ["ip5312", 0x18, 0xfc, -2685.5],
  ] as const)("%s %i %i is %f mA", (kind, low, high, currentMa) => {
    expect(pisugar2Ma(powerChips[kind], low, high)).toBeCloseTo(currentMa, 0);
  });
});

describe("plug", () => {
  /** 4011 mV, no current. */
  const cell = { 162: 0x86, 163: 0x14, 164: 0, 165: 0, 208: 0x86, 209: 0x14, 210: 0, 211: 0 } as const;
  const pro = { ...cell, 82: 0x46, 194: 0x10 } as const;
  const plain = { ...cell, 81: 0x14, 83: 0x12 } as const;

  async function mains(kind: "ip5209" | "ip5312", bytes: Readonly<Record<number, number>>) {
    const bench = chipBench({ ip5209, ip5312 }[kind], { chip: kind, address: 0x75 }, bytesDevice(bytes));
    expectValue(await bench.probe());
    return (await bench.sample()).acPresent;
  }

  // The maker's program asked for 0xFF in 0xDC as well until a weak USB voltage showed that the byte moves.
  it.each([
    ["at full voltage", { 220: 0xff, 221: 0x1f }, true],
    ["at a weak voltage", { 220: 0xe0, 221: 0x1f }, true],
    ["out, at a small value", { 220: 0xff, 221: 0x02 }, false],
    ["out, at a small negative value", { 220: 0xff, 221: 0x3f }, false],
  ])("IP5312 %s", async (_what, bytes, plugged) => {
    expect(expectValue(await mains("ip5312", { ...pro, ...bytes }))).toBe(plugged);
  });

  it.each([
    [0x10, true],
    [0xef, false],
  ])("IP5209: 0x55 reads %i", async (byte, plugged) => {
    expect(expectValue(await mains("ip5209", { ...plain, 85: byte }))).toBe(plugged);
  });

  it.each([
    ["ip5312", { ...pro, 194: 0xef, 221: 0x1f }],
    ["ip5312", { ...pro, 82: 0x06, 221: 0x1f }],
    ["ip5209", { ...plain, 83: 0x02, 85: 0x10 }],
    // As the maker's program leaves a board with four LEDs: bit 4 of 0x55 is its button.
    ["ip5209", { ...plain, 81: 0x04, 85: 0x10 }],
    ["ip5209", { ...plain, 81: 0x34, 85: 0x10 }],
  ] as const)("%s: no plug is read from pins that are not set up", async (kind, bytes) => {
    expect(expectRefusal(await mains(kind, bytes)).code).toBe("PI_UPS_MAINS_NOT_SET_UP");
  });
});

describe.each([
  ["ip5209", ip5209],
  ["ip5312", ip5312],
] as const)("%s", (kind, family) => {
  const use = { chip: kind, address: 0x75 } as const;

  it("gives voltage, current and mains, no percent, and never writes", async () => {
    const world = stillWorld({ currentMa: 500 });
    const bench = chipBench(family, use, createPiSugar2Registers(kind, world.around));
    expect(expectValue(await bench.probe())).toEqual({ chip: kind, version: null, notes: [] });
    const first = await bench.sample();
    const reading = expectValue(first.gauge);
    expect(reading.cellMv).toBeCloseTo(3900, -1);
    expect(Math.abs((reading.currentMa ?? 0) - 500)).toBeLessThan(2);
    expect(reading.chargePct).toBeUndefined();
    expect(expectValue(first.acPresent)).toBe(true);
    world.becomes({ acPresent: false, currentMa: -800 });
    const second = await bench.sample();
    expect(expectValue(second.acPresent)).toBe(false);
    expect(Math.abs((expectValue(second.gauge).currentMa ?? 0) + 800)).toBeLessThan(2);
    expect(bench.writes).toEqual([]);
  });

  it("does not know mains before the pins are set up, and says how to", async () => {
    const device = createPiSugar2Registers(kind, stillWorld().around, false);
    const bench = chipBench(family, use, device);
    await bench.probe();
    const { acPresent, gauge } = await bench.sample();
    expect(expectRefusal(acPresent)).toMatchObject({
      code: "PI_UPS_MAINS_NOT_SET_UP",
      message: expect.stringContaining("pisugar-server"),
    });
    expect(gauge?.ok).toBe(true);
  });

  it("takes no look whose voltage, current or plug cannot be", async () => {
    const { current, plug, voltage } = powerChips[kind];
    for (const [register, change] of [
      [voltage + 1, (byte: number) => byte ^ 0x02],
      [current + 1, () => 0x1f],
      [plug.register, (byte: number) => byte ^ 0x10],
    ] as const) {
      const board = createPiSugar2Registers(kind, stillWorld({ currentMa: 100 }).around);
      const device = disturbable(board, register, change);
      const bench = chipBench(family, use, device);
      device.disturb(1);
      expect(expectRefusal(await bench.probe()).code).toBe("PI_UPS_GAUGE_IMPOSSIBLE");
    }
  });

  it("refuses a wire that is held low or high", async () => {
    for (const byte of [0x00, 0xff]) {
      const device = { read: () => Uint8Array.of(byte), write: () => undefined };
      expect(expectRefusal(await chipBench(family, use, device).probe()).code).toBe(
        "PI_UPS_GAUGE_IMPOSSIBLE",
      );
    }
  });

  it("turns none of 2000 disturbed readings into another battery or an outage", async () => {
    const bench = chipBench(family, use, createPiSugar2Registers(kind, stillWorld().around), {
      disturbed: 0.05,
    });
    await bench.probe();
    bench.disturb();
    for (let read = 0; read < 2000; read += 1) {
      const { acPresent, gauge } = await bench.sample();
      if (gauge?.ok) expect(Math.abs(gauge.value.cellMv - 3900)).toBeLessThan(101);
      if (acPresent?.ok) expect(acPresent.value).toBe(true);
    }
  });
});
