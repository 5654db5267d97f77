// Dead bands, hysteresis and the bound on state writes: what keeps a thousand agents from filling Home Assistant's day.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changed, differences, rounded } from "../../agent/src/ha/dead-band.ts";
import type { PacingHistory } from "../../agent/src/ha/pacing.ts";
import { allowanceFor, pace } from "../../agent/src/ha/pacing.ts";
import type { ValueMap } from "../../agent/src/protocol/values.ts";
import { fullValues } from "./support/rig.ts";

describe("changed", () => {
  it.each([
    ["percent within its band", { battery_percent: 95 }, { battery_percent: 95.7 }, {}],
    ["percent beyond", { battery_percent: 95 }, { battery_percent: 95.8 }, { battery_percent: 96 }],
    ["9 mV of drift around the sent value", { battery_voltage_v: 4.1 }, { battery_voltage_v: 4.1074 }, {}],
    ["10 mV", { battery_voltage_v: 4.1 }, { battery_voltage_v: 4.11 }, { battery_voltage_v: 4.11 }],
    ["0.7 K", { temperature_c: 48 }, { temperature_c: 48.7 }, {}],
    ["1 K", { temperature_c: 48 }, { temperature_c: 49 }, { temperature_c: 49 }],
    ["40 mA, finer on the wire than its band", { battery_current_a: 0 }, { battery_current_a: 0.04 }, {}],
    ["60 mA", { battery_current_a: 0 }, { battery_current_a: 0.064 }, { battery_current_a: 0.06 }],
    ["a long runtime by a minute", { runtime_min: 120 }, { runtime_min: 121 }, {}],
    ["a long runtime by five", { runtime_min: 120 }, { runtime_min: 115 }, { runtime_min: 115 }],
    ["a short runtime by a minute", { runtime_min: 12 }, { runtime_min: 11 }, { runtime_min: 11 }],
    ["a boolean", { charging: true }, { charging: false }, { charging: false }],
    ["to unknown", { battery_percent: 95 }, { battery_percent: null }, { battery_percent: null }],
    ["from unknown", { battery_percent: null }, { battery_percent: 0.2 }, { battery_percent: 0 }],
    [
      "a new word",
      { shutdown_state: "idle" },
      { shutdown_state: "executing" },
      { shutdown_state: "executing" },
    ],
    ["a key that is not there any more", { health: "good" }, {}, {}],
  ] as [string, ValueMap, ValueMap, ValueMap][])("%s", (_name, last, next, expected) => {
    expect(changed(last, next)).toEqual(expected);
  });

  it("never puts a number on the wire that is none", () => {
    expect(rounded({ battery_percent: Number.NaN, battery_voltage_v: Number.POSITIVE_INFINITY })).toEqual({
      battery_percent: null,
      battery_voltage_v: null,
    });
  });

  it("follows any walk to within one step, and does not flap at a rounding edge", async () => {
    const walk = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.property(walk, (percents) => {
        let sent: ValueMap = { battery_percent: 50 };
        for (const battery_percent of percents) {
          sent = { ...sent, ...changed(sent, { battery_percent }) };
          expect(Math.abs((sent.battery_percent as number) - battery_percent)).toBeLessThan(0.75 + 1e-9);
          expect(changed(sent, { battery_percent })).toEqual({});
        }
      }),
    );
    const noise = fc.array(fc.double({ min: 95.26, max: 95.74, noNaN: true }), { maxLength: 100 });
    await fc.assert(
      fc.property(noise, (percents) => {
        let writes = 0;
        let sent: ValueMap = { battery_percent: 95 };
        for (const battery_percent of percents) {
          const next = changed(sent, { battery_percent });
          writes += Object.keys(next).length;
          sent = { ...sent, ...next };
        }
        expect(writes).toBe(0);
      }),
    );
  });
});

/** Runs a source of values at 1 Hz and gives the moment (s) and key of every state write. */
function writesOf(seconds: number, source: (second: number) => ValueMap): { at: number; key: string }[] {
  let sent: ValueMap = rounded(source(0));
  let history: PacingHistory = [];
  const writes: { at: number; key: string }[] = [];
  for (let second = 1; second <= seconds; second += 1) {
    const next = source(second);
    const paced = pace(differences(sent, next), history, allowanceFor(next), second * 1000);
    history = paced.history;
    sent = { ...sent, ...paced.send };
    for (const key of Object.keys(paced.send)) writes.push({ at: second, key });
  }
  return writes;
}

/** Deterministic noise between -1 and 1. */
function noiseSource(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

function mostInAnyMinute(writes: readonly { at: number }[]): number {
  return Math.max(
    0,
    ...writes.map(({ at }) => writes.filter((other) => other.at >= at && other.at < at + 60).length),
  );
}

describe("the bound on state writes", () => {
  it.each([1, 2, 3])("is six a minute on mains for four hours, however noisy (noise %s)", (seed) => {
    const noise = noiseSource(seed);
    const writes = writesOf(4 * 3600, () => ({
      ...fullValues,
      battery_percent: 95.5 + 1.5 * noise(),
      battery_voltage_v: 4.1 + 0.02 * noise(),
      battery_current_a: 0.1 * noise(),
      battery_power_w: 0.4 * noise(),
      temperature_c: 48.5 + 2 * noise(),
      runtime_min: 200 + 9 * noise(),
      cycles: 3 + 0.2 * noise(),
    }));
    expect(mostInAnyMinute(writes)).toBeLessThanOrEqual(6);
    const keys = new Set(writes.map(({ key }) => key));
    expect(keys, "no value starves").toContain("battery_percent");
    expect(keys).toContain("cycles");
    expect(keys).toContain("runtime_min");
  });

  it("is not reached by a real gauge: 5 mV and half a percent of noise write nothing", () => {
    const noise = noiseSource(7);
    const writes = writesOf(3600, () => ({
      ...fullValues,
      battery_percent: 96 + 0.5 * noise(),
      battery_voltage_v: 4.14 + 0.005 * noise(),
      temperature_c: 48 + 0.5 * noise(),
    }));
    expect(writes).toEqual([]);
  });

  it("lets edges through in the second in which they happen", () => {
    const noise = noiseSource(9);
    const edges = [100, 101, 102, 103, 700];
    const writes = writesOf(1000, (second) => ({
      ...fullValues,
      battery_voltage_v: 4.1 + 0.02 * noise(),
      charging: edges.filter((edge) => edge <= second).length % 2 === 1,
    }));
    expect(writes.filter(({ key }) => key === "charging").map(({ at }) => at)).toEqual(edges);
  });

  it("follows a falling battery closely, because people look", () => {
    const writes = writesOf(60, (second) => ({
      ...fullValues,
      ac_present: false,
      battery_percent: 90 - second,
      battery_voltage_v: 4 - 0.01 * second,
    }));
    expect(writes.filter(({ key }) => key === "battery_percent")).toHaveLength(60);
  });

  it("follows a fast charge on mains in leaps", () => {
    const writes = writesOf(60, (second) => ({ ...fullValues, battery_percent: 30 + second }));
    const percent = writes.filter(({ key }) => key === "battery_percent");
    expect(percent.length).toBeGreaterThanOrEqual(9);
    expect(percent.at(-1)?.at).toBeGreaterThan(53);
  });

  it("sends new words for a lasting problem with the edge that comes, else slowly", () => {
    const text = (second: number) => `The gauge has not answered for ${second} reads.`;
    const writes = writesOf(600, (second) => ({
      ...fullValues,
      problem: true,
      problem_message: text(second),
    }));
    expect(mostInAnyMinute(writes)).toBeLessThanOrEqual(6);
    const found = differences(
      { problem_message: text(1), charging: true },
      { problem_message: text(2), charging: false },
    );
    const full: PacingHistory = Array.from(
      { length: 5 },
      () => ({ key: "problem_message", monoMs: 0 }) as const,
    );
    expect(pace(found, full, allowanceFor({}), 1).send).toEqual({
      problem_message: text(2),
      charging: false,
    });
  });
});
