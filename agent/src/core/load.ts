// What the load does to the battery in the present stretch of an outage: its power, the fall of the percent, the charge
// that it drew, the voltage that it costs. A stretch begins with the outage, and anew when the load steps.
import { sagAtCutOffMv, sagOf } from "./cut-off.ts";
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
  /** The percent is the core's own estimate. */
  readonly estimated: boolean;
}

/**
 * After an AC edge or a load step a gauge re-converges within a minute. An estimate is held for longer than that, and then
 * follows a voltage that still relaxes. What either does until then is neither charge nor shape.
 */
const settledAfterMs = { gauge: 60_000, estimated: 150_000 } as const;
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

/** Whether the percent has settled since this stretch began. */
export function isSettled({ sinceMonoMs }: LoadState, at: Instant, estimated: boolean): boolean {
  return at.monoMs - sinceMonoMs >= settledAfterMs[estimated ? "estimated" : "gauge"];
}

function drawnNow(load: LoadState, reading: GaugeReading, at: Instant, estimated: boolean): Drawn | null {
  const { chargePct, currentMa } = reading;
  if (currentMa === undefined) return null;
  if (load.drawn !== null) return addDrawn(load.drawn, currentMa, at.monoMs);
  return isSettled(load, at, estimated) ? { fromPct: chargePct, mah: 0, monoMs: at.monoMs } : null;
}

/** The points of the slope. A gauge's few points of re-convergence drown in the median; an estimate's hold would not. */
function pointsNow(load: LoadState, { chargePct }: GaugeReading, at: Instant, estimated: boolean) {
  if (estimated && !isSettled(load, at, estimated)) return load.points;
  return addPoint(load.points, { monoMs: at.monoMs, chargePct }, estimated);
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

/**
 * mV that the load will take off the cell at the critical voltage: its dips, not its mean, get there first. Worked out from
 * smoothed figures, because one reading's dip would move the cut-off by points, and minutes never rise again.
 */
export function cutOffSagMv({ sagMv, voltage }: LoadState, criticalCellMv: number): number {
  const { jitterMv, slowMv } = voltage ?? { jitterMv: 0, slowMv: 0 };
  return sagAtCutOffMv(sagMv + dipPart * jitterMv, slowMv, criticalCellMv);
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
  const points = pointsNow(here, reading, at, facts.estimated);
  const sag = sagOf(reading, facts.table, facts.resistanceMohm);
  const keeps = Math.exp(-(at.monoMs - here.lastMonoMs) / sagTauMs);
  return {
    load: {
      ...here,
      lastMonoMs: at.monoMs,
      points,
      fall: points === here.points ? here.fall : fallPerMinute(points, facts.units),
      drawn: drawnNow(here, reading, at, facts.estimated),
      // A step is not smoothed over: the cut-off moves with it.
      sagMv: stepped ? sag : sag + (here.sagMv - sag) * keeps,
    },
    began: before === null || silent || stepped,
  };
}
