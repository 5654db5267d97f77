// The fold of recorder and events to bands: what each source knows, who wins, and that nothing is made up.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PastEvent } from "../../card/src/data/event-book.ts";
import type { MainsSample } from "../../card/src/data/history-fold.ts";
import { type Band, foldBands } from "../../card/src/data/outages.ts";
import { event, hour, nowMs } from "./support/scenario.ts";

const startMs = nowMs - 24 * hour;
const here = { connected: true, lastSeenMs: nowMs };

/** Samples and bands by hours ago, newest last. */
function samples(
  ...rows: readonly (readonly [number, boolean | null | undefined])[]
): readonly MainsSample[] {
  return rows.map(([ago, present]) => ({ atMs: nowMs - ago * hour, present }));
}
function past(ago: number, type: string, detail: Record<string, string> = {}): PastEvent {
  return { atMs: nowMs - ago * hour, event: event(ago, type, { detail }) };
}
function fold(seen: readonly MainsSample[], events: readonly PastEvent[] = [], contact = here) {
  return foldBands(startMs, nowMs, seen, events, contact).map((band): [string, number, number] => [
    band.kind,
    (nowMs - band.startMs) / hour,
    (nowMs - band.endMs) / hour,
  ]);
}
const iso = (ago: number) => new Date(nowMs - ago * hour).toISOString();

describe("the recorder alone", () => {
  it("tells outages", () => {
    expect(fold(samples([24, true], [5, false], [4, true]))).toEqual([["outage", 5, 4]]);
    expect(fold(samples([24, true], [1, false])), "one that goes on").toEqual([["outage", 1, 0]]);
    expect(fold(samples([24, false], [23, true])), "one that was there before").toEqual([["outage", 24, 23]]);
  });

  it("never takes a gap for mains or for an outage", () => {
    expect(fold(samples([24, true], [5, false], [4, undefined], [3, true]))).toEqual([
      ["outage", 5, 4],
      ["unknown", 4, 3],
    ]);
    expect(fold([])).toEqual([["unknown", 24, 0]]);
    expect(fold(samples([20, true])), "before the first sample").toEqual([["unknown", 24, 20]]);
  });
});

describe("events and recorder together", () => {
  it("shows an outage that happened while Home Assistant was down", () => {
    const seen = samples([24, true], [2, undefined], [1.9, true]);
    expect(fold(seen, [past(6, "ac_power_loss"), past(5, "ac_power_restored")])).toEqual([["outage", 6, 5]]);
  });

  it("knows that mains stayed when the agent lived through Home Assistant's restart", () => {
    expect(fold(samples([24, true], [2, undefined], [1.9, true]), [past(40, "ac_power_restored")])).toEqual(
      [],
    );
  });

  it("knows nothing from a shutdown until the next start", () => {
    const seen = samples([24, true], [5, false], [3.9, undefined], [1, true]);
    const events = [
      past(5, "ac_power_loss"),
      past(4, "shutdown_started"),
      past(1, "agent_started", { last_run: "shutdown" }),
    ];
    expect(fold(seen, events)).toEqual([
      ["outage", 5, 4],
      ["unknown", 4, 1],
    ]);
  });

  it("ends its knowledge where an agent died, as its successor tells", () => {
    const seen = samples([24, true], [5, false], [1, true]);
    const died = past(1, "agent_started", { last_run: "died", last_run_at: iso(4) });
    expect(fold(seen, [past(5, "ac_power_loss"), died])).toEqual([
      ["outage", 5, 4],
      ["unknown", 4, 1],
    ]);
  });

  it("trusts the recorder's gap where nobody knows when the agent died", () => {
    const seen = samples([24, true], [5, false], [3, undefined], [1, true]);
    expect(fold(seen, [past(5, "ac_power_loss"), past(1, "agent_started")])).toEqual([
      ["outage", 5, 3],
      ["unknown", 3, 1],
    ]);
  });

  it("knows nothing after the last sign of life of an agent that is away", () => {
    const away = { connected: false, lastSeenMs: nowMs - 2 * hour };
    const seen = samples([24, true], [5, false], [2, undefined]);
    expect(fold(seen, [past(5, "ac_power_loss")], away)).toEqual([
      ["outage", 5, 2],
      ["unknown", 2, 0],
    ]);
  });

  it("believes an agent that cannot read its pin", () => {
    expect(fold(samples([24, true], [3, null], [2, true]), [past(30, "ac_power_restored")])).toEqual([
      ["unknown", 3, 2],
    ]);
  });
});

describe("any history", () => {
  const ago = fc.double({ min: 0, max: 30, noNaN: true });
  const seen = fc.array(fc.record({ ago, present: fc.constantFrom(true, false, null, undefined) }), {
    maxLength: 30,
  });
  const events = fc.array(
    fc.record({
      ago,
      type: fc.constantFrom(
        "ac_power_loss",
        "ac_power_restored",
        "agent_started",
        "agent_stopping",
        "shutdown_started",
        "battery_full",
      ),
    }),
    { maxLength: 30 },
  );
  const cases = fc.tuple(seen, events, fc.boolean(), ago);

  function run([rows, list, connected, last]: [
    { ago: number; present: boolean | null | undefined }[],
    { ago: number; type: string }[],
    boolean,
    number,
  ]): readonly Band[] {
    const sorted = [...rows].sort((a, b) => b.ago - a.ago);
    return foldBands(
      startMs,
      nowMs,
      samples(...sorted.map((row): [number, boolean | null | undefined] => [row.ago, row.present])),
      list.map((each) => past(each.ago, each.type)),
      { connected, lastSeenMs: nowMs - last * hour },
    );
  }

  it("gives bands in order, inside the window, with a length, apart or of another kind", () => {
    fc.assert(
      fc.property(cases, (input) => {
        const bands = run(input);
        for (const [index, band] of bands.entries()) {
          expect(band.startMs).toBeGreaterThanOrEqual(startMs);
          expect(band.endMs).toBeLessThanOrEqual(nowMs);
          expect(band.endMs).toBeGreaterThan(band.startMs);
          const next = bands[index + 1];
          if (next !== undefined) {
            expect(next.startMs).toBeGreaterThanOrEqual(band.endMs);
            if (next.startMs === band.endMs) expect(next.kind).not.toBe(band.kind);
          }
        }
      }),
    );
  });

  it("tells an outage only where a source says so", () => {
    fc.assert(
      fc.property(cases, ([rows, list, connected, last]) => {
        const noLoss = list.filter((each) => each.type !== "ac_power_loss");
        const noOff = rows.map((row) => ({
          ...row,
          present: row.present === false ? undefined : row.present,
        }));
        expect(run([noOff, noLoss, connected, last]).filter((band) => band.kind === "outage")).toEqual([]);
      }),
    );
  });

  it("does not depend on the order of the events", () => {
    fc.assert(
      fc.property(cases, ([rows, list, connected, last]) => {
        const distinct = list.filter(
          (each, index) =>
            list.findIndex((other) => Math.round(other.ago * 1000) === Math.round(each.ago * 1000)) === index,
        );
        expect(run([rows, [...distinct].reverse(), connected, last])).toEqual(
          run([rows, distinct, connected, last]),
        );
      }),
    );
  });
});
