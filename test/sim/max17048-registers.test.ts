// The simulated MAX17048 and MAX17040, register by register, as their data sheets have it.
import { describe, expect, it } from "vitest";
import { createMax17040Registers } from "../../agent/src/sim/max17043-registers.ts";
import { createMax17048Registers } from "../../agent/src/sim/max17048-registers.ts";
import type { RegisterDevice } from "../../agent/src/sim/sim-i2c-bus.ts";
import { createSimI2cBus } from "../../agent/src/sim/sim-i2c-bus.ts";
import { chipWorld } from "../support/chip-world.ts";
import { VirtualClock } from "./virtual-clock.ts";

function handles(registers: RegisterDevice) {
  return {
    word: (register: number) => {
      const [high = 0, low = 0] = registers.read(register, 2);
      return (high << 8) | low;
    },
    write: (register: number, value: number) =>
      registers.write(register, Uint8Array.of(value >> 8, value & 0xff)),
  };
}

function chip(measured: Parameters<typeof chipWorld>[0] = {}) {
  const { world, around } = chipWorld(measured);
  const registers = createMax17048Registers(around);
  return { world, registers, ...handles(registers) };
}

describe("registers of the MAX17048", () => {
  it.each([
    ["VCELL", 0x02, 0xc300],
    ["SOC", 0x04, 0x5780],
    ["MODE", 0x06, 0x0000],
    ["VERSION", 0x08, 0x0011],
    ["HIBRT", 0x0a, 0x8030],
    ["CONFIG", 0x0c, 0x971c],
    ["VALRT", 0x14, 0x00ff],
    ["CRATE", 0x16, 0x0000],
    ["VRESET", 0x18, 0x9600],
    ["STATUS with the reset flag", 0x1a, 0x0100],
    ["undefined 0x10", 0x10, 0xffff],
  ])("%s reads as after power-on", (_name, register, expected) => {
    expect(chip().word(register)).toBe(expected);
  });

  it("has all sixteen bits of the voltage", () => {
    expect(chip({ cellMv: 3900.078125 }).word(0x02)).toBe(0xc301);
  });

  it("keeps what is written where it can be written, and clears flags of STATUS only", () => {
    const { word, write } = chip();
    write(0x0c, 0x97dc);
    write(0x14, 0xa0d4);
    write(0x18, 0x7dff);
    write(0x08, 0x1234);
    expect([word(0x0c), word(0x14), word(0x18), word(0x08)]).toEqual([0x97dc, 0xa0d4, 0x7d00, 0x0011]);
    write(0x1a, 0x0000);
    expect(word(0x1a)).toBe(0x0000);
    write(0x1a, 0x0100);
    expect(word(0x1a)).toBe(0x0000);
  });
});

describe("rate of charge", () => {
  it("follows the current by and by, to its share of the capacity", () => {
    const { word, world } = chip({ currentMa: 0, capacityMah: 5000 });
    word(0x16);
    world.measured = { ...world.measured, currentMa: -600 };
    world.nowMs += 30_000;
    const soon = word(0x16) - 0x10000;
    expect(soon).toBeLessThan(0);
    expect(soon).toBeGreaterThan(-58 * 0.6);
    for (let minute = 0; minute < 10; minute += 1) {
      world.nowMs += 60_000;
      word(0x16);
    }
    // -12 % an hour.
    expect(word(0x16)).toBe(0xffc6);
  });
});

describe("hibernation", () => {
  const calm = (minutes: number) => {
    const made = chip();
    for (let second = 0; second < minutes * 60; second += 10) {
      made.word(0x02);
      made.world.nowMs += 10_000;
    }
    made.word(0x02);
    return made;
  };

  it("begins after six calm minutes, and then looks at the cell every 45 s", () => {
    expect(calm(5.5).word(0x06)).toBe(0x0000);
    const { word, world } = calm(6);
    expect(word(0x06)).toBe(0x1000);
    world.measured = { ...world.measured, cellMv: 3800 };
    world.nowMs += 44_000;
    expect(word(0x02)).toBe(0xc300);
    world.nowMs += 1000;
    expect(word(0x02)).toBe(0xbe00);
    // A step of more than 60 mV has woken it.
    expect(word(0x06)).toBe(0x0000);
  });

  it("never begins with HIBRT 0x0000, and always is with 0xFFFF", () => {
    const never = calm(0);
    never.write(0x0a, 0x0000);
    for (let minute = 0; minute < 20; minute += 1) {
      never.world.nowMs += 60_000;
      never.word(0x02);
    }
    expect(never.word(0x06)).toBe(0x0000);
    const always = calm(0);
    always.write(0x0a, 0xffff);
    always.world.nowMs += 250;
    expect(always.word(0x06)).toBe(0x1000);
  });
});

describe("sleep, quick-start and reset", () => {
  it("sleeps only when sleep was enabled in MODE", () => {
    const { word, world, write } = chip();
    word(0x02);
    write(0x0c, 0x979c);
    world.measured = { ...world.measured, cellMv: 3600 };
    world.nowMs += 250;
    expect(word(0x02)).toBe(0xb400);
    write(0x06, 0x2000);
    world.measured = { ...world.measured, cellMv: 3700 };
    world.nowMs += 5000;
    expect(word(0x02)).toBe(0xb400);
    write(0x0c, 0x971c);
    expect(word(0x02)).toBe(0xb900);
  });

  it("quick-starts on bit 14 of MODE", () => {
    const { world, write } = chip();
    write(0x06, 0x2000);
    expect(world.quickStarts).toBe(0);
    write(0x06, 0x4000);
    expect(world.quickStarts).toBe(1);
  });

  it("resets on 0x5400 to COMMAND and does not acknowledge it", async () => {
    const { registers, word, world, write } = chip();
    write(0x0c, 0x970c);
    write(0x1a, 0x0000);
    const bus = createSimI2cBus({
      bus: 1,
      devices: new Map([[0x36, registers]]),
      clock: new VirtualClock(),
      latencyMs: 0,
      fault: () => null,
      random: () => 0,
    });
    const answer = await bus.write(0x36, 0xfe, Uint8Array.of(0x54, 0x00));
    expect(answer).toMatchObject({ ok: false, code: "PI_UPS_I2C_NACK" });
    expect([word(0x0c), word(0x1a), world.quickStarts]).toEqual([0x971c, 0x0100, 1]);
    expect(await bus.write(0x36, 0x0c, Uint8Array.of(0x97, 0x1c))).toMatchObject({ ok: true });
  });
});

describe("alerts", () => {
  it("flags a voltage outside VALRT and a charge below the threshold, and latches them", () => {
    const { word, world, write } = chip({ cellMv: 3100, chargePct: 3 });
    write(0x14, 0xa0d4);
    expect(word(0x1a)).toBe(0x1500);
    expect(word(0x0c)).toBe(0x973c);
    world.measured = { ...world.measured, cellMv: 4300, chargePct: 50 };
    world.nowMs += 250;
    expect(word(0x1a)).toBe(0x1700);
  });
});

describe("registers of the MAX17040", () => {
  it.each([
    ["VERSION", 0x08, 0x0002],
    ["CONFIG", 0x0c, 0x9700],
    ["MODE", 0x06, 0x0000],
    ["undefined 0x14", 0x14, 0xffff],
    ["undefined 0x16", 0x16, 0xffff],
    ["undefined 0x1A", 0x1a, 0xffff],
  ])("%s reads as in the dump of a real one", (_name, register, expected) => {
    const { word } = handles(createMax17040Registers(chipWorld().around));
    expect(word(register)).toBe(expected);
  });

  it("has neither sleep nor alert", () => {
    const { world, around } = chipWorld({ chargePct: 2 });
    const { word, write } = handles(createMax17040Registers(around));
    write(0x0c, 0x97ff);
    expect(word(0x0c)).toBe(0x9700);
    word(0x02);
    world.measured = { ...world.measured, cellMv: 3600 };
    world.nowMs += 500;
    expect(word(0x02)).toBe(0xb400);
    expect(word(0x0c)).toBe(0x9700);
  });
});
