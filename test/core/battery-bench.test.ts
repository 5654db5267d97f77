// The promise about the runtime estimate, on the same outages as `npm run bench:battery`: three loads by three ages, by
// what the board measures, and the run that was measured on a real X1206.
import { describe, expect, it } from "vitest";
import { allCases, boards, ratedMah, x1206Case } from "../../bench/battery-cases.ts";
import { errorOf, marks, type OutageResult } from "../../bench/battery-outage.ts";
import { median } from "../../bench/stats.ts";

const aim = 0.15;
const cases = allCases("like the table");

function errors(results: readonly OutageResult[]): readonly number[] {
  return results.flatMap(({ told }) => told.map((one) => errorOf(one) ?? 1));
}

describe.each(boards)("the runtime estimate of a board that measures %s", (board) => {
  const here = cases.filter((one) => one.board === board);

  it.each(["first", "second"] as const)("is within the aim in a %s outage, by the median", (which) => {
    const all = errors(here.map((one) => one[which]));
    expect(all).toHaveLength(9 * marks.length);
    expect(median(all)).toBeLessThanOrEqual(aim);
  });

  it("never rises while the load only jitters", () => {
    expect(here.map(({ first, second }) => first.rises + second.rises)).toEqual(here.map(() => 0));
  });
});

describe.each(boards)(
  "the minutes that a board that measures %s shows on mains, after one outage",
  (board) => {
    const here = cases.filter((one) => one.board === board);

    it("are those that the next outage at the same load lasts, for new, worn and old packs", () => {
      for (const { age, again, loadW } of here) {
        const off = Math.abs((again.before ?? 0) - again.minutes);
        // When three dips of the load follow each other is chance: it moves the end of an old pack by some minutes.
        const allowed = Math.max(0.2 * again.minutes, 8);
        expect(off, `${age}, ${loadW} W: told ${again.before} min, lasted ${again.minutes} min`).toBeLessThan(
          allowed,
        );
      }
      const all = here.map(({ again }) => Math.abs((again.before ?? 0) - again.minutes) / again.minutes);
      expect(median(all)).toBeLessThanOrEqual(0.05);
    });
  },
);

it("is surer where it is better: what is called high is within the aim", () => {
  const told = cases.flatMap(({ first, second }) => [...first.told, ...second.told]);
  const high = told.filter(({ confidence }) => confidence === "high").map((one) => errorOf(one) ?? 1);
  const low = told.filter(({ confidence }) => confidence === "low").map((one) => errorOf(one) ?? 1);
  expect(high.length).toBeGreaterThan(10);
  expect(median(high)).toBeLessThanOrEqual(aim / 2);
  expect(median(high)).toBeLessThanOrEqual(median(low));
});

it("finds the capacity of each pack whose current is sensed, new, worn and old", () => {
  const parts = { new: 1, worn: 0.8, old: 0.6 } as const;
  for (const { age, board, first, loadW } of cases.filter(({ board }) => board === "gauge+current")) {
    const found = first.measurements.find(({ capacityMah }) => capacityMah !== null)?.capacityMah ?? null;
    // An old pack under 8 W is at its critical voltage before thirty points have gone: that measures nothing.
    if (found === null) expect([board, age, loadW]).toEqual(["gauge+current", "old", 8]);
    else expect(found / ratedMah).toBeCloseTo(parts[age as keyof typeof parts], 1);
  }
});

it("has learned the gauge of the X1206 after one outage, and says before that how little it knows", () => {
  const { first, second } = x1206Case();
  expect(first.told.map(({ confidence }) => confidence)).toEqual(["low", "low", "low"]);
  expect(Math.max(...errors([first]))).toBeGreaterThan(aim);
  expect(second.told.map(({ confidence }) => confidence)).toEqual(["high", "high", "high"]);
  expect(Math.max(...errors([second]))).toBeLessThanOrEqual(0.05);
});
