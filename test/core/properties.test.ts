// What must hold for every history, also for the ones that nobody thought of: random worlds, random faults, random people.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { initialState, nextWakeMonoMs, snapshot, step } from "../../agent/src/core/core.ts";
import type { CoreConfig, CoreInput } from "../../agent/src/core/engine.ts";
import type { EventType } from "../../agent/src/core/model.ts";
import { eventTypesFor } from "../../agent/src/core/senses.ts";
import { anyConfig, anyDeed, anyGauge, type Deed, everySense } from "./support/lives.ts";
import { good, look, nack, onBattery, onMains, Run } from "./support/run.ts";

const runs = { numRuns: 120 };

/** A random life; `check` sees the run after each deed. */
function forEveryLife(
  check: (run: Run) => void,
  parameters: fc.Parameters<[Partial<CoreConfig>, Deed[]]> = runs,
): void {
  fc.assert(
    fc.property(anyConfig, fc.array(anyDeed, { maxLength: 40, size: "max" }), (parts, deeds) => {
      const run = new Run(parts).start();
      for (const deed of deeds) {
        deed(run);
        check(run);
      }
    }),
    parameters,
  );
}

/** Every number in a value, with where it stands. */
function numbersIn(value: unknown, path = ""): readonly (readonly [string, number])[] {
  if (typeof value === "number") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => numbersIn(each, `${path}.${key}`));
}

function expectAlternating(types: readonly EventType[], down: EventType, up: EventType): void {
  const pair = types.filter((type) => type === down || type === up);
  for (const [i, type] of pair.entries()) expect(type).toBe(i % 2 === 0 ? down : up);
}

describe("every life", { timeout: 60_000 }, () => {
  it("is not as dull as to prove nothing: most of what can happen happens", () => {
    const seen = new Map<string, number>();
    forEveryLife(
      (run) => {
        for (const type of run.types) seen.set(type, (seen.get(type) ?? 0) + 1);
      },
      { numRuns: 300, seed: 7 },
    );
    const rare = eventTypesFor(everySense).filter((type) => (seen.get(type) ?? 0) < 20);
    expect(rare, JSON.stringify([...seen])).toEqual(["agent_stopping"]);
  });

  it("shows percent from 0 to 100, no negative time left, and no number that is none", () => {
    forEveryLife((run) => {
      const { now } = run;
      if (now.chargePct !== null) {
        expect(now.chargePct).toBeGreaterThanOrEqual(0);
        expect(now.chargePct).toBeLessThanOrEqual(100);
      }
      if (now.runtime.kind !== "unknown") expect(now.runtime.minutes ?? 0).toBeGreaterThanOrEqual(0);
      expect(now.cycles).toBeGreaterThanOrEqual(0);
      for (const [path, number] of [...numbersIn(now), ...numbersIn(run.effects)]) {
        expect(Number.isFinite(number), path).toBe(true);
      }
    });
  });

  it("numbers its events one by one, only of types that the board has", () => {
    forEveryLife((run) => {
      const types = eventTypesFor(run.config.senses);
      expect(run.events.map((event) => event.id)).toEqual(run.events.map((_, i) => `b00t-${i + 1}`));
      for (const type of run.types) expect(types).toContain(type);
    });
  });

  it("alternates what begins and ends", () => {
    forEveryLife(({ types }) => {
      expectAlternating(types, "ac_power_loss", "ac_power_restored");
      expectAlternating(types, "battery_voltage_low", "battery_voltage_recovered");
      expectAlternating(types, "charging_started", "charging_stopped");
      expectAlternating(types, "temperature_high", "temperature_normal");
      expectAlternating(types, "dc_out_loss", "dc_out_restored");
      expectAlternating(types, "overcurrent_detected", "overcurrent_cleared");
    });
  });

  it("is critical only while low, and each fault begins before it ends", () => {
    forEveryLife(({ events }) => {
      let low = false;
      const faults = new Set<unknown>();
      for (const { type, value } of events) {
        if (type === "battery_voltage_low") low = true;
        if (type === "battery_voltage_recovered") low = false;
        if (type === "battery_voltage_critical") expect(low).toBe(true);
        if (type === "ups_fault") {
          expect(faults.has(value), `${value} twice`).toBe(false);
          faults.add(value);
        }
        if (type === "ups_fault_cleared") expect(faults.delete(value), `${value} never began`).toBe(true);
      }
    });
  });

  it("can cancel whenever it counts down, and is then idle", () => {
    forEveryLife((run) => {
      if (run.state.shutdown.state.kind !== "counting_down") return;
      const deadline = run.state.shutdown.state.deadline.monoMs;
      if (run.monoMs >= deadline) return;
      const at = { ...run.at };
      const input: CoreInput = { type: "shutdown_cancel", at, by: { kind: "cli" }, requestId: "last" };
      const { state, effects } = step(run.state, input, run.config);
      expect(effects).toContainEqual(expect.objectContaining({ type: "answer", accepted: true }));
      expect(state.shutdown.state.kind).toBe("idle");
    });
  });

  it("orders a power-off only at the end of a countdown, once, with its event before", () => {
    forEveryLife(({ effects }) => {
      let armed = false;
      for (const effect of effects) {
        if (effect.type === "record" && effect.event.type === "shutdown_started") armed = true;
        if (effect.type !== "power_off") continue;
        expect(armed).toBe(true);
        armed = false;
      }
    });
  });

  it("never asks for a wake-up twice for nothing: waking at the named time ends the wait", () => {
    forEveryLife((run) => {
      let { state } = run;
      let { at } = run;
      for (let i = 0; i < 5; i += 1) {
        const wake = nextWakeMonoMs(state, run.config);
        if (wake === null) return;
        const ms = Math.max(0, wake - at.monoMs);
        at = { ...at, monoMs: at.monoMs + ms, wallMs: at.wallMs + ms };
        state = step(state, { type: "tick", at }, run.config).state;
        const next = nextWakeMonoMs(state, run.config);
        if (next !== null) expect(next).toBeGreaterThan(at.monoMs);
      }
    });
  });

  it("does the same again from the same inputs, also when its state went through JSON", () => {
    forEveryLife((run) => {
      if (run.inputs.length > 200) return;
      let state = initialState;
      const effects: unknown[] = [];
      for (const input of run.inputs) {
        const next = step(state, input, run.config);
        effects.push(...next.effects);
        state = JSON.parse(JSON.stringify(next.state));
      }
      expect(JSON.stringify(effects)).toBe(JSON.stringify(run.effects));
      expect(JSON.stringify(snapshot(state, run.config, run.at))).toBe(JSON.stringify(run.now));
    });
  });
});

describe("no power-off of its own accord", { timeout: 30_000 }, () => {
  const idle = (run: Run) => {
    expect(run.poweredOff()).toBe(false);
    expect(run.types).not.toContain("shutdown_scheduled");
  };

  it("on mains, whatever the battery says", () => {
    fc.assert(
      fc.property(fc.array(anyGauge, { minLength: 1, maxLength: 80 }), (gauges) => {
        const run = onMains();
        for (const each of gauges) run.watch(3, { ...look(true, 50), gauge: each });
        idle(run);
      }),
      runs,
    );
  });

  it("on battery, while every read fails or is impossible", () => {
    const bad = fc.oneof(
      fc.constant(nack),
      fc.constantFrom(0, 1999, 4501, 5119.92, Number.NaN).map((cellMv) => good({ cellMv, chargePct: 5 })),
      fc.constantFrom(-1, 110.5, 255.996, Number.NaN).map((chargePct) => good({ cellMv: 3600, chargePct })),
    );
    fc.assert(
      fc.property(fc.array(bad, { minLength: 1, maxLength: 80 }), (gauges) => {
        const run = onBattery();
        for (const each of gauges) run.watch(3, { ...look(false, 50), gauge: each });
        idle(run);
      }),
      runs,
    );
  });

  it("while mains loss is not confirmed: a pin that flaps or cannot be read", () => {
    const pins = fc.array(fc.constantFrom(good(true), nack, good(true), good(false)), {
      minLength: 2,
      maxLength: 80,
    });
    fc.assert(
      fc.property(pins, (reads) => {
        // Longer than a look, so that one look alone proves nothing.
        const run = onMains(30, { debounce: { acLostMs: 1500, acRestoredMs: 5000 } });
        for (const [i, acPresent] of reads.entries()) {
          const after = reads[i + 1];
          // Never two losses in a row: they would be a confirmed one.
          const proven = acPresent.ok && !acPresent.value && after?.ok === true && !after.value;
          run.watch(1, { ...look(false, 5, 3100), acPresent: proven ? nack : acPresent });
        }
        idle(run);
      }),
      runs,
    );
  });

  it("from a single flipped bit in voltage or percent, wherever and whenever it flips", () => {
    const flips = fc.array(
      fc.record({
        register: fc.constantFrom("vcell" as const, "soc" as const),
        bit: fc.integer({ min: 0, max: 15 }),
        calm: fc.integer({ min: 1, max: 6 }),
      }),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(flips, fc.integer({ min: 26, max: 100 }), (each, pct) => {
        const run = onBattery(pct);
        const mv = run.now.cellMv ?? 0;
        for (const { register, bit, calm } of each) {
          const vcell = Math.round(mv / 0.078125) ^ (register === "vcell" ? 1 << bit : 0);
          const soc = Math.round(pct * 256) ^ (register === "soc" ? 1 << bit : 0);
          run.watch(1, {
            ...look(false, pct),
            gauge: good({ cellMv: vcell * 0.078125, chargePct: soc / 256 }),
          });
          run.watch(calm, look(false, pct));
        }
        idle(run);
        expect(run.types).not.toContain("battery_voltage_critical");
      }),
      runs,
    );
  });
});

describe("no dirty death", { timeout: 30_000 }, () => {
  it("a proven outage powers off within two minutes of 10 %, whatever flaps and fails for moments before", () => {
    const trouble = fc.array(
      fc.record({ at: fc.integer({ min: 0, max: 290 }), kind: fc.integer({ min: 0, max: 2 }) }),
      {
        maxLength: 40,
      },
    );
    fc.assert(
      fc.property(trouble, fc.integer({ min: 1, max: 6 }), (troubles, pctPerMin) => {
        const run = onBattery(12);
        const byTime = new Map(troubles.map(({ at, kind }) => [at, kind]));
        // The percent reaches 10 in time, and mains never comes back for five seconds.
        for (let second = 0; second < (2 / pctPerMin) * 60 + 120; second += 1) {
          const sample = look(false, 12 - (second * pctPerMin) / 60, 3560 - second / 20);
          const kind = second % 8 < 5 ? undefined : byTime.get(second % 290);
          if (kind === 0) run.watch(1, { ...sample, gauge: nack });
          else if (kind === 1) run.watch(1, { ...sample, acPresent: nack });
          else if (kind === 2) run.watch(1, { ...sample, acPresent: good(true) });
          else run.watch(1, sample);
          if (run.poweredOff()) return;
        }
        throw new Error(`not powered off: ${run.types.join(", ")}`);
      }),
      runs,
    );
  });
});
