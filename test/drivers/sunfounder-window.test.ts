// The read window of SunFounder's controller: bytes in, values out, what is refused, and the direction of the current.
import { describe, expect, it } from "vitest";
import { decodeSpcWindow } from "../../agent/src/drivers/sunfounder-window.ts";
import { expectRefusal, expectValue } from "./chip-bench.ts";
import { changedWindow as changed, spcWindow as window } from "./spc-window.ts";

const has = ["currents", "shutdown_request", "buzzer"] as const;
const minus800 = { 10: 0xe0, 11: 0xfc } as const;

describe("window", () => {
  it("is little-endian, in millivolts and milliamperes", () => {
    expect(expectValue(decodeSpcWindow(changed({}), has, 2))).toEqual({
      reading: { cellMv: 3950, chargePct: 76, currentMa: 800, lowestCellMv: 3950 },
      railMv: { ok: true, value: 5100 },
      outputMa: { ok: true, value: 1200 },
      acPresent: true,
      charging: true,
      batterySupplies: false,
      batteryPlugged: true,
      shutdownRequest: 0,
    });
  });

  it("has no currents and no request where the product has none", () => {
    const look = expectValue(decodeSpcWindow(changed({ 20: 2 }), [], 2));
    expect(look.outputMa).toBeNull();
    expect(look.reading.currentMa).toBeUndefined();
    expect(look.shutdownRequest).toBe(0);
  });

  it("takes the lowest cell, and no cells that do not fit the pack", () => {
    const lowest = (bytes: Readonly<Record<number, number>>) =>
      expectValue(decodeSpcWindow(changed(bytes), has, 2)).reading.lowestCellMv;
    expect(lowest({ 21: 0x0a, 22: 0x0f, 23: 0xd2, 24: 0x0f })).toBe(3850);
    expect(lowest({ 21: 0, 22: 0, 23: 0, 24: 0 })).toBeUndefined();
    expect(lowest({ 23: 0xdc, 24: 0x1e })).toBeUndefined();
  });

  it.each([
    ["all zero", Object.fromEntries(window.map((_, at) => [at, 0]))],
    ["all ones", Object.fromEntries(window.map((_, at) => [at, 0xff]))],
    ["a flag of 2", { 16: 2 }],
    ["101 %", { 12: 101 }],
    ["an unknown request", { 20: 4 }],
    ["30 V at the input", { 0: 0x30, 1: 0x75 }],
    ["1 V of battery", { 8: 0xe8, 9: 0x03 }],
  ])("%s is refused", (_name, bytes) => {
    expect(expectRefusal(decodeSpcWindow(changed(bytes), has, 2)).code).toBe("PI_UPS_GAUGE_IMPOSSIBLE");
  });

  it("without a battery tells mains while the input feeds the Pi, and nothing when it does not", () => {
    const gone = { 8: 0, 9: 0, 17: 0, 21: 0, 22: 0, 23: 0, 24: 0 } as const;
    expect(expectValue(decodeSpcWindow(changed(gone), has, 2)).acPresent).toBe(true);
    for (const bytes of [
      { ...gone, 4: 0, 5: 0 },
      { ...gone, 16: 0 },
    ]) {
      expect(expectRefusal(decodeSpcWindow(changed(bytes), has, 2)).code).toBe("PI_UPS_GAUGE_IMPOSSIBLE");
    }
  });

  it("that is too short is refused", () => {
    expect(expectRefusal(decodeSpcWindow(Uint8Array.of(1, 2), [], 2)).message).toContain("2 of 25");
  });
});

describe("direction of the battery current", () => {
  const current = (bytes: Readonly<Record<number, number>>) =>
    expectValue(decodeSpcWindow(changed(bytes), has, 2)).reading.currentMa;

  it.each([
    ["supplying, register positive", { 15: 1, 16: 0, 18: 0 }, -800],
    ["supplying, register negative", { 15: 1, 16: 0, 18: 0, ...minus800 }, -800],
    ["charging, register negative", { ...minus800 }, 800],
  ])("%s", (_name, bytes, expected) => {
    expect(current(bytes)).toBe(expected);
  });

  it("is none at rest, and unknown when the flags do not name it", () => {
    expect(current({ 18: 0, 10: 30, 11: 0 })).toBe(0);
    expect(current({ 18: 0 })).toBeUndefined();
    expect(current({ 15: 1, 18: 1 })).toBeUndefined();
  });
});
