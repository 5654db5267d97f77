// The simulated LiFePO4wered and SunFounder controllers byte by byte, with their protocol traps.
import { describe, expect, it } from "vitest";
import type { SunFounderUse } from "../../agent/src/boards/chip-use.ts";
import { createLifepoRegisters, lifepoMapFor } from "../../agent/src/sim/lifepo4wered-registers.ts";
import { createSunFounderRegisters } from "../../agent/src/sim/sunfounder-registers.ts";
import { stillWorld } from "./still-world.ts";

const word = (bytes: Uint8Array) => (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
const cell = { cellMv: 3200, railMv: 5000, outputMa: 600 } as const;

describe("LiFePO4wered", () => {
  it.each([
    [1, 0x15, 655],
    [4, 0x1d, 655],
    [5, 0x1e, 5238],
    [6, 0x22, 5238],
    [7, 0x32, 5238],
  ])("map %d has 3200 mV at register %d as %d counts, little-endian", (map, register, counts) => {
    const board = createLifepoRegisters(stillWorld(cell).around, { map });
    expect(word(board.read(register, 2))).toBe(counts);
    expect([...board.read(0x00, 2)]).toEqual([map, 0x43]);
  });

  it("takes nothing without the unlock byte from map 5 on, and nothing with it before", () => {
    const newer = createLifepoRegisters(stillWorld(cell).around, { map: 7 });
    newer.write(0x20, Uint8Array.of(0));
    newer.write(0x20, Uint8Array.of(0x6e, 0));
    expect([...newer.read(0x20, 1)]).toEqual([3]);
    newer.write(0x20, Uint8Array.of(0x6f, 0));
    expect([...newer.read(0x20, 1)]).toEqual([0]);
    const older = createLifepoRegisters(stillWorld(cell).around, { map: 4 });
    older.write(0x18, Uint8Array.of(0x57, 0));
    expect([...older.read(0x18, 1)]).toEqual([3]);
    older.write(0x18, Uint8Array.of(0));
    expect([...older.read(0x18, 1)]).toEqual([0]);
  });

  it("keeps what it measures from being written", () => {
    const board = createLifepoRegisters(stillWorld(cell).around);
    board.write(0x32, Uint8Array.of(0x43, 0));
    expect(word(board.read(0x32, 2))).toBe(5238);
  });

  it("shows the input above and below the threshold that it carries itself", () => {
    const world = stillWorld(cell);
    const board = createLifepoRegisters(world.around);
    const threshold = word(board.read(0x10, 2));
    expect(threshold).toBe(1451);
    expect(word(board.read(0x36, 2))).toBeGreaterThan(threshold);
    world.becomes({ acPresent: false });
    expect(word(board.read(0x36, 2))).toBe(0);
  });

  it("holds its figures while it hangs", () => {
    const world = stillWorld(cell);
    const board = createLifepoRegisters(world.around);
    board.read(0x32, 2);
    world.freeze(true);
    world.becomes({ cellMv: 2900, acPresent: false });
    expect(word(board.read(0x32, 2))).toBe(5238);
    expect(word(board.read(0x36, 2))).toBeGreaterThan(0);
  });

  it("has the newest map of its product, and no map 8", () => {
    const use = { chip: "lifepo4wered", address: 0x43 } as const;
    expect(lifepoMapFor({ ...use, has: [] })).toBe(5);
    expect(lifepoMapFor({ ...use, has: ["mains"] })).toBe(6);
    expect(lifepoMapFor({ ...use, has: ["mains", "output_current"] })).toBe(7);
    expect(() => createLifepoRegisters(stillWorld().around, { map: 8 })).toThrow("register map 8");
  });
});

const pipower5: SunFounderUse = {
  chip: "sunfounder_spc",
  address: 0x5c,
  access: "window",
  boardId: 2602,
  has: ["currents", "shutdown_request", "buzzer"],
};

describe("SunFounder", () => {
  it("has its window little-endian and its board id big-endian", () => {
    const world = stillWorld({ ...cell, cellMv: 3950, cellsInSeries: 2, currentMa: -800, acPresent: false });
    const board = createSunFounderRegisters(pipower5, world.around);
    expect(word(board.read(8, 2))).toBe(7900);
    expect(word(board.read(10, 2))).toBe(0x10000 - 800);
    expect([...board.read(15, 4)]).toEqual([1, 0, 1, 0]);
    expect([...board.read(140, 2)]).toEqual([0x0a, 0x2a]);
  });

  it("keeps read and write windows apart", () => {
    const board = createSunFounderRegisters(pipower5, stillWorld({ cellsInSeries: 2 }).around);
    const before = [...board.read(0, 25)];
    board.write(13, Uint8Array.of(0x8c, 0x0a, 3));
    expect(board.buzzerHz).toBe(2700);
    expect(board.volume).toBe(3);
    expect([...board.read(162, 1)]).toEqual([3]);
    expect([...board.read(0, 25)]).toEqual(before);
  });

  it("shows a press of its button as a request, once its world has one", () => {
    const world = stillWorld({ cellsInSeries: 2 });
    const board = createSunFounderRegisters(pipower5, world.around);
    expect([...board.read(20, 1)]).toEqual([0]);
    world.press("power_off");
    expect(board.read(20, 1)[0]).toBeGreaterThan(0);
  });

  it("gives the U1's bytes from where the last read request stood, one after the other", () => {
    const u1: SunFounderUse = { ...pipower5, address: 0x5a, access: "esp32", has: ["currents"] };
    const board = createSunFounderRegisters(u1, stillWorld({ cellMv: 3950, cellsInSeries: 2 }).around);
    board.write(0x01, Uint8Array.of(8));
    expect([board.receive?.(), board.receive?.()]).toEqual([0xdc, 0x1e]);
    // A register that is sent without the request is no request.
    board.write(0x01, Uint8Array.of(12));
    expect([...board.read(0x08, 1)]).toEqual([88]);
  });
});
