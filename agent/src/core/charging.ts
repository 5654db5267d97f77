// Charging on boards that cannot sense it. Certain: no mains, or charging forbidden, means not charging. Everything else
// is derived from the trend of percent and voltage and can be late by up to a minute (a start) or eight (a stop); "full"
// is where the gauge is reliable (mor-lock/x120x-dkms: docs/soc-model.md). A rise while a battery only rests after a load
// looks the same as a charge, which is why it needs mains. Unknown stays unknown.
import type { GaugeReading } from "./model.ts";
import { type Note, note, percentWords, round } from "./note.ts";
import { changeOver, type Trend } from "./trend.ts";

export interface ChargingState {
  readonly charging: boolean | null;
  /** A start was told and its stop was not yet: outlives a while in which nobody knows, so that the events alternate. */
  readonly told: boolean;
  /** It was full and has not fallen since. */
  readonly full: boolean;
  /** A reading below full was seen, so that reaching it is news. */
  readonly wasBelow: boolean;
}

export const initialCharging: ChargingState = {
  charging: null,
  told: false,
  full: false,
  wasBelow: false,
};

/** At or above this the gauge means full. */
const fullPct = 99;
/** Below this the next full is news again: on mains after self-discharge, on battery after a real outage. */
const rearmPct = { onMains: 95, onBattery: 98 } as const;
const windowMs = 60_000;
/** A rise that is so clear needs no minute: a strong charger, or a small pack. */
const clearWindowMs = 10_000;
const clearRisePct = 0.5;
const longWindowMs = 480_000;
/**
 * A sensed current that charges, mA: a full battery on mains sits near 0 and must not flap (Waveshare integrations take
 * 55 to 100 mA: odya/hacs-ina219-ups-hat, mykhailog/hacs_waveshare_ups_hat issue 8).
 */
const chargingMa = { begins: 100, ends: 50 } as const;
const risePct = 0.2;
const riseMv = 5;

/** What is known about mains and the charge line; null where it is not. */
export interface ChargeFacts {
  readonly acPresent: boolean | null;
  readonly chargeAllowed: boolean | null;
  /** False: the board cannot tell about mains at all, so a full battery is full whatever feeds it. */
  readonly mainsSensed: boolean;
  /** What the board itself says; null while that is unknown, undefined where it has to be derived. */
  readonly sensed: boolean | null | undefined;
  /** Mains shows as present and the battery falls all the same: whatever is wrong there, it does not charge. */
  readonly falling: boolean;
  /** The percent is estimated. */
  readonly estimated: boolean;
}

interface ChargingStep {
  readonly state: ChargingState;
  readonly notes: readonly Note[];
}

/** What a sensed current says; null where there is none. */
function byCurrent(state: ChargingState, { currentMa }: GaugeReading): boolean | null {
  if (currentMa === undefined) return null;
  return currentMa >= (state.charging === true ? chargingMa.ends : chargingMa.begins);
}

function derive(
  state: ChargingState,
  facts: ChargeFacts,
  trend: Trend,
  flows: boolean | null,
): boolean | null {
  if (facts.acPresent === false) return false;
  if (facts.sensed !== undefined) return facts.sensed;
  if (facts.chargeAllowed === false || facts.falling || state.full) return false;
  if (flows !== null) return flows;
  if (facts.acPresent === null) return state.charging;
  const change = changeOver(trend, windowMs);
  if (change !== null && (change.pct >= risePct || change.mv >= riseMv)) return true;
  const clear = changeOver(trend, clearWindowMs);
  if (clear !== null && clear.pct >= clearRisePct) return true;
  const long = changeOver(trend, longWindowMs);
  if (long !== null && long.pct < risePct && long.mv < riseMv) return false;
  return state.charging;
}

function isFull(state: ChargingState, facts: ChargeFacts, { chargePct, currentMa }: GaugeReading): boolean {
  const fed = facts.acPresent ?? !facts.mainsSensed;
  // A percent that is estimated from a voltage says full as soon as the charger holds its voltage.
  const filling = currentMa !== undefined && currentMa >= chargingMa.begins;
  if (fed && chargePct >= fullPct && !filling) return true;
  return state.full && chargePct >= (facts.acPresent === false ? rearmPct.onBattery : rearmPct.onMains);
}

function whyStopped(facts: ChargeFacts, full: boolean): string {
  if (facts.acPresent === false) return "mains lost";
  if (facts.chargeAllowed === false) return "not allowed";
  return full ? "battery full" : "no rise any more";
}

/** Takes one fresh reading with what is known about mains and the charge line. */
export function takeCharging(
  state: ChargingState,
  facts: ChargeFacts,
  reading: GaugeReading,
  trend: Trend,
): ChargingStep {
  const full = isFull(state, facts, reading);
  const charging = derive({ ...state, full }, facts, trend, byCurrent(state, reading));
  const parts = {
    value: round(reading.chargePct, 1),
    unit: "%" as const,
    detail: { cell_voltage_v: round(reading.cellMv / 1000, 3) },
  };
  const notes: Note[] = [];
  if (full && !state.full && state.wasBelow) {
    notes.push(note("battery_full", "Battery full.", { ...parts, threshold: fullPct }));
  }
  const pct = percentWords(reading.chargePct, facts.estimated);
  if (charging === true && !state.told) {
    notes.push(note("charging_started", `Charging started at ${pct}.`, parts));
  } else if (charging === false && state.told) {
    notes.push(note("charging_stopped", `Charging stopped at ${pct}: ${whyStopped(facts, full)}.`, parts));
  }
  const wasBelow = reading.chargePct < fullPct || (state.wasBelow && !full);
  return { state: { charging, told: charging ?? state.told, full, wasBelow }, notes };
}

/** Mains loss was confirmed: certain without any reading. */
export function chargingWithoutMains(state: ChargingState, chargePct: number | null): ChargingStep {
  const notes = state.told
    ? [
        note("charging_stopped", "Charging stopped: mains lost.", {
          ...(chargePct === null ? {} : { value: round(chargePct, 1), unit: "%" as const }),
        }),
      ]
    : [];
  return { state: { ...state, charging: false, told: false }, notes };
}
