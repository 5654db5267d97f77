// Charging on boards that cannot sense it. Certain: no mains, or charging forbidden, means not charging. Everything else
// is derived from the trend of percent and voltage and can be late by up to a minute; "full" is where the gauge is
// reliable (mor-lock/x120x-dkms: docs/soc-model.md). Unknown stays unknown.
import type { GaugeReading } from "./model.ts";
import { type Note, note, round } from "./note.ts";
import { changeOver, type Trend } from "./trend.ts";

export interface ChargingState {
  readonly charging: boolean | null;
  /** `battery_full` was said and the battery has not fallen since. */
  readonly full: boolean;
}

export const initialCharging: ChargingState = { charging: null, full: false };

/** At or above this the gauge means full; below `fullRearmPct` the next full is news again. */
const fullPct = 99;
const fullRearmPct = 95;
const windowMs = 60_000;
/** A rise that is so clear needs no minute: a strong charger, or a small pack. */
const clearWindowMs = 10_000;
const clearRisePct = 0.5;
const longWindowMs = 480_000;
const risePct = 0.2;
const riseMv = 5;

function derive(
  before: boolean | null,
  acPresent: boolean | null,
  chargeAllowed: boolean | null,
  reading: GaugeReading,
  trend: Trend,
): boolean | null {
  if (acPresent === false || chargeAllowed === false) return false;
  if (acPresent === null) return null;
  if (reading.chargePct >= fullPct) return false;
  const change = changeOver(trend, windowMs);
  if (change !== null && (change.pct >= risePct || change.mv >= riseMv)) return true;
  const clear = changeOver(trend, clearWindowMs);
  if (clear !== null && clear.pct >= clearRisePct) return true;
  const long = changeOver(trend, longWindowMs);
  if (long !== null && long.pct < risePct && long.mv < riseMv) return false;
  return before;
}

/** Takes one fresh reading with what is known about mains and the charge line. */
export function takeCharging(
  state: ChargingState,
  known: { readonly acPresent: boolean | null; readonly chargeAllowed: boolean | null },
  reading: GaugeReading,
  trend: Trend,
): { readonly state: ChargingState; readonly notes: readonly Note[] } {
  const notes: Note[] = [];
  const pct = round(reading.chargePct);
  const charging = derive(state.charging, known.acPresent, known.chargeAllowed, reading, trend);
  let { full } = state;
  if (reading.chargePct < fullRearmPct) full = false;
  const parts = {
    value: pct,
    unit: "%" as const,
    detail: { cell_voltage_v: round(reading.cellMv / 1000, 3) },
  };
  if (known.acPresent === true && reading.chargePct >= fullPct && !full) {
    full = true;
    // A battery that was full when the agent came is not news.
    if (state.charging !== null)
      notes.push(note("battery_full", "Battery full.", { ...parts, threshold: fullPct }));
  }
  if (charging === true && state.charging !== true) {
    notes.push(note("charging_started", `Charging started at ${pct} %.`, parts));
  } else if (charging === false && state.charging === true) {
    const why =
      known.acPresent === false
        ? "mains lost"
        : full
          ? "battery full"
          : known.chargeAllowed === false
            ? "not allowed"
            : "no rise any more";
    notes.push(note("charging_stopped", `Charging stopped at ${pct} %: ${why}.`, parts));
  }
  return { state: { charging, full }, notes };
}
