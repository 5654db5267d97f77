// 52Pi's UPSPlus: little-endian words, two switches with the traps of their timer, and registers that nobody may touch.
import { describe, expect, it } from "vitest";
import { upsPlus } from "../../agent/src/drivers/ups-plus.ts";
import { createUpsPlusRegisters } from "../../agent/src/sim/ups-plus-registers.ts";
import { chipWorld } from "../support/chip-world.ts";
import { bytesDevice, chipBench, disturbable, expectRefusal, expectValue } from "./chip-bench.ts";

const use = { chip: "ups_plus", address: 0x17 } as const;
/** 5.1 V out, 3.95 V battery, 5.05 V at USB-C, 31 °C, cut-off at 3 V, 87 %, version 12. */
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
  17: 0xb8,
  18: 0x0b,
  19: 87,
  20: 0,
  40: 12,
  41: 0,
};

function onSimulator(measured = {}) {
  const { world, around } = chipWorld(measured);
  const device = createUpsPlusRegisters(around);
  return { world, device, ...chipBench(upsPlus, use, device) };
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
      boardFaults: { ok: true, value: [] },
    });
    expect(writes).toEqual([]);
  });

  it.each([
    ["no input", { 7: 0, 8: 0 }, false],
    ["USB-C at 4.0 V", { 7: 0xa0, 8: 0x0f }, false],
    ["USB-C at 4.001 V", { 7: 0xa1, 8: 0x0f }, true],
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

  it.each([
    ["3.199 V", 3199, []],
    ["3.2 V", 3200, ["cuts_too_early"]],
    ["3.7 V, the maker's example", 3700, ["cuts_too_early"]],
    ["nothing possible", 0xffff, []],
  ])("tells of a board that cuts before the agent: %s", async (_what, millivolts, kinds) => {
    const bytes = { ...healthy, 17: millivolts & 0xff, 18: millivolts >> 8 };
    const { probe, sample } = chipBench(upsPlus, use, bytesDevice(bytes));
    await probe();
    const faults = expectValue((await sample()).boardFaults);
    expect(faults.map(({ kind }) => kind)).toEqual(kinds);
    if (millivolts === 3700) expect(faults[0]?.message).toContain("3.70 V");
  });

  it("whose cure, in its order, never stands higher in between", async () => {
    const { device, probe, sample } = onSimulator();
    device.write(18, Uint8Array.of(3700 >> 8));
    device.write(17, Uint8Array.of(3700 & 0xff));
    await probe();
    const [fault] = expectValue((await sample()).boardFaults);
    const orders = [...(fault?.message ?? "").matchAll(/0x17 (0x\w+) (0x\w+)/g)].map(([, at, byte]) => [
      Number(at),
      Number(byte),
    ]);
    expect(orders).toHaveLength(2);
    for (const [at = 0, byte = 0] of orders) {
      device.write(at, Uint8Array.of(byte));
      const [low = 0, high = 0] = device.read(17, 2);
      expect(low | (high << 8)).toBeLessThan(3700);
      expect(low | (high << 8)).toBeGreaterThanOrEqual(2800);
    }
    expect(expectValue((await sample()).boardFaults)).toEqual([]);
  });

  it.each([
    ["outage", 7, "acPresent", true],
    ["sag of the output", 3, "railMv", 5100],
    ["early cut-off", 17, "boardFaults", []],
  ] as const)("takes an %s in one look only for a disturbance", async (_what, register, part, value) => {
    const other = { 7: 0, 3: 0x10, 17: 0x0e }[register];
    const device = disturbable(bytesDevice(healthy), register, () => other);
    const { probe, sample } = chipBench(upsPlus, use, device);
    await probe();
    device.disturb(1);
    expect((await sample())[part]).toEqual({ ok: true, value });
    expect(device.left()).toBe(0);
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
    expect(await clock.until(cut(null))).toEqual({ ok: true, value: undefined });
    expect(world.cutAfterMs).toBeNull();
    expect(writes).toEqual([
      [24, 0],
      [24, 60],
      [24, 0],
    ]);
  });

  it("asks for no cut shorter than the board takes, and replaces one that counts down", async () => {
    const { driver, clock, world, writes } = onSimulator();
    const cut = driver.controls?.powerCut;
    if (cut === undefined) throw new Error("no cut");
    for (const [asked, ms] of [
      [0, 10_000],
      [30.2, 31_000],
      [200, 200_000],
      [20, 20_000],
    ] as const) {
      expect(await clock.until(cut(asked))).toEqual({ ok: true, value: undefined });
      expect(world.cutAfterMs).toBe(ms);
    }
    // Neither the factory reset (27), the update (50) nor the power cycle (26).
    expect(new Set(writes.map(([register]) => register))).toEqual(new Set([24]));
  });

  it("starts no countdown while the old one does not stop", async () => {
    const { driver, clock, writes } = chipBench(upsPlus, use, bytesDevice({ ...healthy, 24: 100 }));
    const answer = driver.controls?.powerCut?.(200) ?? Promise.reject(new Error("none"));
    expect(expectRefusal(await clock.until(answer)).code).toBe("PI_UPS_NOT_TAKEN");
    expect(writes).toEqual([[24, 0]]);
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
