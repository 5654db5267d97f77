// What the load does to the battery in the present stretch of an outage: its power, the fall of the percent, the charge
// that it drew, the voltage that it costs. A stretch begins with the outage, and anew when the load steps.
import { sagOf } from "./cut-off.ts";
import { addDrawn, type Drawn, type PowerState, takePower } from "./energy.ts";
import type { GaugeReading, Instant } from "./model.ts";
import type { OcvTable } from "./ocv.ts";
import { addPoint, fallPerMinute, type SlopePoint } from "./slope.ts";
import { takeVoltage, type VoltageState } from "./voltage-step.ts";

export interface LoadState {
  /** Since when the load has not stepped. */
  readonly sinceMonoMs: number;
  readonly lastMonoMs: number;
  readonly points: readonly SlopePoint[];
  /** Of this stretch, even units per minute; null while unknown. */
  readonly fall: number | null;
  /** Only with a current. */
  readonly power: PowerState | null;
  readonly voltage: VoltageState | null;
  /** Since the battery settled after mains was lost; outlives load steps, not gaps. Only with a current. */
  readonly drawn: Drawn | null;
  /** What the load takes off a cell's voltage, smoothed, mV. */
  readonly sagMv: number;
}

export interface LoadFacts {
  readonly table: OcvTable;
  readonly resistanceMohm: number;
  /** The scale on which the battery falls evenly. */
  readonly units: (chargePct: number) => number;
}

/** A gauge's percent is believed for charge only when the battery settled after the AC edge. */
const drawnAfterMs = 60_000;
const sagTauMs = 60_000;
/** What was before a longer silence says nothing about now. */
const silenceMs = 60_000;

function beginLoad(reading: GaugeReading, at: Instant, facts: LoadFacts): LoadState {
  return {
    sinceMonoMs: at.monoMs,
    lastMonoMs: at.monoMs,
    points: [],
    fall: null,
    power: null,
    voltage: null,
    drawn: null,
    sagMv: sagOf(reading, facts.table, facts.resistanceMohm),
  };
}

/** A new stretch: what was measured of the load before is over, what was drawn is not. */
export function restartLoad(load: LoadState, at: Instant): LoadState {
  return { ...load, sinceMonoMs: at.monoMs, points: [], fall: null };
}

function drawnNow(load: LoadState, { chargePct, currentMa }: GaugeReading, at: Instant): Drawn | null {
  if (currentMa === undefined) return null;
  if (load.drawn !== null) return addDrawn(load.drawn, currentMa, at.monoMs);
  const settled = at.monoMs - load.sinceMonoMs >= drawnAfterMs;
  return settled ? { fromPct: chargePct, mah: 0, monoMs: at.monoMs } : null;
}

/** The load with this reading's power or voltage, and whether that was a step. */
function watched(load: LoadState, reading: GaugeReading, at: Instant) {
  const { cellMv, currentMa } = reading;
  const { state: voltage, stepMv } = takeVoltage(load.voltage, cellMv, at.monoMs);
  if (currentMa === undefined) return { load: { ...load, voltage, power: null }, stepped: stepMv !== 0 };
  const power = takePower(load.power, (-currentMa * cellMv) / 1000, at.monoMs);
  const stepped = load.power !== null && power.stepMonoMs !== load.power.stepMonoMs;
  return { load: { ...load, power, voltage }, stepped };
}

/** Of the mean jitter: three readings in a row have to dip below the critical voltage, so it is less than the dips. */
const dipPart = 0.75;

/** mV that the load takes off the cell where it counts: its dips, not its mean, reach the critical voltage first. */
export function dippingMv({ sagMv, voltage }: LoadState): number {
  return sagMv + dipPart * (voltage?.jitterMv ?? 0);
}

export interface LoadStep {
  readonly load: LoadState;
  /** A stretch began with this reading. */
  readonly began: boolean;
}

/** Takes a reading on battery; null: the first one of this outage. */
export function takeLoad(
  before: LoadState | null,
  reading: GaugeReading,
  at: Instant,
  sampleIntervalMs: number,
  facts: LoadFacts,
): LoadStep {
  const silent = before !== null && at.monoMs - before.lastMonoMs > Math.max(silenceMs, 3 * sampleIntervalMs);
  const started = before === null || silent ? beginLoad(reading, at, facts) : before;
  const { load: seen, stepped } = watched(started, reading, at);
  const here = stepped ? restartLoad(seen, at) : seen;
  const points = addPoint(here.points, { monoMs: at.monoMs, chargePct: reading.chargePct });
  const sag = sagOf(reading, facts.table, facts.resistanceMohm);
  const keeps = Math.exp(-(at.monoMs - here.lastMonoMs) / sagTauMs);
  return {
    load: {
      ...here,
      lastMonoMs: at.monoMs,
      points,
      fall: points === here.points ? here.fall : fallPerMinute(points, facts.units),
      drawn: drawnNow(here, reading, at),
      // A step is not smoothed over: the cut-off moves with it.
      sagMv: stepped ? sag : sag + (here.sagMv - sag) * keeps,
    },
    began: before === null || silent || stepped,
  };
}
