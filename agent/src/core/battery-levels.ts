// Low, critical and recovered. Percent and voltage under load can disagree, so the worse of the two counts, and a limit
// must hold for some fresh samples; leaving a level takes more than entering it (hysteresis).
import { weakestMv } from "./cut-off.ts";
import type { Thresholds } from "./engine.ts";
import type { GaugeReading } from "./model.ts";
import { type Note, note, round } from "./note.ts";

export type BatteryLevel = "unknown" | "ok" | "low" | "critical";

/** Fresh samples in a row that said the same. */
interface Held {
  readonly lowHeld: number;
  readonly criticalHeld: number;
  readonly emptyPctHeld: number;
  readonly emptyMvHeld: number;
  readonly aboveCriticalHeld: number;
  readonly recoveredHeld: number;
}

export interface LevelState extends Held {
  readonly level: BatteryLevel;
  /** Which limit made it low; the recovery is told in the same unit. */
  readonly lowBy: "%" | "V" | null;
}

const nothingHeld: Held = {
  lowHeld: 0,
  criticalHeld: 0,
  emptyPctHeld: 0,
  emptyMvHeld: 0,
  aboveCriticalHeld: 0,
  recoveredHeld: 0,
};

/**
 * Where waiting ends: four tenths of the critical percent, or 0.1 V below the critical voltage for 20 s. With the defaults
 * that is 4 %, or the floor of 3.10 V held as long as x120x-dkms holds it; a shorter sag is only a heavy load.
 */
const nearlyEmpty = { partOfCritical: 0.4, belowCriticalMv: 100, sagMs: 20_000 } as const;

export const initialLevels: LevelState = { level: "unknown", lowBy: null, ...nothingHeld };

/** A limit that a reading reached. Percent or volts per cell. */
export interface Reached {
  readonly value: number;
  readonly threshold: number;
  readonly unit: "%" | "V";
}

/** Which of the two limits a reading reached, percent first; null when neither. */
export function reached(reading: GaugeReading, pct: number, cellMv: number): Reached | null {
  if (reading.chargePct <= pct) return { value: round(reading.chargePct, 1), threshold: pct, unit: "%" };
  const weakest = weakestMv(reading);
  if (weakest <= cellMv) {
    return { value: round(weakest / 1000, 3), threshold: round(cellMv / 1000, 3), unit: "V" };
  }
  return null;
}

/** `9.9 %, limit 10 %` or `3.19 V per cell, limit 3.20 V`. */
export function reachedWords({ value, threshold, unit }: Reached): string {
  return unit === "%"
    ? `${value} %, limit ${threshold} %`
    : `${value.toFixed(2)} V per cell, limit ${threshold.toFixed(2)} V`;
}

function above(reading: GaugeReading, pct: number, cellMv: number, limits: Thresholds): boolean {
  return (
    reading.chargePct >= pct + limits.recoveredPctAbove &&
    weakestMv(reading) >= cellMv + limits.recoveredCellMvAbove
  );
}

function facts(reading: GaugeReading): Note["detail"] {
  const weakest = reading.lowestCellMv;
  return {
    battery_percent: round(reading.chargePct, 1),
    cell_voltage_v: round(reading.cellMv / 1000, 3),
    ...(weakest === undefined ? {} : { lowest_cell_voltage_v: round(weakest / 1000, 3) }),
  };
}

function recoveredNote(reading: GaugeReading, lowBy: LevelState["lowBy"], limits: Thresholds): Note {
  const pct = round(reading.chargePct, 1);
  const volts = round(weakestMv(reading) / 1000, 3);
  const figures =
    lowBy === "V"
      ? {
          value: volts,
          threshold: round((limits.lowCellMv + limits.recoveredCellMvAbove) / 1000, 3),
          unit: "V" as const,
        }
      : { value: pct, threshold: limits.lowPct + limits.recoveredPctAbove, unit: "%" as const };
  const words = lowBy === "V" ? `${volts.toFixed(2)} V per cell, ${round(pct)} %` : `${round(pct)} %`;
  return note("battery_voltage_recovered", `Battery recovered: ${words}.`, {
    ...figures,
    detail: facts(reading),
  });
}

function held(state: LevelState, reading: GaugeReading, limits: Thresholds): Held {
  const row = (holds: boolean, before: number) => (holds ? before + 1 : 0);
  const { lowPct, lowCellMv, criticalPct, criticalCellMv } = limits;
  return {
    lowHeld: row(reached(reading, lowPct, lowCellMv) !== null, state.lowHeld),
    criticalHeld: row(reached(reading, criticalPct, criticalCellMv) !== null, state.criticalHeld),
    emptyPctHeld: row(reading.chargePct <= criticalPct * nearlyEmpty.partOfCritical, state.emptyPctHeld),
    emptyMvHeld: row(weakestMv(reading) <= criticalCellMv - nearlyEmpty.belowCriticalMv, state.emptyMvHeld),
    aboveCriticalHeld: row(above(reading, criticalPct, criticalCellMv, limits), state.aboveCriticalHeld),
    recoveredHeld: row(above(reading, lowPct, lowCellMv, limits), state.recoveredHeld),
  };
}

/** Downwards: ok or unknown to low, low to critical; both in one go when both held. */
function fall(
  state: LevelState,
  now: Held,
  reading: GaugeReading,
  limits: Thresholds,
): Pick<LevelState, "level" | "lowBy"> & { readonly notes: readonly Note[] } {
  const notes: Note[] = [];
  let { level, lowBy } = state;
  const low = reached(reading, limits.lowPct, limits.lowCellMv);
  if ((level === "ok" || level === "unknown") && low !== null && now.lowHeld >= limits.holdSamples) {
    level = "low";
    lowBy = low.unit;
    const message = `Battery low: ${reachedWords(low)}.`;
    notes.push(note("battery_voltage_low", message, { ...low, detail: facts(reading) }));
  }
  const critical = reached(reading, limits.criticalPct, limits.criticalCellMv);
  if (level === "low" && critical !== null && now.criticalHeld >= limits.holdSamples) {
    level = "critical";
    const message = `Battery critical: ${reachedWords(critical)}.`;
    notes.push(note("battery_voltage_critical", message, { ...critical, detail: facts(reading) }));
  }
  if (level === "unknown" && now.lowHeld === 0) level = "ok";
  return { level, lowBy, notes };
}

/**
 * Takes one fresh reading. Never call it with a kept one: what is stale proves nothing.
 * A battery that is low already at the first samples is told as low: whoever starts the agent then wants to know.
 */
export function takeLevels(
  state: LevelState,
  reading: GaugeReading,
  limits: Thresholds,
): { readonly state: LevelState; readonly notes: readonly Note[] } {
  const now = held(state, reading, limits);
  const enough = limits.holdSamples;
  const fallen = fall(state, now, reading, limits);
  let { level } = fallen;
  const notes = [...fallen.notes];
  if (level === "critical" && now.aboveCriticalHeld >= enough) level = "low";
  if (level === "low" && now.recoveredHeld >= enough) {
    level = "ok";
    notes.push(recoveredNote(reading, fallen.lowBy, limits));
  }
  return { state: { ...now, level, lowBy: level === "ok" ? null : fallen.lowBy }, notes };
}

/** A limit must be held by samples that follow each other: one that was not believed breaks the row. */
export function breakRow(state: LevelState): LevelState {
  return { ...state, ...nothingHeld };
}

/** Whether the battery is critical at this moment, by fresh samples that held; an earlier critical level does not count. */
export function criticalNow(state: LevelState, limits: Thresholds): boolean {
  return state.criticalHeld >= limits.holdSamples;
}

/** Whether there is no time left to wait for anybody, by fresh samples that held. */
export function nearlyEmptyNow(state: LevelState, limits: Thresholds, sampleIntervalMs: number): boolean {
  const sagSamples = Math.max(limits.holdSamples, Math.ceil(nearlyEmpty.sagMs / sampleIntervalMs));
  return state.emptyPctHeld >= limits.holdSamples || state.emptyMvHeld >= sagSamples;
}
