// PiSugar: the power chips of the 2 and 2 Pro with their signs, and the 3 with its key before and after each write.
import { describe, expect, it } from "vitest";
import { ip5209, ip5312, pisugar2Ma, pisugar2Mv, powerChips } from "../../agent/src/drivers/pisugar2.ts";
import { pisugar3 } from "../../agent/src/drivers/pisugar3.ts";
import { createPiSugar2Registers, createPiSugar3Registers } from "../../agent/src/sim/pisugar-registers.ts";
import { stillWorld } from "../sim/still-world.ts";
import { bytesDevice, type ChipBenchOptions, chipBench, expectRefusal, expectValue } from "./chip-bench.ts";

const use3 = { chip: "pisugar3", address: 0x57 } as const;

function bench3(options: ChipBenchOptions = {}) {
  const world = stillWorld();
  let nowMs = () => 0;
  const device = createPiSugar3Registers({ ...world.around, nowMs: () => nowMs() });
  const bench = chipBench(pisugar3, use3, device, options);
  nowMs = () => bench.clock.now().monoMs;
  const set = <T>(promise: Promise<T> | undefined) =>
    bench.clock.until(promise ?? Promise.reject(new Error("the board has no such switch")));
  return { ...bench, world, device, set };
}

describe("PiSugar 3: probe", () => {
  it("reads the version's text without a write", async () => {
    const bench = bench3();
    expect(expectValue(await bench.probe())).toEqual({ chip: "pisugar3", version: "1.3.4", notes: [] });
    expect(bench.writes).toEqual([]);
    expect(bench.transfers.every((transfer) => transfer.endsWith(" x1"))).toBe(true);
  });

  it("refuses an empty memory chip and one full of zeros", async () => {
    for (const byte of [0xff, 0x00]) {
      const device = { read: () => Uint8Array.of(byte), write: () => undefined };
      const refusal = expectRefusal(await chipBench(pisugar3, use3, device).probe());
      expect(refusal.code).toBe("PI_UPS_GAUGE_NOT_FOUND");
      expect(refusal.message).toContain("AT24C32");
    }
  });
});

describe("PiSugar 3: read", () => {
  it("decodes the bytes of the facts", async () => {
    const bench = chipBench(
      pisugar3,
      use3,
      bytesDevice({
        2: 0xf0,
        3: 0x10,
        4: 0x0a,
        8: 0xf0,
        34: 0x0f,
        35: 0xac,
        38: 0x02,
        39: 0x58,
        42: 87,
        226: 0x31,
        227: 0x00,
      }),
    );
    await bench.probe();
    expect(await bench.sample()).toEqual({
      gauge: { ok: true, value: { cellMv: 4012, chargePct: 87 } },
      acPresent: { ok: true, value: true },
      chargeAllowed: { ok: true, value: true },
      temperatureC: { ok: true, value: -30 },
      outputMa: { ok: true, value: 600 },
    });
  });

  it("follows the simulated board, mains included", async () => {
    const bench = bench3();
    await bench.probe();
    bench.world.becomes({ acPresent: false, cellMv: 3700, chargePct: 40 });
    await bench.clock.advance(1000);
    const sample = await bench.sample();
    expect(expectValue(sample.gauge)).toEqual({ cellMv: 3700, chargePct: 40 });
    expect(expectValue(sample.acPresent)).toBe(false);
  });

  it("refuses a block of zeros, and 0 % of a healthy cell", async () => {
    const bench = bench3();
    await bench.probe();
    bench.device.power = 0;
    bench.world.becomes({ acPresent: false });
    expect(expectRefusal((await bench.sample()).acPresent).code).toBe("PI_UPS_GAUGE_IMPOSSIBLE");
    bench.device.power = 0x60;
    bench.world.becomes({ chargePct: 0 });
    await bench.clock.advance(1000);
    expect(expectRefusal((await bench.sample()).gauge).code).toBe("PI_UPS_GAUGE_IMPOSSIBLE");
  });

  it("turns none of 2000 disturbed readings into another battery, an outage or a press", async () => {
    const bench = bench3({ disturbed: 0.05 });
    await bench.probe();
    bench.disturb();
    for (let read = 0; read < 2000; read += 1) {
      const { acPresent, button, gauge } = await bench.sample();
      if (gauge?.ok) expect(Math.abs((gauge.value.chargePct ?? 0) - 88)).toBeLessThan(2.1);
      if (acPresent?.ok) expect(acPresent.value).toBe(true);
      expect(button).toBeUndefined();
    }
    expect(bench.writes).toEqual([]);
  });
});

describe("PiSugar 3: presses", () => {
  it.each(["power_off", "reboot"] as const)(
    "%s is heard once and taken, and other bits stay",
    async (action) => {
      const bench = bench3();
      bench.device.tap = 0x50;
      await bench.probe();
      bench.world.press(action);
      expect((await bench.sample()).button).toBe(action);
      expect(bench.device.tap).toBe(0x50);
      expect(bench.device.key).toBe(0);
      expect((await bench.sample()).button).toBeUndefined();
    },
  );

  it("a single tap means nothing, and is taken as well", async () => {
    const bench = bench3();
    await bench.probe();
    bench.device.tap = 1;
    expect((await bench.sample()).button).toBeUndefined();
    expect(bench.device.tap).toBe(0);
  });

  it("a soft power-off counts only where both of its bits are set", async () => {
    const bench = bench3();
    await bench.probe();
    bench.device.softPowerOff = 0x08;
    expect((await bench.sample()).button).toBeUndefined();
    bench.device.softPowerOff = 0x18;
    expect((await bench.sample()).button).toBe("power_off");
    expect(bench.device.softPowerOff).toBe(0x10);
  });

  it("one that stood before the agent came is of an earlier run", async () => {
    const bench = bench3();
    bench.device.softPowerOff = 0x18;
    bench.world.press("power_off");
    await bench.probe();
    expect((await bench.sample()).button).toBeUndefined();
    expect([bench.device.tap, bench.device.softPowerOff]).toEqual([0, 0x10]);
  });
});

describe("PiSugar 3: switches", () => {
  it("are written behind the key, which is taken away again, and keep the other bits", async () => {
    const bench = bench3();
    expect((await bench.set(bench.driver.controls?.allowCharge?.(false))).ok).toBe(true);
    expect((await bench.set(bench.driver.controls?.restartOnMains?.(true))).ok).toBe(true);
    expect(bench.writes).toEqual([
      [0x0b, 0x29],
      [0x02, 0xa0],
      [0x0b, 0x00],
      [0x0b, 0x29],
      [0x02, 0xb0],
      [0x0b, 0x00],
    ]);
    expect(bench.device.power).toBe(0x30);
    expect(bench.world.asked.filter((asked) => asked.startsWith("cut"))).toEqual([]);
  });

  it("take the key away when the write itself failed", async () => {
    const bench = bench3({ nacks: (transfer) => transfer === "write 2" });
    expect(expectRefusal(await bench.set(bench.driver.controls?.allowCharge?.(false))).code).toBe(
      "PI_UPS_I2C_NACK",
    );
    expect(bench.writes.at(-1)).toEqual([0x0b, 0x00]);
    expect(bench.device.key).toBe(0);
  });

  it("write nothing that could cut the power", async () => {
    const bench = bench3();
    bench.device.power = 0x40;
    const refusal = expectRefusal(await bench.set(bench.driver.controls?.restartOnMains?.(true)));
    expect(refusal.code).toBe("PI_UPS_NOT_POSSIBLE");
    expect(bench.writes).toEqual([]);
  });

  it("say so when the board takes nothing", async () => {
    const device = createPiSugar3Registers(stillWorld().around);
    const deaf = { read: device.read.bind(device), write: () => undefined };
    const bench = chipBench(pisugar3, use3, deaf);
    const answer = bench.driver.controls?.allowCharge?.(false) ?? Promise.reject(new Error("none"));
    expect(expectRefusal(await bench.clock.until(answer)).code).toBe("PI_UPS_NOT_TAKEN");
  });
});

describe("PiSugar 2: conversion", () => {
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

describe("PiSugar 2: plug", () => {
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
] as const)("PiSugar 2: %s", (kind, family) => {
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
