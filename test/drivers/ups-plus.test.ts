// 52Pi's UPSPlus: little-endian words, three switches, and two registers that nobody may touch.
import { describe, expect, it } from "vitest";
import { upsPlus } from "../../agent/src/drivers/ups-plus.ts";
import { createUpsPlusRegisters } from "../../agent/src/sim/ups-plus-registers.ts";
import { chipWorld } from "../support/chip-world.ts";
import { bytesDevice, chipBench, expectRefusal, expectValue } from "./chip-bench.ts";

const use = { chip: "ups_plus", address: 0x17 } as const;
/** 5.1 V out, 3.95 V battery, 5.05 V at USB-C, 31 °C, 87 %, version 12. */
const healthy = {
  3: 0xec,
  4: 0x13,
  5: 0x6e,
  6: 0x0f,
  7: 0xba,
  8: 0x13,
  9: 0,
  10: 0,
  11: 31,
  12: 0,
  19: 87,
  20: 0,
  40: 12,
  41: 0,
};

function onSimulator(measured = {}) {
  const { world, around } = chipWorld(measured);
  return { world, ...chipBench(upsPlus, use, createUpsPlusRegisters(around)) };
}

describe("reading", () => {
  it("gives what the bytes say", async () => {
    const { probe, sample, writes } = chipBench(upsPlus, use, bytesDevice(healthy));
    expect(await probe()).toEqual({ ok: true, value: { chip: "ups_plus", version: "12", notes: [] } });
    expect(await sample()).toEqual({
      gauge: { ok: true, value: { cellMv: 3950, chargePct: 87 } },
      acPresent: { ok: true, value: true },
      railMv: { ok: true, value: 5100 },
      temperatureC: { ok: true, value: 31 },
    });
    expect(writes).toEqual([]);
  });

  it.each([
    ["no input", { 7: 0, 8: 0 }, false],
    ["USB-C at 4.0 V", { 7: 0xa0, 8: 0x0f }, false],
    ["micro-USB", { 7: 0, 8: 0, 9: 0xba, 10: 0x13 }, true],
  ] as const)("%s", async (_what, bytes, present) => {
    const { probe, sample } = chipBench(upsPlus, use, bytesDevice({ ...healthy, ...bytes }));
    await probe();
    expect(expectValue((await sample()).acPresent)).toBe(present);
  });

  it.each([
    ["a battery of 0 mV", { 5: 0, 6: 0 }],
    ["31 V at an input", { 7: 0xff, 8: 0x7f }],
    ["200 °C", { 11: 200 }],
    ["a percent of 65535", { 19: 0xff, 20: 0xff }],
  ] as const)("refuses %s", async (_what, bytes) => {
    const found = await chipBench(upsPlus, use, bytesDevice({ ...healthy, ...bytes })).probe();
    expect(expectRefusal(found).code).toBe("PI_UPS_GAUGE_IMPOSSIBLE");
  });

  it("reads a frost below zero", async () => {
    const { probe, sample } = chipBench(upsPlus, use, bytesDevice({ ...healthy, 11: 0xfb, 12: 0xff }));
    await probe();
    expect(expectValue((await sample()).temperatureC)).toBe(-5);
  });
});

describe("switches", () => {
  it("arms a power cut with what fits in a byte, sees it counting, and calls it off", async () => {
    const { driver, clock, world, writes } = onSimulator();
    const cut = driver.controls?.powerCut;
    if (cut === undefined) throw new Error("no cut");
    expect(await clock.until(cut(60))).toEqual({ ok: true, value: undefined });
    expect(world.cutAfterMs).toBe(60_000);
    expect(expectRefusal(await clock.until(cut(256))).code).toBe("PI_UPS_NOT_POSSIBLE");
    await clock.until(cut(0));
    expect(await clock.until(cut(null))).toEqual({ ok: true, value: undefined });
    expect(world.cutAfterMs).toBeNull();
    expect(writes).toEqual([
      [24, 60],
      [24, 1],
      [24, 0],
    ]);
  });

  it("says so when the board did not take it", async () => {
    const { driver, clock } = chipBench(upsPlus, use, bytesDevice({ ...healthy, 25: 0 }));
    const restart = driver.controls?.restartOnMains;
    if (restart === undefined) throw new Error("no switch");
    expect(expectRefusal(await clock.until(restart(true))).code).toBe("PI_UPS_NOT_TAKEN");
    const { driver: other, clock: time } = onSimulator();
    expect(
      await time.until(other.controls?.restartOnMains?.(true) ?? Promise.reject(new Error("none"))),
    ).toMatchObject({ ok: true });
  });
});
