// Pulse lengths, noise, gaps and stuck lines: what the button decoder makes of a list of looks.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ButtonAction } from "../../agent/src/core/model.ts";
import {
  type ButtonState,
  lookAtButton,
  lookEveryMs,
  nextLookInMs,
  unknownButton,
} from "../../agent/src/drivers/button-decoder.ts";

const rules = { rebootFromMs: 200, powerOffFromMs: 600 };
/** Level from a time on. */
type Edge = readonly [atMs: number, active: boolean];

/** A line with these edges, seen as the agent sees it: each edge at once, and looks when the decoder wants them. */
function watch(edges: readonly Edge[], untilMs: number, blind: (atMs: number) => boolean = () => false) {
  const levelAt = (atMs: number) => edges.findLast(([at]) => at <= atMs)?.[1] ?? false;
  const actions: { readonly action: ButtonAction; readonly atMs: number }[] = [];
  let state: ButtonState = unknownButton;
  let nextMs: number | null = 0;
  const look = (atMs: number, active: boolean) => {
    const step = lookAtButton(state, { active, atMs }, rules);
    state = step.state;
    if (step.action !== null) actions.push({ action: step.action, atMs });
    const inMs = nextLookInMs(state);
    nextMs = inMs === null ? null : atMs + inMs;
  };
  for (let atMs = 0; atMs <= untilMs; atMs += 1) {
    if (blind(atMs)) continue;
    const edge = edges.find(([at]) => at === atMs);
    if (edge !== undefined) look(atMs, edge[1]);
    else if (nextMs !== null && atMs >= nextMs) look(atMs, levelAt(atMs));
  }
  return actions;
}

const pulse = (fromMs: number, lengthMs: number): readonly Edge[] => [
  [fromMs, true],
  [fromMs + lengthMs, false],
];
const words = (edges: readonly Edge[], untilMs = 10_000, blind?: (atMs: number) => boolean) =>
  watch(edges, untilMs, blind).map(({ action }) => action);

describe("a clean pulse", () => {
  it.each([
    [1, []],
    [199, []],
    [200, ["reboot"]],
    [400, ["reboot"]],
    [599, ["reboot"]],
    [601, ["power_off"]],
    [1000, ["power_off"]],
    [7000, ["power_off"]],
  ] as const)("of %d ms", (lengthMs, expected) => {
    expect(words(pulse(1000, lengthMs))).toEqual(expected);
  });

  it.each([600, 601, 610, 649])(
    "of %d ms is a power-off also when no look came after its 600 ms",
    (lengthMs) => {
      const between = (atMs: number) => atMs >= 1600 && atMs < 1000 + lengthMs;
      expect(words(pulse(1000, lengthMs), 10_000, between)).toEqual(["power_off"]);
    },
  );

  it("is told as power-off while it lasts, because the board may hold it until the system is down", () => {
    const [told] = watch(pulse(1000, 9000), 10_000);
    expect(told?.atMs).toBeLessThanOrEqual(1600 + lookEveryMs);
  });

  it("is told as reboot as soon as its end has settled", () => {
    const [told] = watch(pulse(1000, 400), 10_000);
    expect(told?.atMs).toBeLessThanOrEqual(1400 + 50);
  });

  it("counts each of two presses", () => {
    expect(words([...pulse(1000, 400), ...pulse(3000, 400)])).toEqual(["reboot", "reboot"]);
  });
});

describe("noise", () => {
  it("overlooks bounces at both ends", () => {
    const bounced: readonly Edge[] = [
      [1000, true],
      [1003, false],
      [1006, true],
      [1400, false],
      [1403, true],
      [1406, false],
    ];
    expect(words(bounced)).toEqual(["reboot"]);
  });

  it("overlooks a dip in a long press", () => {
    expect(
      words([
        [1000, true],
        [1300, false],
        [1310, true],
        [2000, false],
      ]),
    ).toEqual(["power_off"]);
  });

  it.each([50, 60, 100, 13, 5])("takes a line that hums at %d Hz for nothing", (hz) => {
    const halfMs = Math.round(500 / hz);
    const hum = Array.from(
      { length: Math.floor(9000 / halfMs) },
      (_, index): Edge => [500 + index * halfMs, index % 2 === 0],
    );
    expect(words(hum)).toEqual([]);
  });

  it("never acts on pulses that are all shorter than a press, whatever their pattern", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 150 }), fc.integer({ min: 30, max: 400 })), {
          maxLength: 30,
        }),
        (spikes) => {
          const edges: Edge[] = [];
          let atMs = 1000;
          for (const [highMs, lowMs] of spikes) {
            edges.push(...pulse(atMs, highMs));
            atMs += highMs + lowMs;
          }
          expect(words(edges, atMs + 2000)).toEqual([]);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe("a line that is stuck", () => {
  it("is no press when it is active from the beginning", () => {
    expect(words([[0, true]], 100_000)).toEqual([]);
  });

  it("is told once when it becomes stuck, and not again", () => {
    expect(words([[1000, true]], 100_000)).toEqual(["power_off"]);
  });

  it("is not told again after short dips: it has to rest first", () => {
    const stuck: readonly Edge[] = [
      [1000, true],
      [3000, false],
      [3200, true],
      [6000, false],
      [6300, true],
    ];
    expect(words(stuck, 20_000)).toEqual(["power_off"]);
  });

  it("is not told after a restart of the agent, nor at the first dip", () => {
    expect(
      words(
        [
          [0, true],
          [3000, false],
          [3400, true],
        ],
        20_000,
      ),
    ).toEqual([]);
  });

  it("counts again after a rest", () => {
    expect(words([[1000, true], [4000, false], ...pulse(5000, 400)])).toEqual(["power_off", "reboot"]);
  });
});

describe("a process that stands still", () => {
  const blindFrom = (fromMs: number, toMs: number) => (atMs: number) => atMs >= fromMs && atMs < toMs;

  it("does not take a spike, whose end it slept through, for a press", () => {
    for (const asleepMs of [250, 400, 700, 2000]) {
      expect(words(pulse(1000, 5), 10_000, blindFrom(1001, 1001 + asleepMs))).toEqual([]);
    }
  });

  it("does not take the edge that is told late for a press either", () => {
    const late: readonly Edge[] = [
      [1000, true],
      [1400, false],
    ];
    expect(words(late, 10_000, blindFrom(1001, 1400))).toEqual([]);
  });

  it("takes a press that outlasts the gap for what it is sure of: power-off, never reboot", () => {
    expect(words(pulse(1000, 2000), 10_000, blindFrom(1010, 1300))).toEqual(["power_off"]);
    expect(words(pulse(1000, 800), 10_000, blindFrom(1010, 1400))).toEqual([]);
    expect(words(pulse(1000, 1010), 10_000, blindFrom(1010, 1400))).toEqual(["power_off"]);
  });
});
