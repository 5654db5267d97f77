// What the recorder sends, to what the card draws from: merging, the window's left edge, and that a gap stays a gap.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  cutToWindow,
  mergeHistory,
  pruneHistory,
  toCharge,
  toMains,
} from "../../card/src/data/history-fold.ts";
import { ServerClock } from "../../card/src/data/server-clock.ts";

const held = (atMs: number, state: string) => ({ atMs, state });

describe("history/stream", () => {
  it("appends, takes the time of the change, and puts late states in their place", () => {
    const first = mergeHistory({}, { states: { a: [{ s: "90", lu: 10 }] } });
    const next = mergeHistory(first, {
      states: {
        a: [
          { s: "89", lu: 30, lc: 20 },
          { s: "91", lu: 5 },
        ],
        b: [{ s: "on", lu: 1 }],
      },
    });
    expect(next).toEqual({
      a: [held(5000, "91"), held(10_000, "90"), held(20_000, "89")],
      b: [held(1000, "on")],
    });
  });

  it("keeps the state that held at the window's start", () => {
    const samples = [held(0, "100"), held(10, "90"), held(30, "80")];
    expect(cutToWindow(samples, 20)).toEqual([held(20, "90"), held(30, "80")]);
    expect(cutToWindow(samples, 99)).toEqual([held(99, "80")]);
    expect(cutToWindow(samples, -5)).toEqual(samples);
    expect(cutToWindow([], 5)).toEqual([]);
    expect(pruneHistory({ a: samples }, 20)).toEqual({ a: [held(20, "90"), held(30, "80")] });
  });

  it("never reads a missing value as a number", () => {
    const states = ["unavailable", "unknown", "", " ", "NaN", "Infinity", "-1", "101", "ninety", "null"];
    expect(toCharge(states.map((state) => held(0, state))).map((sample) => sample.pct)).toEqual(
      states.map(() => null),
    );
    expect(toCharge([held(0, "0"), held(1, "100"), held(2, "61.5")]).map((sample) => sample.pct)).toEqual([
      0, 100, 61.5,
    ]);
  });

  it("tells apart mains, no mains, an agent that cannot tell, and no agent", () => {
    const present = toMains(["on", "off", "unknown", "unavailable", "?"].map((state) => held(0, state)));
    expect(present.map((sample) => sample.present)).toEqual([true, false, null, undefined, undefined]);
  });

  it("loses nothing, whatever way the states are split into messages", () => {
    const states = fc.uniqueArray(fc.integer({ min: 0, max: 10_000 }), { maxLength: 40 });
    fc.assert(
      fc.property(states, fc.nat(), (times, split) => {
        const all = times.map((lu) => ({ s: String(lu), lu }));
        const at = times.length === 0 ? 0 : split % times.length;
        const parts = mergeHistory(mergeHistory({}, { states: { a: all.slice(0, at) } }), {
          states: { a: all.slice(at) },
        });
        expect(parts["a"] ?? []).toEqual(mergeHistory({}, { states: { a: all } })["a"] ?? []);
      }),
    );
  });
});

describe("Home Assistant's clock", () => {
  it("is the browser's until something is known, then the best guess of all messages", () => {
    let local = 1_000_000;
    const clock = new ServerClock(() => local);
    expect(clock.now()).toBe(1_000_000);
    clock.observe(Number.NaN);
    clock.observe(400_000);
    expect(clock.now(), "ten minutes behind").toBe(400_000);
    local += 5000;
    clock.observe(405_000 - 3000);
    expect(clock.now(), "a message that took three seconds changes nothing").toBe(405_000);
    clock.observe(405_200);
    expect(clock.now()).toBe(405_200);
  });
});
