// Board data: what every entry of the registry must have, and the facts of the X120x family.
import { describe, expect, it } from "vitest";
import { boardIds, boards, findBoard } from "../../agent/src/boards/registry.ts";

describe("registry", () => {
  it("finds every board by its id, and nothing else", () => {
    expect(boardIds().slice(0, 6)).toEqual(["x1200", "x1201", "x1202", "x1203", "x1205", "x1206"]);
    for (const id of boardIds()) expect(findBoard(id)?.id).toBe(id);
    for (const id of ["", "X1201", "x1204", "sim:x1201"]) expect(findBoard(id)).toBeNull();
  });

  it.each(boards)("$id is complete: ids unique, sources named, senses that its parts have", (board) => {
    expect(boards.filter(({ id }) => id === board.id)).toHaveLength(1);
    expect(board.sources.length).toBeGreaterThan(0);
    if (board.lines.acPresent !== undefined) expect(board.senses).toContain("ac");
    expect(board.id).toMatch(/^[a-z0-9_]+$/);
    if (board.unverified.length > 0) expect(board.confidence).toBe("experimental");
    expect(board.battery.cellsInSeries).toBeGreaterThan(0);
    expect(Object.keys(board)).toEqual([
      "id",
      "name",
      "manufacturer",
      "model",
      "confidence",
      "i2cBus",
      "chips",
      "lines",
      "battery",
      "limits",
      "senses",
      "switches",
      "quirks",
      "unverified",
      "sources",
    ]);
  });
});

describe("X120x", () => {
  it.each(boards.filter(({ id }) => id.startsWith("x12")))("$id has the family's pins and gauge", (board) => {
    expect(board).toMatchObject({
      chips: [{ chip: "max17043", address: 0x36 }],
      i2cBus: 1,
      lines: {
        acPresent: { bcm: 6, trueWhen: "high", bias: "pull_up" },
        chargeAllowed: { bcm: 16, trueWhen: "low" },
      },
      battery: { cellsInSeries: 1, typicalCapacityMah: null },
    });
    for (const absent of ["current", "temperature", "overcurrent", "dc_out"]) {
      expect(board.senses).not.toContain(absent);
    }
  });
});
