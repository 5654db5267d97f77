import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { closest, editDistance } from "../../agent/src/config/suggest.ts";

describe("closest", () => {
  const commands = ["run", "status", "events", "shutdown", "config", "sim", "version", "help"];
  it.each([
    ["stats", "status"],
    ["staus", "status"],
    ["Status", "status"],
    ["evnets", "events"],
    ["shut-down", "shutdown"],
    ["even", "events"],
    ["xyz", null],
    ["", null],
    ["s", null],
    ["x".repeat(10_000), null],
  ])("%j -> %j", (word, found) => {
    expect(closest(word, commands)).toBe(found);
  });
});

describe("editDistance", () => {
  it("counts a swap of neighbours as one edit", () => {
    expect(editDistance("evnets", "events")).toBe(1);
    expect(editDistance("kitten", "sitting")).toBe(3);
  });
  it("is symmetric, zero only for equal words, and never more than the longer word", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        const distance = editDistance(a, b);
        expect(distance).toBe(editDistance(b, a));
        expect(distance === 0).toBe(a === b);
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});
