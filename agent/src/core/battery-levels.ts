// Low, critical and recovered. Percent and voltage under load can disagree, so the worse of the two counts, and a limit
// must hold for some fresh samples; leaving a level takes more than entering it (hysteresis).
import type { Thresholds } from "./engine.ts";
import type { GaugeReading } from "./model.ts";
import { type Note, note, round } from "./note.ts";

export type BatteryLevel = "unknown" | "ok" | "low" | "critical";

export interface LevelState {
  readonly level: BatteryLevel;
  /** Fresh samples in a row at or below the limit, or above the recovery limit. */
  readonly lowHeld: number;
  readonly criticalHeld: number;
  readonly aboveCriticalHeld: number;
  readonly recoveredHeld: number;
}

export const initialLevels: LevelState = {
  level: "unknown",
  lowHeld: 0,
  criticalHeld: 0,
  aboveCriticalHeld: 0,
  recoveredHeld: 0,
};

/** Which of the two limits a reading reached, percent first; null when neither. */
export interface Reached {
  readonly value: number;
  readonly threshold: number;
  readonly unit: "%" | "V";
}

export function reached(reading: GaugeReading, pct: number, cellMv: number): Reached | null {
  if (reading.chargePct <= pct) return { value: round(reading.chargePct, 1), threshold: pct, unit: "%" };
  if (reading.cellMv <= cellMv) {
    return { value: round(reading.cellMv / 1000, 3), threshold: round(cellMv / 1000, 3), unit: "V" };
  }
  return null;
}

function words({ value, threshold, unit }: Reached): string {
  return unit === "%"
    ? `${value} %, limit ${threshold} %`
    : `${value.toFixed(2)} V per cell, limit ${threshold.toFixed(2)} V`;
}

/** `9.9 %, limit 10 %` or `3.19 V per cell, limit 3.20 V`. */
export const reachedWords = words;

function above(reading: GaugeReading, pct: number, cellMv: number, limits: Thresholds): boolean {
  return (
    reading.chargePct >= pct + limits.recoveredPctAbove &&
    reading.cellMv >= cellMv + limits.recoveredCellMvAbove
  );
}

function facts(reading: GaugeReading): Note["detail"] {
  return { battery_percent: round(reading.chargePct, 1), cell_voltage_v: round(reading.cellMv / 1000, 3) };
}

/** Takes one fresh reading. Never call it with a kept one: what is stale proves nothing. */
export function takeLevels(
  state: LevelState,
  reading: GaugeReading,
  limits: Thresholds,
): { readonly state: LevelState; readonly notes: readonly Note[] } {
  const low = reached(reading, limits.lowPct, limits.lowCellMv);
  const critical = reached(reading, limits.criticalPct, limits.criticalCellMv);
  const held: LevelState = {
    level: state.level,
    lowHeld: low === null ? 0 : state.lowHeld + 1,
    criticalHeld: critical === null ? 0 : state.criticalHeld + 1,
    aboveCriticalHeld: above(reading, limits.criticalPct, limits.criticalCellMv, limits)
      ? state.aboveCriticalHeld + 1
      : 0,
    recoveredHeld: above(reading, limits.lowPct, limits.lowCellMv, limits) ? state.recoveredHeld + 1 : 0,
  };
  const notes: Note[] = [];
  let { level } = state;
  const enough = limits.holdSamples;
  if ((level === "ok" || level === "unknown") && low !== null && held.lowHeld >= enough) {
    level = "low";
    notes.push(
      note("battery_voltage_low", `Battery low: ${words(low)}.`, { ...low, detail: facts(reading) }),
    );
  }
  if (level === "low" && critical !== null && held.criticalHeld >= enough) {
    level = "critical";
    notes.push(
      note("battery_voltage_critical", `Battery critical: ${words(critical)}.`, {
        ...critical,
        detail: facts(reading),
      }),
    );
  } else if (level === "critical" && held.aboveCriticalHeld >= enough) {
    level = "low";
  }
  if (level === "unknown" && held.lowHeld === 0) level = "ok";
  if (level === "low" && held.recoveredHeld >= enough) {
    level = "ok";
    const threshold = limits.lowPct + limits.recoveredPctAbove;
    notes.push(
      note("battery_voltage_recovered", `Battery recovered: ${round(reading.chargePct)} %.`, {
        value: round(reading.chargePct, 1),
        threshold,
        unit: "%",
        detail: facts(reading),
      }),
    );
  }
  return { state: { ...held, level }, notes };
}

/** Whether the battery is critical at this moment, by fresh samples that held; an earlier critical level does not count. */
export function criticalNow(state: LevelState, limits: Thresholds): boolean {
  return state.criticalHeld >= limits.holdSamples;
}
