// A line that will not hold still: a bounded number of events, and a true loss afterwards is still seen in time.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { look, Run } from "./support/run.ts";

function onMains(debounce = { acLostMs: 1_000, acRestoredMs: 5_000 }): Run {
  const run = new Run({ debounce });
  run.start();
  run.watch(10, () => look(true, 96));
  run.effects.length = 0;
  return run;
}

const none = { acLostMs: 0, acRestoredMs: 0 };

describe("a mains line that flaps", () => {
  it.each([
    ["at 50 Hz, without debounce", none, 20, 3000],
    ["at 50 Hz", undefined, 20, 3000],
    ["at 1 Hz, without debounce", none, 1000, 300],
    ["every two seconds", { acLostMs: 1_000, acRestoredMs: 1_000 }, 2000, 150],
  ])("%s makes few events, and a summary at its end", (_what, debounce, everyMs, changes) => {
    const run = onMains(debounce);
    for (let change = 0; change < changes; change += 1) {
      run.edge(change % 2 === 1);
      run.pass(everyMs);
    }
    const during = run.types.length;
    // 20 changes are let through before it is called flapping; after that, what lasts a second counts.
    expect(during).toBeLessThan(everyMs >= 1000 ? changes + 3 : 60);
    if (everyMs < 1000) {
      expect(run.last("ups_fault").value).toBe("PI_UPS_AC_FLAPPING");
      run.edge(true);
      run.watch(30, () => look(true, 96));
      const end = run.last("ups_fault_cleared");
      expect(end.value).toBe("PI_UPS_AC_FLAPPING");
      expect(end.message).toMatch(/changed \d+ times in /);
      expect(run.now.faults).toEqual([]);
    }
  });

  it("is called flapping when confirmed changes follow each other", () => {
    const run = onMains(none);
    for (let change = 0; change < 20; change += 1) {
      run.edge(change % 2 === 1);
      run.pass(1500);
    }
    expect(run.now.faults.map(({ code }) => code)).toContain("PI_UPS_AC_FLAPPING");
  });

  it("never hides a true loss: seen within debounce and two seconds of the last change", () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 5, maxLength: 120 });
    fc.assert(
      fc.property(gaps, fc.boolean(), (all, without) => {
        const run = onMains(without ? none : undefined);
        for (const [index, gap] of all.entries()) {
          run.edge(index % 2 === 1);
          run.pass(gap);
        }
        run.edge(true);
        run.pass(100);
        run.edge(false);
        run.pass(3_000);
        expect(run.now.power).toBe("on_battery");
        // However long it flapped before.
        expect(run.types.length).toBeLessThan(60);
      }),
      { numRuns: 60 },
    );
  });

  it("is one fault and no more for a pin that never stops", () => {
    const run = onMains();
    for (let change = 0; change < 6000; change += 1) {
      run.edge(change % 2 === 1);
      run.pass(20);
    }
    expect(run.types).toEqual(["ups_fault"]);
    expect(run.now.power).toBe("on_mains");
  });
});
