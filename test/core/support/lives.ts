// Random worlds for the property tests of the core: samples with good, impossible and failed parts, people, clocks that jump.
import fc from "fast-check";
import { defaultOutput, defaultThresholds } from "../../../agent/src/core/config-defaults.ts";
import type { CoreConfig } from "../../../agent/src/core/engine.ts";
import {
  type RawReading,
  type Result,
  type Sample,
  type Sense,
  senses,
} from "../../../agent/src/core/model.ts";
import { config, good, look, nack, type Run } from "./run.ts";

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
export const anyGauge: fc.Arbitrary<Result<RawReading>> = fc.oneof(
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

/** Something that happens to a run. */
export type Deed = (run: Run) => void;
export const anyDeed: fc.Arbitrary<Deed> = fc.oneof(
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
export const everySense = new Set<Sense>(senses);
export const anyConfig: fc.Arbitrary<Partial<CoreConfig>> = fc.record({
  senses: fc.constantFrom(config().senses, everySense),
  output: fc.constant({ ...defaultOutput, batteryMa: 3000, outputMa: 5000 }),
  debounce: fc.record({
    acLostMs: fc.constantFrom(0, 1000, 3000),
    acRestoredMs: fc.constantFrom(0, 1000, 5000),
  }),
  shutdown: fc.record({ graceMs: fc.constantFrom(0, 30_000), allowRemote: fc.boolean() }),
  thresholds: fc.constantFrom(1, 3).map((holdSamples) => ({ ...defaultThresholds, holdSamples })),
});
