// The simulated chip, register by register, as the data sheet has it.
import { describe, expect, it } from "vitest";
import { createMax17043Registers } from "../../agent/src/sim/max17043-registers.ts";
import { chipWorld } from "../support/chip-world.ts";

function chip() {
  const { world, around } = chipWorld();
  const registers = createMax17043Registers(around);
  const word = (register: number) => {
    const [high = 0, low = 0] = registers.read(register, 2);
    return (high << 8) | low;
  };
  const write = (register: number, value: number) =>
    registers.write(register, Uint8Array.of(value >> 8, value & 0xff));
  return { world, registers, word, write };
}

describe("registers", () => {
  it.each([
    ["VCELL", 0x02, 0xc300],
    ["SOC", 0x04, 0x5780],
    ["MODE", 0x06, 0x0000],
    ["VERSION", 0x08, 0x0003],
    ["CONFIG", 0x0c, 0x971c],
    ["undefined 0x00", 0x00, 0xffff],
    ["undefined 0x0A", 0x0a, 0xffff],
    ["undefined 0x14", 0x14, 0xffff],
    ["COMMAND", 0xfe, 0xffff],
  ])("%s reads as in the data sheet", (_name, register, expected) => {
    expect(chip().word(register)).toBe(expected);
  });

  it("is big-endian, and runs on from one register into the next", () => {
    expect([...chip().registers.read(0x02, 4)]).toEqual([0xc3, 0x00, 0x57, 0x80]);
  });

  it("leaves the low nibble of VCELL 0: its step is 1.25 mV", () => {
    const { word, world } = chip();
    world.measured = { ...world.measured, cellMv: 3899.3 };
    expect(word(0x02)).toBe(0xc2f0);
  });
});

describe("conversion", () => {
  it("refreshes every 500 ms, not at each read", () => {
    const { word, world } = chip();
    expect(word(0x02)).toBe(0xc300);
    world.measured = { ...world.measured, cellMv: 3600 };
    world.nowMs += 499;
    expect(word(0x02)).toBe(0xc300);
    world.nowMs += 1;
    expect(word(0x02)).toBe(0xb400);
  });

  it("stops when the chip hangs or sleeps", () => {
    for (const stop of ["frozen", "asleep"]) {
      const { word, world, write } = chip();
      word(0x02);
      if (stop === "frozen") world.frozen = true;
      else write(0x0c, 0x979c);
      world.measured = { ...world.measured, cellMv: 3600 };
      world.nowMs += 5000;
      expect(word(0x02)).toBe(0xc300);
      world.frozen = false;
      write(0x0c, 0x971c);
      expect(word(0x02)).toBe(0xb400);
    }
  });
});

describe("writes", () => {
  it("takes CONFIG, without the bit that this chip does not have", () => {
    const { word, write } = chip();
    write(0x0c, 0x97cc);
    expect(word(0x0c)).toBe(0x978c);
  });

  it("quick-starts on 0x4000 to MODE, and on nothing else", () => {
    const { word, world, write } = chip();
    write(0x06, 0x1234);
    write(0x04, 0x4000);
    write(0xfe, 0x4000);
    expect(world.quickStarts).toBe(0);
    word(0x04);
    world.measured = { ...world.measured, chargePct: 40 };
    write(0x06, 0x4000);
    expect(world.quickStarts).toBe(1);
    expect(word(0x04)).toBe(0x2800);
  });

  it("resets on 0x0054 to COMMAND", () => {
    const { word, world, write } = chip();
    write(0x0c, 0x970c);
    write(0xfe, 0x0054);
    expect(word(0x0c)).toBe(0x971c);
    expect(world.quickStarts).toBe(1);
  });

  it("drops half a word and writes to read-only registers", () => {
    const { registers, word, write } = chip();
    registers.write(0x0c, Uint8Array.of(0x12));
    write(0x02, 0x1234);
    write(0x08, 0x1234);
    expect([word(0x0c), word(0x02), word(0x08)]).toEqual([0x971c, 0xc300, 0x0003]);
  });
});

describe("alert", () => {
  it.each([
    [20, 0x0c],
    [10, 0x16],
    [4, 0x1c],
    [1, 0x1f],
  ])("at %d %% is ATHD 0x%s", (pct, threshold) => {
    for (const [chargePct, alerts] of [
      [pct, false],
      [pct - 0.1, true],
    ] as const) {
      const { word, world, write } = chip();
      write(0x0c, 0x9700 | threshold);
      world.measured = { ...world.measured, chargePct };
      word(0x04);
      expect((word(0x0c) & 0x0020) !== 0).toBe(alerts);
    }
  });

  it("latches below the threshold (default 4 %) until it is cleared", () => {
    const { word, world, write } = chip();
    world.measured = { ...world.measured, chargePct: 4 };
    word(0x04);
    expect(word(0x0c)).toBe(0x971c);
    world.measured = { ...world.measured, chargePct: 3.9 };
    world.nowMs += 500;
    word(0x04);
    expect(word(0x0c)).toBe(0x973c);
    world.measured = { ...world.measured, chargePct: 50 };
    world.nowMs += 500;
    word(0x04);
    expect(word(0x0c)).toBe(0x973c);
    write(0x0c, 0x971c);
    expect(word(0x0c)).toBe(0x971c);
  });
});
