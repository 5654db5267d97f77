// Waveshare's controllers: the documented image of the UPS HAT (E), its links, its power cut, and the one byte of the (D).
import { describe, expect, it } from "vitest";
import { waveshareHatDMcu } from "../../agent/src/drivers/waveshare-ups-hat-d-mcu.ts";
import { decodeHatE, waveshareHatE } from "../../agent/src/drivers/waveshare-ups-hat-e.ts";
import { createHatDMcuRegisters, createHatERegisters } from "../../agent/src/sim/waveshare-registers.ts";
import { chipWorld } from "../support/chip-world.ts";
import { bytesDevice, chipBench, expectRefusal, expectValue } from "./chip-bench.ts";

const useE = { chip: "waveshare_ups_hat_e", address: 0x2d } as const;
const useD = { chip: "waveshare_ups_hat_d_mcu", address: 0x2d } as const;
/** 16.2 V, -420 mA, 87 %, 4350 mAh, 620 min, n/a; four cells at 4.05 V. */
const battery = Uint8Array.of(0x48, 0x3f, 0x5c, 0xfe, 0x57, 0x00, 0xfe, 0x10, 0x6c, 0x02, 0xff, 0xff);
const cells = Uint8Array.of(0xd2, 0x0f, 0xd2, 0x0f, 0xd2, 0x0f, 0xd2, 0x0f);

function hatE(measured = {}) {
  const { world, around } = chipWorld({
    cellMv: 4050,
    cellsInSeries: 4,
    currentMa: -420,
    acPresent: false,
    charger: "off",
    ...measured,
  });
  const registers = createHatERegisters(around);
  return { world, registers, ...chipBench(waveshareHatE, useE, registers, { cellsInSeries: 4 }) };
}

describe("the image of the facts", () => {
  it("is decoded", () => {
    const look = decodeHatE(Uint8Array.of(0x00, 0x03), battery, cells);
    expect(look).toMatchObject({ acPresent: false, charging: false, faults: [] });
    expect(expectValue(look.reading)).toEqual({
      cellMv: 4050,
      lowestCellMv: 4050,
      chargePct: 87,
      currentMa: -420,
    });
  });

  it.each([
    [0xa2, true, true],
    [0x25, true, false],
    [0x00, false, false],
    [0xe2, true, true],
  ])("status 0x%s: input %s, charging %s", (status, acPresent, charging) => {
    expect(decodeHatE(Uint8Array.of(status, 0x03), battery, cells)).toMatchObject({ acPresent, charging });
  });

  it("gives the weakest cell, and refuses one that cannot stand beside the others", () => {
    const weak = Uint8Array.from(cells);
    weak.set([0x3c, 0x0f], 4);
    expect(expectValue(decodeHatE(Uint8Array.of(0, 3), battery, weak).reading).lowestCellMv).toBe(3900);
    weak.set([0x10, 0x00], 4);
    expect(expectRefusal(decodeHatE(Uint8Array.of(0, 3), battery, weak).reading).code).toBe(
      "PI_UPS_GAUGE_IMPOSSIBLE",
    );
  });
});

describe("the UPS HAT (E)", () => {
  it("is known by its id, without a write", async () => {
    const { probe, writes } = hatE();
    expect(await probe()).toMatchObject({ ok: true, value: { version: "0x03" } });
    expect(writes).toEqual([]);
    const other = await chipBench(waveshareHatE, useE, bytesDevice({ 0: 0x42 })).probe();
    expect(expectRefusal(other).message).toContain("reads 0x42, expected is 0x0A");
  });

  it("goes on telling mains when its gauge is lost, and calls the battery's figures old", async () => {
    const { probe, sample, registers, world } = hatE();
    await probe();
    await sample();
    registers.links = 0b01;
    world.measured = { ...world.measured, acPresent: true };
    world.nowMs += 1000;
    const { gauge, acPresent } = await sample();
    expect(expectRefusal(gauge).code).toBe("PI_UPS_GAUGE_LINK_DOWN");
    expect(expectValue(acPresent)).toBe(true);
  });

  it("names a charger that gave up or is lost", () => {
    const faults = (status: number, links: number) =>
      decodeHatE(Uint8Array.of(status, links), battery, cells).faults.map(({ kind }) => kind);
    expect(faults(0x26, 0x03)).toEqual(["charge_timeout"]);
    expect(faults(0x25, 0x02)).toEqual(["charger_link"]);
  });

  it("cuts the power in about 30 s, reads back that it will, and says that it cannot be called off", async () => {
    const { probe, driver, clock, world, writes } = hatE();
    await probe();
    const cut = driver.controls?.powerCut;
    expect(expectRefusal(await clock.until(cut?.(null) ?? Promise.reject(new Error("no cut")))).code).toBe(
      "PI_UPS_NOT_POSSIBLE",
    );
    expect(world.cutAfterMs).toBeNull();
    expect(
      expectRefusal(await clock.until(cut?.(60) ?? Promise.reject(new Error("no cut")))).message,
    ).toContain("cannot wait 60 s");
    expect(await clock.until(cut?.(30) ?? Promise.reject(new Error("no cut")))).toEqual({
      ok: true,
      value: undefined,
    });
    expect(world.cutAfterMs).toBe(30_000);
    expect(writes).toEqual([[1, 0x55]]);
  });
});

describe("the controller of the UPS HAT (D)", () => {
  it("arms the start with mains by one byte, and refuses to disarm", async () => {
    const registers = createHatDMcuRegisters();
    const { probe, driver, clock } = chipBench(waveshareHatDMcu, useD, registers);
    expect(await probe()).toMatchObject({ ok: true });
    const arm = driver.controls?.restartOnMains;
    if (arm === undefined) throw new Error("no switch");
    expect(expectRefusal(await clock.until(arm(false))).code).toBe("PI_UPS_NOT_POSSIBLE");
    expect(registers.armed).toBe(false);
    expect(await clock.until(arm(true))).toMatchObject({ ok: true });
    expect(registers.armed).toBe(true);
  });

  it("is not the (E)'s, which stands at the same address", async () => {
    const found = await chipBench(waveshareHatDMcu, useD, bytesDevice({ 0: 0x0a })).probe();
    expect(expectRefusal(found).message).toContain("waveshare_ups_hat_e");
  });
});
