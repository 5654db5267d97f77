// What must hold for every history, also for the ones that nobody thought of: random worlds, random faults, random people.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultOutput, defaultThresholds } from "../../agent/src/core/config-defaults.ts";
import { initialState, nextWakeMonoMs, snapshot, step } from "../../agent/src/core/core.ts";
import type { CoreConfig, CoreInput } from "../../agent/src/core/engine.ts";
import {
  type EventType,
  type RawReading,
  type Result,
  type Sample,
  type Sense,
  senses,
} from "../../agent/src/core/model.ts";
import { eventTypesFor } from "../../agent/src/core/senses.ts";
import { config, good, look, nack, onBattery, onMains, Run } from "./support/run.ts";

const runs = { numRuns: 120 };

/** What a MAX17043 could put on the wire for a healthy battery. */
const healthy = fc.record({
  cellMv: fc.integer({ min: 2000 * 16, max: 4400 * 16 }).map((raw) => Math.floor(raw / 20) * 1.25),
  chargePct: fc.integer({ min: 0, max: 106 * 256 }).map((raw) => raw / 256),
});
const anyNumber = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, -0, Number.POSITIVE_INFINITY, 5119.92));
const nonsense = fc.record(
  { cellMv: anyNumber, chargePct: anyNumber, currentMa: anyNumber, lowestCellMv: anyNumber },
  { requiredKeys: ["cellMv"] },
);
/** A board that measures a voltage, and perhaps a current and each cell. */
const voltageOnly = fc.record(
  {
    cellMv: fc.integer({ min: 2600, max: 4250 }),
    currentMa: fc.oneof(fc.integer({ min: -6000, max: 4000 }), anyNumber),
    lowestCellMv: fc.oneof(fc.integer({ min: 2500, max: 4250 }), anyNumber),
  },
  { requiredKeys: ["cellMv"] },
);
const anyGauge: fc.Arbitrary<Result<RawReading>> = fc.oneof(
  { weight: 6, arbitrary: healthy.map(good) },
  { weight: 2, arbitrary: nonsense.map(good) },
  { weight: 2, arbitrary: voltageOnly.map(good) },
  { weight: 2, arbitrary: fc.constant(nack) },
);
const anyBit: fc.Arbitrary<Result<boolean>> = fc.oneof(
  { weight: 9, arbitrary: fc.boolean().map(good) },
  { weight: 1, arbitrary: fc.constant(nack) },
);
const anyTemperature = fc.oneof(fc.constantFrom(45, 70).map(good), anyNumber.map(good), fc.constant(nack));
/** Volts and amperes behind the board: usual ones on both sides of the limits, and what no register should say. */
const anyRail = fc.oneof(fc.constantFrom(5100, 4800, 4600).map(good), anyNumber.map(good), fc.constant(nack));
const anyOutput = fc.oneof(fc.constantFrom(900, 6000).map(good), anyNumber.map(good), fc.constant(nack));
const anyBoardFaults = fc.oneof(
  fc.constantFrom([], [{ kind: "charge_temperature", message: "The battery is too cold." }]).map(good),
  fc.constant(nack),
);
const anySample: fc.Arbitrary<Sample> = fc.record(
  {
    gauge: anyGauge,
    acPresent: anyBit,
    chargeAllowed: anyBit,
    charging: anyBit,
    temperatureC: anyTemperature,
    railMv: anyRail,
    underVoltage: anyBit,
    outputMa: anyOutput,
    boardFaults: anyBoardFaults,
  },
  { requiredKeys: ["gauge"] },
);
const anyRequester = fc.constantFrom(
  { kind: "cli" } as const,
  { kind: "home_assistant", user: "Ada" } as const,
);
const anyDelay = fc.oneof(fc.constant(null), fc.integer({ min: -10, max: 100_000 }), fc.constant(Number.NaN));

type Deed = (run: Run) => void;
const anyDeed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(anySample, fc.integer({ min: 1, max: 12 })).map(
      ([sample, seconds]): Deed =>
        (run) =>
          void run.watch(seconds, sample),
    ),
  },
  // Minutes of an ordinary life: charging, discharging or resting, from wherever the battery is.
  {
    weight: 8,
    arbitrary: fc
      .record({
        acPresent: fc.boolean(),
        seconds: fc.integer({ min: 5, max: 400 }),
        pctPerMin: fc.constantFrom(-12, -2, -0.3, 0, 0.3, 2, 12),
        mvPerMin: fc.constantFrom(-40, -4, 0, 4, 40),
      })
      .map(
        ({ acPresent, seconds, pctPerMin, mvPerMin }): Deed =>
          (run) => {
            const { chargePctRaw, cellMv } = run.now;
            run.watch(seconds, (s) => {
              const pct = (chargePctRaw ?? 50) + (pctPerMin * s) / 60;
              const mv = (cellMv ?? 3700) + (mvPerMin * s) / 60;
              return look(acPresent, Math.min(106, Math.max(0, pct)), Math.min(4300, Math.max(2500, mv)));
            });
          },
      ),
  },
  {
    weight: 3,
    arbitrary: fc.boolean().map(
      (on): Deed =>
        (run) =>
          void run.edge(on),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.integer({ min: 0, max: 70_000 }).map(
      (ms): Deed =>
        (run) =>
          void run.pass(ms),
    ),
  },
  // A suspended machine: time is gone, no wake-up came.
  {
    weight: 1,
    arbitrary: fc.integer({ min: 0, max: 7_200_000 }).map(
      (ms): Deed =>
        (run) => {
          run.monoMs += ms;
        },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: -1e9, max: 1e9 }).map(
      (ms): Deed =>
        (run) => {
          run.wallOffsetMs += ms;
        },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(anyRequester, anyDelay).map(
      ([by, delayMs]): Deed =>
        (run) =>
          void run.request({ by, delayMs }),
    ),
  },
  {
    weight: 1,
    arbitrary: anyRequester.map(
      (by): Deed =>
        (run) =>
          void run.cancel(by),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.boolean().map(
      (ok): Deed =>
        (run) => {
          run.feed({ type: "power_off_result", at: run.at, ok, message: "why" });
        },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("The disk is full.", null).map(
      (message): Deed =>
        (run) => {
          run.feed({ type: "journal_trouble", at: run.at, message });
        },
    ),
  },
);
const everySense = new Set<Sense>(senses);
const anyConfig: fc.Arbitrary<Partial<CoreConfig>> = fc.record({
  senses: fc.constantFrom(config().senses, everySense),
  output: fc.constant({ ...defaultOutput, batteryMa: 3000, outputMa: 5000 }),
  debounce: fc.record({
    acLostMs: fc.constantFrom(0, 1000, 3000),
    acRestoredMs: fc.constantFrom(0, 1000, 5000),
  }),
  shutdown: fc.record({ graceMs: fc.constantFrom(0, 30_000), allowRemote: fc.boolean() }),
  thresholds: fc.constantFrom(1, 3).map((holdSamples) => ({ ...defaultThresholds, holdSamples })),
});

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
