// The state sender over simulated hours: signs of life in time, few state writes, edges in the same turn.
import { describe, expect, it } from "vitest";
import { StateSender } from "../../agent/src/ha/state-sender.ts";
import type { WireResult } from "../../agent/src/ha/wire.ts";
import type { ValueMap } from "../../agent/src/protocol/values.ts";
import { ManualClock } from "./support/clocks.ts";
import { fullValues } from "./support/rig.ts";

interface Sent {
  readonly atMs: number;
  readonly full: boolean;
  readonly values: ValueMap;
}

/** A far end that answers `delayMs` after each message; null: never. */
function sender(delayMs: number | null) {
  const clock = new ManualClock();
  const sent: Sent[] = [];
  const answer = (onResult: (result: WireResult) => void) => onResult({ ok: true, value: {} });
  const states = new StateSender(
    {
      clock,
      heartbeatMs: 5000,
      send({ values, full = false }, onResult) {
        sent.push({ atMs: clock.now().monoMs, full, values });
        if (delayMs !== null) clock.after(delayMs, () => answer(onResult));
      },
    },
    fullValues,
  );
  return { clock, sent, states };
}

/** Two waves that never meet in the same way: noise that is the same in every run. */
function noise(second: number, phase: number): number {
  return Math.sin(second * 2.399 + phase) * Math.cos(second * 7.13 + 2 * phase);
}

function noisy(second: number): ValueMap {
  return {
    ...fullValues,
    battery_percent: 95.5 + 1.2 * noise(second, 0),
    battery_voltage_v: 4.125 + 0.02 * noise(second, 1),
    temperature_c: 48.5 + 1.5 * noise(second, 2),
    cycles: 3.25 + 0.2 * noise(second, 3),
  };
}

describe("StateSender", () => {
  it("makes at most six state writes a minute on mains in six hours of noise, and beats all the time", () => {
    const { clock, sent, states } = sender(2);
    states.begin();
    for (let second = 1; second <= 6 * 3600; second += 1) {
      clock.advance(1000);
      states.publish(noisy(second));
    }
    const writes = sent.slice(1).flatMap(({ atMs, values }) => Object.keys(values).map(() => atMs));
    for (const [index, atMs] of writes.entries()) {
      const inMinute = writes.slice(index).filter((other) => other < atMs + 60_000).length;
      expect(inMinute).toBeLessThanOrEqual(6);
    }
    expect(writes.length, "it does not fall silent either").toBeGreaterThan(60);
    for (const [index, { atMs }] of sent.slice(1).entries()) {
      expect(atMs - (sent[index]?.atMs ?? 0)).toBeLessThanOrEqual(5000);
    }
  });

  it("sends an edge in the same turn, in the middle of the quiet", () => {
    const { clock, sent, states } = sender(2);
    states.begin();
    clock.advance(1234);
    states.publish({ ...fullValues, ac_present: false });
    expect(sent.at(-1)).toEqual({ atMs: 1234, full: false, values: { ac_present: false } });
  });

  it("goes on beating while an answer is late, and holds at most four messages", () => {
    const { clock, sent, states } = sender(null);
    states.begin();
    for (let n = 0; n < 50; n += 1) {
      states.publish({ ...fullValues, ac_present: n % 2 === 0, charging: n % 3 === 0 });
      clock.advance(1000);
    }
    expect(sent).toHaveLength(4);
  });

  it("sends the last word of edges that were merged", () => {
    const { clock, sent, states } = sender(20_000);
    states.begin();
    for (const shutdown_state of ["counting_down", "idle", "counting_down", "executing", "done"]) {
      states.publish({ ...fullValues, shutdown_state });
    }
    clock.advance(20_000);
    const words = sent.map(({ values }) => values.shutdown_state).filter((word) => word !== undefined);
    expect(words.at(-1)).toBe("done");
  });

  it("leaves no timer behind", () => {
    const { clock, states } = sender(2);
    states.begin();
    clock.advance(12_000);
    states.end();
    clock.advance(10);
    expect(clock.pendingTimers).toBe(0);
  });
});
