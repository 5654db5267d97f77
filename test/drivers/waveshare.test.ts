// Waveshare's controllers: the documented image of the UPS HAT (E), its links, its power cut, and the one byte of the (D).
import { describe, expect, it } from "vitest";
import { waveshareHatDMcu } from "../../agent/src/drivers/waveshare-ups-hat-d-mcu.ts";
import {
  decodeHatE,
  hatEFaults,
  hatEMains,
  waveshareHatE,
} from "../../agent/src/drivers/waveshare-ups-hat-e.ts";
import {
  decodeHatEBattery,
  decodeHatECells,
  decodeHatEHead,
  decodeHatEInput,
} from "../../agent/src/drivers/waveshare-ups-hat-e-map.ts";
import { createHatDMcuRegisters, createHatERegisters } from "../../agent/src/sim/waveshare-registers.ts";
import { chipWorld } from "../support/chip-world.ts";
import { bytesDevice, chipBench, expectRefusal, expectValue } from "./chip-bench.ts";

const useE = { chip: "waveshare_ups_hat_e", address: 0x2d } as const;
const useD = { chip: "waveshare_ups_hat_d_mcu", address: 0x2d } as const;
/** 16.2 V, -420 mA, 87 %, 4350 mAh, 620 min, n/a; four cells at 4.05 V. */
const battery = Uint8Array.of(0x48, 0x3f, 0x5c, 0xfe, 0x57, 0x00, 0xfe, 0x10, 0x6c, 0x02, 0xff, 0xff);
const cells = Uint8Array.of(0xd2, 0x0f, 0xd2, 0x0f, 0xd2, 0x0f, 0xd2, 0x0f);
/** Registers 0x00 to 0x03 with this status and these links. */
const head = (status: number, links = 0x03, cut = 0x0b) => Uint8Array.of(0x0a, cut, status, links);

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
  it("is decoded, block by block", () => {
    expect(decodeHatEBattery(battery)).toEqual({
      packMv: 16_200,
      currentMa: -420,
      chargePct: 87,
      remainingMah: 4350,
      minutesToEmpty: 620,
      minutesToFull: null,
    });
    expect(decodeHatECells(cells)).toEqual([4050, 4050, 4050, 4050]);
    expect(decodeHatEInput(Uint8Array.of(0x98, 0x3a, 0xf2, 0x03, 0x2e, 0x3b))).toEqual({
      mv: 15_000,
      ma: 1010,
      mw: 15_150,
    });
  });

  it("is what the simulated board sends", () => {
    const { registers, world } = hatE({ chargePct: 87, capacityMah: 5000 });
    expect([...registers.read(0x20, 10)]).toEqual([...battery.slice(0, 8), 0x6d, 0x02]);
    expect([...registers.read(0x2a, 2)]).toEqual([0xff, 0xff]);
    expect([...registers.read(0x30, 8)]).toEqual([...cells]);
    expect([...registers.read(0x00, 4)]).toEqual([0x0a, 0x0b, 0x00, 0x03]);
    world.measured = { ...world.measured, acPresent: true, currentMa: 600, charger: "constant_current" };
    world.nowMs += 1000;
    expect([...registers.read(0x10, 6)]).toEqual([0x98, 0x3a, 0xf2, 0x03, 0x2e, 0x3b]);
    expect([...registers.read(0x00, 4)]).toEqual([0x0a, 0x0b, 0xe2, 0x03]);
    expect([...registers.read(0x28, 4)]).toEqual([0xff, 0xff, 0x41, 0x00]);
  });

  it("gives the battery's reading", () => {
    const look = decodeHatE(head(0x00), battery, cells);
    expect(expectValue(hatEMains(look))).toBe(false);
    expect(hatEFaults(look.head)).toEqual([]);
    expect(expectValue(look.reading)).toEqual({
      cellMv: 4050,
      lowestCellMv: 4050,
      chargePct: 87,
      currentMa: -420,
    });
  });

  it.each([
    [0xa2, true, true, false, "constant_current"],
    [0x25, true, false, false, "full"],
    [0x00, false, false, false, "standby"],
    [0xe2, true, true, true, "constant_current"],
    [0xa1, true, true, false, "trickle"],
    [0xa3, true, true, false, "constant_voltage"],
    [0x24, true, false, false, "pending"],
    [0x26, true, false, false, "timeout"],
    [0x27, true, false, false, "unknown"],
  ])(
    "status 0x%s: input %s, charging %s, fast %s, charger %s",
    (status, inputPresent, charging, fastCharge, charger) => {
      expect(decodeHatEHead(head(status))).toEqual({
        id: 0x0a,
        cutPending: false,
        charging,
        fastCharge,
        inputPresent,
        charger,
        gaugeLink: true,
        chargerLink: true,
        strangeLinks: false,
      });
    },
  );

  /** The image with the third cell at this voltage, and the pack's voltage with it. */
  function withThirdCell(mv: number, packMv = 3 * 4050 + mv) {
    const third = Uint8Array.from(cells);
    third.set([mv & 0xff, mv >> 8], 4);
    const pack = Uint8Array.from(battery);
    pack.set([packMv & 0xff, packMv >> 8], 0);
    return decodeHatE(head(0), pack, third).reading;
  }

  it("gives the weakest cell, however weak it is", () => {
    expect(expectValue(withThirdCell(3900))).toMatchObject({ cellMv: 4012.5, lowestCellMv: 3900 });
    expect(expectValue(withThirdCell(2600))).toMatchObject({ lowestCellMv: 2600 });
  });

  it.each([
    ["a cell that is no cell", 1900, undefined, "Cell 3 of the UPS HAT (E) says 1900 mV"],
    ["a cell that is none", 0, undefined, "says 0 mV"],
    ["a cell above every charger", 4600, undefined, "says 4600 mV"],
    ["a cell that the pack's voltage does not know", 3000, 16_200, "one was misread"],
    ["a pack that its cells do not give", 4050, 15_100, "one was misread"],
  ])("refuses %s", (_what, mv, packMv, words) => {
    const refusal = expectRefusal(withThirdCell(mv, packMv));
    expect(refusal.code).toBe("PI_UPS_GAUGE_IMPOSSIBLE");
    expect(refusal.message).toContain(words);
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
    registers.links = 0b11;
    expect(expectValue((await sample()).gauge).cellMv).toBe(4050);
  });

  it("takes no old word for mains when its charger is lost, but sees a battery that is drained", async () => {
    const { probe, sample, registers, world } = hatE({ acPresent: true, currentMa: 0, charger: "done" });
    await probe();
    expect(expectValue((await sample()).acPresent)).toBe(true);
    registers.links = 0b10;
    const lost = await sample();
    expect(expectRefusal(lost.acPresent).code).toBe("PI_UPS_CHARGER_LINK_DOWN");
    expect(expectRefusal(lost.charging).code).toBe("PI_UPS_CHARGER_LINK_DOWN");
    expect(expectValue(lost.gauge).cellMv).toBe(4050);
    expect(expectValue(lost.boardFaults)).toMatchObject([{ kind: "charger_link" }]);
    world.measured = { ...world.measured, acPresent: false, currentMa: -900 };
    world.nowMs += 1000;
    expect(expectValue((await sample()).acPresent)).toBe(false);
    expect([...registers.read(0x02, 1)]).toEqual([0x25]);
  });

  it("lets both be old when both links are lost", () => {
    const look = decodeHatE(head(0x20, 0x00), battery, cells);
    expect(expectRefusal(look.reading).code).toBe("PI_UPS_GAUGE_LINK_DOWN");
    expect(expectRefusal(hatEMains(look)).code).toBe("PI_UPS_CHARGER_LINK_DOWN");
  });

  it("gives its further figures, and leaves out what is old", async () => {
    const { probe, sample, registers, world } = hatE({ chargePct: 87, capacityMah: 5000 });
    await probe();
    const figures = async () =>
      expectValue((await sample()).figures).map(({ name, value, unit }) => `${name} ${value} ${unit}`);
    const cellsNow = ["cell_1 4.05 V", "cell_2 4.05 V", "cell_3 4.05 V", "cell_4 4.05 V"];
    const noInput = ["input_voltage 0 V", "input_current 0 A", "input_power 0 W"];
    const empty = ["remaining 4350 mAh", "time_to_empty 621 min"];
    expect(await figures()).toEqual([...noInput, ...cellsNow, ...empty]);
    registers.links = 0b10;
    expect(await figures()).toEqual([...cellsNow, ...empty]);
    registers.links = 0b01;
    expect(await figures()).toEqual(noInput);
    registers.links = 0b11;
    world.measured = { ...world.measured, acPresent: true, currentMa: 600, charger: "constant_current" };
    world.nowMs += 1000;
    expect(await figures()).toEqual([
      "input_voltage 15 V",
      "input_current 1.01 A",
      "input_power 15.15 W",
      ...cellsNow,
      "remaining 4350 mAh",
      "time_to_full 65 min",
    ]);
    registers.cellsApartMv = [0, 0, -4050, 0];
    expect((await sample()).figures).toMatchObject({ ok: false, code: "PI_UPS_GAUGE_IMPOSSIBLE" });
  });

  it("shows no input that USB PD cannot give, and none that could not be read", async () => {
    for (const input of ["garbage", "silence"] as const) {
      const { registers } = hatE();
      const bench = chipBench(
        waveshareHatE,
        useE,
        {
          read: (at, length) =>
            at === 0x10 ? new Uint8Array(length).fill(0xff) : registers.read(at, length),
          write: () => undefined,
        },
        { nacks: (transfer) => input === "silence" && transfer.startsWith("read 16 ") },
      );
      await bench.probe();
      const { gauge, figures } = await bench.sample();
      expect(expectValue(gauge).cellMv).toBe(4050);
      expect(expectValue(figures).map(({ name }) => name)).not.toContain("input_voltage");
    }
  });

  it("tells mains while a cell says what cannot be", async () => {
    const { probe, sample, registers, world } = hatE();
    await probe();
    await sample();
    registers.cellsApartMv = [0, 0, -4050, 0];
    for (const acPresent of [false, true]) {
      world.measured = { ...world.measured, acPresent };
      world.nowMs += 1000;
      const seen = await sample();
      expect(expectRefusal(seen.gauge)).toMatchObject({
        code: "PI_UPS_GAUGE_IMPOSSIBLE",
        message: expect.stringContaining("Cell 3"),
      });
      expect(expectValue(seen.acPresent)).toBe(acPresent);
    }
  });

  it("believes a cell that falls away once three looks show it", async () => {
    const { probe, sample, registers } = hatE();
    await probe();
    await sample();
    registers.cellsApartMv = [0, 0, -900, 0];
    expect(expectValue((await sample()).gauge)).toMatchObject({ cellMv: 3825, lowestCellMv: 3150 });
  });

  it("believes no single look at a cell that fell away", async () => {
    const { registers } = hatE();
    let disturbed = 0;
    const bench = chipBench(waveshareHatE, useE, {
      read(register, length) {
        if (register === 0x30) registers.cellsApartMv = disturbed-- > 0 ? [0, 0, -300, 0] : [0, 0, 0, 0];
        return registers.read(register, length);
      },
      write: () => undefined,
    });
    await bench.probe();
    await bench.sample();
    disturbed = 2;
    expect(expectValue((await bench.sample()).gauge).lowestCellMv).toBe(4050);
  });

  it("names a charger that gave up or is lost, and a power cut that is on its way", () => {
    const faults = (...bytes: Parameters<typeof head>) =>
      hatEFaults(decodeHatEHead(head(...bytes))).map(({ kind }) => kind);
    expect(faults(0x26, 0x03)).toEqual(["charge_timeout"]);
    expect(faults(0x25, 0x02)).toEqual(["charger_link"]);
    expect(faults(0x25, 0x03, 0x55)).toEqual(["power_cut_pending"]);
    expect(faults(0x25)).toEqual([]);
  });

  it("refuses a head that the board never sends", async () => {
    for (const [register, byte] of [
      [0, 0x0b],
      [3, 0x07],
      [3, 0x83],
    ] as const) {
      const { registers } = hatE();
      let strange = false;
      const bench = chipBench(waveshareHatE, useE, {
        read(at, length) {
          const bytes = registers.read(at, length);
          if (strange && at === 0) bytes[register] = byte;
          return bytes;
        },
        write: () => undefined,
      });
      await bench.probe();
      strange = true;
      const { gauge, acPresent } = await bench.sample();
      expect(expectRefusal(gauge).code).toBe("PI_UPS_GAUGE_IMPOSSIBLE");
      expect(expectRefusal(acPresent).code).toBe("PI_UPS_GAUGE_IMPOSSIBLE");
    }
  });

  it("waits until the board shows the cut, and warns when it never does", async () => {
    const { registers, world } = hatE();
    let unseen = 3;
    const slow = chipBench(waveshareHatE, useE, {
      read(register, length) {
        const bytes = registers.read(register, length);
        if (register === 0x01 && unseen-- > 0) bytes[0] = 0x0b;
        return bytes;
      },
      write: (register, data) => registers.write(register, data),
    });
    const cut = slow.driver.controls?.powerCut;
    if (cut === undefined) throw new Error("no cut");
    expect(await slow.clock.until(cut(0))).toEqual({ ok: true, value: undefined });
    expect(world.cutAfterMs).toBe(30_000);
    unseen = 99;
    const refusal = expectRefusal(await slow.clock.until(cut(0)));
    expect(refusal.code).toBe("PI_UPS_NOT_TAKEN");
    expect(refusal.message).toContain("reads 0x0B");
    expect(refusal.message).toContain("Be ready");
  });

  it("shows its own pending cut as a fault", async () => {
    const { probe, sample, driver, clock } = hatE();
    await probe();
    await clock.until(driver.controls?.powerCut?.(30) ?? Promise.reject(new Error("no cut")));
    expect(expectValue((await sample()).boardFaults)).toMatchObject([{ kind: "power_cut_pending" }]);
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
