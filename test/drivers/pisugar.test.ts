// PiSugar: the power chips of the 2 and 2 Pro with their signs, and the 3 with its key before and after each write.
import { describe, expect, it } from "vitest";
import { ip5209, ip5312, pisugar2Ma, pisugar2Mv, powerChips } from "../../agent/src/drivers/pisugar2.ts";
import { pisugar3 } from "../../agent/src/drivers/pisugar3.ts";
import { pisugar3Time } from "../../agent/src/drivers/pisugar3-controls.ts";
import { createPiSugar2Registers, createPiSugar3Registers } from "../../agent/src/sim/pisugar-registers.ts";
import { stillWorld } from "../sim/still-world.ts";
import {
  bytesDevice,
  type ChipBenchOptions,
  chipBench,
  disturbable,
  expectRefusal,
  expectValue,
} from "./chip-bench.ts";

const use3 = { chip: "pisugar3", address: 0x57 } as const;

function bench3(options: ChipBenchOptions = {}) {
  const world = stillWorld();
  let nowMs = () => 0;
  let wallMs = () => 0;
  const device = createPiSugar3Registers({
    ...world.around,
    nowMs: () => nowMs(),
    wallMs: () => wallMs(),
  });
  const bench = chipBench(pisugar3, use3, device, options);
  nowMs = () => bench.clock.now().monoMs;
  wallMs = () => bench.clock.now().wallMs;
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

  it("knows firmware without a version by its two identity bytes", async () => {
    const board = createPiSugar3Registers(stillWorld().around);
    const device = {
      read: (register: number, length: number) =>
        register >= 0xe2 ? new Uint8Array(length) : board.read(register, length),
      write: () => undefined,
    };
    expect(expectValue(await chipBench(pisugar3, use3, device).probe()).version).toBeNull();
  });

  it.each([
    [3, 0x0e],
    [2, 0x0f],
  ])("refuses %i and %i without a version: a boot loader, or another chip", async (hardware, mode) => {
    const bytes = { 0: hardware, 1: mode, 226: 0 };
    const refusal = expectRefusal(await chipBench(pisugar3, use3, bytesDevice(bytes)).probe());
    expect(refusal.code).toBe("PI_UPS_GAUGE_NOT_FOUND");
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

  it("takes no word that changed between its two bytes", async () => {
    const device = createPiSugar3Registers(stillWorld({ cellMv: 3840 }).around);
    let stepped = false;
    const bench = chipBench(pisugar3, use3, {
      // 3840 mV are 0x0F00: the high byte is read before the step from 3839 mV, the low one after it.
      read(register, length) {
        if (register !== 0x22 || stepped) return device.read(register, length);
        stepped = true;
        return Uint8Array.of(0x0e);
      },
      write: () => undefined,
    });
    expect(expectValue(await bench.probe()).chip).toBe("pisugar3");
    expect(stepped).toBe(true);
    expect(expectValue((await bench.sample()).gauge).cellMv).toBe(3840);
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
      bench.device.tap = 0x54;
      await bench.probe();
      bench.world.press(action);
      expect((await bench.sample()).button).toBe(action);
      expect(bench.device.tap).toBe(0x54);
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

  it.each([
    ["tap", 0x08, 0x03],
    ["soft power-off", 0x03, 0x18],
  ])("a %s in one look only is a disturbance", async (_what, register, bits) => {
    const device = disturbable(createPiSugar3Registers(stillWorld().around), register, (byte) => byte | bits);
    const bench = chipBench(pisugar3, use3, device);
    await bench.probe();
    device.disturb(2);
    expect((await bench.sample()).button).toBeUndefined();
    expect(device.left()).toBe(0);
    expect(bench.writes).toEqual([]);
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
    expect((await bench.set(bench.driver.controls?.restartOnMains?.(false))).ok).toBe(true);
    expect(bench.writes).toEqual([
      [0x0b, 0x29],
      [0x02, 0xbc],
      [0x0b, 0x00],
      [0x0b, 0x29],
      [0x02, 0xac],
      [0x0b, 0x00],
    ]);
    expect(bench.device.power).toBe(0x2c);
    await bench.set(bench.driver.controls?.restartOnMains?.(true));
    expect(bench.device.power).toBe(0x3c);
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

  it.each([
    ["neither output bit", 0x40],
    ["the output off", 0x78],
    ["a cut that counts down", 0x5c],
  ])("write nothing that could cut the power: %s", async (_what, power) => {
    const bench = bench3();
    bench.device.power = power;
    for (const asked of [
      bench.driver.controls?.restartOnMains?.(true),
      bench.driver.controls?.allowCharge?.(false),
    ]) {
      expect(expectRefusal(await bench.set(asked)).code).toBe("PI_UPS_NOT_POSSIBLE");
    }
    expect(bench.writes).toEqual([]);
  });

  it("never write a bit that was misread", async () => {
    const board = createPiSugar3Registers(stillWorld().around);
    const device = disturbable(board, 0x02, (byte) => byte ^ 0x50);
    const bench = chipBench(pisugar3, use3, device);
    device.disturb(1);
    const answer = bench.driver.controls?.restartOnMains?.(false) ?? Promise.reject(new Error("none"));
    expect((await bench.clock.until(answer)).ok).toBe(true);
    expect(board.power).toBe(0x6c);
  });

  it("are written again when the board takes the second write only", async () => {
    const device = createPiSugar3Registers(stillWorld().around);
    let deaf = 1;
    const bench = chipBench(pisugar3, use3, {
      read: device.read.bind(device),
      write(register, bytes) {
        if (register !== 0x02 || deaf === 0) device.write(register, bytes);
        else deaf -= 1;
      },
    });
    const answer = bench.driver.controls?.restartOnMains?.(false) ?? Promise.reject(new Error("none"));
    expect((await bench.clock.until(answer)).ok).toBe(true);
    expect(device.power).toBe(0x6c);
  });

  it("say so when the board takes nothing", async () => {
    const device = createPiSugar3Registers(stillWorld().around);
    const deaf = { read: device.read.bind(device), write: () => undefined };
    const bench = chipBench(pisugar3, use3, deaf);
    const answer = bench.driver.controls?.allowCharge?.(false) ?? Promise.reject(new Error("none"));
    expect(expectRefusal(await bench.clock.until(answer)).code).toBe("PI_UPS_NOT_TAKEN");
  });
});

describe("PiSugar 3: power cut", () => {
  const cuts = ({ world }: ReturnType<typeof bench3>) =>
    world.asked.filter((asked) => asked.startsWith("cut"));
  const data = (writes: readonly (readonly number[])[]) => writes.filter(([register]) => register !== 0x0b);

  it("sets the delay first and then clears the bit that counts down", async () => {
    const bench = bench3();
    expect((await bench.set(bench.driver.controls?.powerCut?.(60))).ok).toBe(true);
    expect(data(bench.writes).slice(-2)).toEqual([
      [0x09, 60],
      [0x02, 0xdc],
    ]);
    expect(cuts(bench)).toEqual(["cut 60000"]);
  });

  it("never cuts before the second that was asked for, and knows how far it counts", async () => {
    const bench = bench3();
    await bench.set(bench.driver.controls?.powerCut?.(0.4));
    expect(bench.device.cutDelay).toBe(1);
    await bench.set(bench.driver.controls?.powerCut?.(255));
    expect(bench.world.asked.at(-1)).toBe("cut 255000");
    bench.writes.length = 0;
    const refusal = expectRefusal(await bench.set(bench.driver.controls?.powerCut?.(256)));
    expect(refusal.code).toBe("PI_UPS_NOT_POSSIBLE");
    expect(bench.writes).toEqual([]);
  });

  it("is called off, and a new figure replaces one that counts down", async () => {
    const bench = bench3();
    await bench.set(bench.driver.controls?.powerCut?.(60));
    expect((await bench.set(bench.driver.controls?.powerCut?.(null))).ok).toBe(true);
    expect(bench.world.asked.at(-1)).toBe("cut null");
    expect(bench.device.power).toBe(0x7c);
    await bench.set(bench.driver.controls?.powerCut?.(200));
    await bench.set(bench.driver.controls?.powerCut?.(30));
    expect(cuts(bench).slice(-3)).toEqual(["cut 200000", "cut null", "cut 30000"]);
  });

  it("writes nothing where the output is off already", async () => {
    const bench = bench3();
    bench.device.power = 0x78;
    expect(expectRefusal(await bench.set(bench.driver.controls?.powerCut?.(60))).code).toBe(
      "PI_UPS_NOT_POSSIBLE",
    );
    expect(bench.writes).toEqual([]);
  });

  it("does not begin with a delay that the board did not take", async () => {
    const device = createPiSugar3Registers(stillWorld().around);
    const bench = chipBench(pisugar3, use3, {
      read: device.read.bind(device),
      write(register, bytes) {
        if (register !== 0x09) device.write(register, bytes);
      },
    });
    const answer = bench.driver.controls?.powerCut?.(60) ?? Promise.reject(new Error("none"));
    expect(expectRefusal(await bench.clock.until(answer)).code).toBe("PI_UPS_NOT_TAKEN");
    expect(device.power).toBe(0x7c);
  });
});

describe("PiSugar 3: alarm", () => {
  function benchAt(aheadMs: number) {
    const bench = bench3();
    bench.device.clockAheadMs = aheadMs;
    const wake = (inMs: number) =>
      bench.set(bench.driver.controls?.wakeAt?.(bench.clock.now().wallMs + inMs));
    return { ...bench, wake };
  }

  it.each([
    [0, [0x00, 0x00, 0x00]],
    [37_230, [0x10, 0x20, 0x30]],
    [86_399, [0x23, 0x59, 0x59]],
  ])("second %i of the day in decimal digits", (second, digits) => {
    expect(pisugar3Time(second)).toEqual(digits);
  });

  it("counts on from what the board's clock says, whatever zone that is, and past midnight", async () => {
    for (const hours of [0, 8, -5]) {
      const bench = benchAt(hours * 3_600_000);
      const wallMs = bench.clock.now().wallMs;
      expect((await bench.wake(20 * 3_600_000)).ok).toBe(true);
      const [control, , , , days, ...time] = bench.device.alarm;
      expect([control, days]).toEqual([0x80, 0x7f]);
      const boardMs = wallMs + (hours + 20) * 3_600_000;
      const expected = pisugar3Time(Math.floor(boardMs / 1000) % 86_400);
      const seconds = (digits: readonly number[]) =>
        digits.reduce((sum, byte) => sum * 60 + (byte >> 4) * 10 + (byte & 0x0f), 0);
      expect(Math.abs(seconds(time) - seconds(expected))).toBeLessThanOrEqual(1);
    }
  });

  it("is on only when all of it is written, and goes off alone", async () => {
    const bench = benchAt(0);
    await bench.wake(3_600_000);
    const written = bench.writes.filter(([register]) => register !== 0x0b).map(([register]) => register);
    expect(written).toEqual([0x40, 0x45, 0x46, 0x47, 0x44, 0x40]);
    bench.writes.length = 0;
    expect((await bench.set(bench.driver.controls?.wakeAt?.(null))).ok).toBe(true);
    expect(bench.device.alarm[0]).toBe(0);
    expect(bench.writes).toHaveLength(3);
  });

  it.each([0, -1, 30_000, 86_400_000])("%i ms ahead is refused", async (inMs) => {
    const bench = benchAt(0);
    const refusal = expectRefusal(await bench.wake(inMs));
    expect(refusal.code).toBe("PI_UPS_NOT_POSSIBLE");
    expect(bench.writes).toEqual([]);
  });

  it("is not set by a clock that stands still or says no time", async () => {
    const bench = benchAt(Number.NaN);
    const refusal = expectRefusal(await bench.wake(3_600_000));
    expect(refusal.code).toBe("PI_UPS_RTC_WRONG");
    expect(refusal.message).toContain("stands still");
    const bytes = bytesDevice({ 53: 0x24, 54: 0x00, 55: 0x00 });
    const other = chipBench(pisugar3, use3, bytes);
    const answer = other.driver.controls?.wakeAt?.(other.clock.now().wallMs + 3_600_000);
    const impossible = await other.clock.until(answer ?? Promise.reject(new Error("none")));
    expect(expectRefusal(impossible).code).toBe("PI_UPS_RTC_IMPOSSIBLE");
    expect([...bench.writes, ...other.writes]).toEqual([]);
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
