// State of charge on boards that only measure a voltage: the open-circuit table, corrected by what the current costs
// where it is known, and by what an AC edge cost at once where it is not. An estimate, and always marked as one.
import type { Chemistry } from "../boards/board.ts";
import type { Instant, RawReading } from "./model.ts";
import { type OcvTable, ocvMv, ocvToPct } from "./ocv.ts";
import { takeVoltage, type VoltageState } from "./voltage-step.ts";

export interface SocState {
  /** 0-100; null before the first voltage. */
  readonly pct: number | null;
  /** What load or charger take off the open-circuit voltage, mV; negative while charging. Only without a current. */
  readonly sagMv: number;
  /** Voltage at which that was so: a steady power takes more off a lower one. */
  readonly sagAtMv: number | null;
  /** An AC edge or load step is too recent: the percent stands still. */
  readonly holding: boolean;
  /** When the last hold that a load step began will end; null before the first. */
  readonly heldUntilMonoMs: number | null;
  /** Only without a current. */
  readonly voltage: VoltageState | null;
  readonly lastMonoMs: number | null;
}

export const initialSoc: SocState = {
  pct: null,
  sagMv: 0,
  sagAtMv: null,
  holding: false,
  heldUntilMonoMs: null,
  voltage: null,
  lastMonoMs: null,
};

/** What the estimate rests on. */
export interface SocFacts {
  readonly chemistry: Chemistry;
  readonly table: OcvTable;
  /** Per cell in series, mOhm. */
  readonly resistanceMohm: number;
  /** Of the pack, mAh; null when nobody said. */
  readonly capacityMah: number | null;
  readonly onBattery: boolean;
  /** When mains last came or went (also unconfirmed); null before the first. */
  readonly acEdgeMonoMs: number | null;
}

/** A cell's voltage moves by 50-200 mV at an AC edge, and most of the rest follows within a minute. */
const holdMs = 75_000;
/** Load steps in a row must not hold the percent for ever. */
const nextHoldMs = 180_000;
/** The voltage is smoothed for so long; coulombs carry the percent over a longer time. */
const tauMs = { voltage: 30_000, withCoulombs: 180_000 } as const;
/** After a longer silence the voltage says more than what was before. */
const silenceMs = 600_000;
/** A charger's lift fades as the current falls towards full. */
const chargeFadeMs = 5_400_000;
/** More sag than this is not believed without a current: too much would hide an empty battery. */
const sagMv = { onBattery: 150, fromFull: 500, charging: -250 } as const;
/** From here on a charger lifts the voltage by little, so that what an AC edge takes off is all sag. */
const nearlyFullPct = 95;
/** A LiFePO4 cell above this charge shows its charger, not itself. */
const lifepo4TopPct = 90;

function boundedSag(mv: number, onBattery: boolean, most: number = sagMv.onBattery): number {
  return onBattery ? Math.max(0, Math.min(most, mv)) : Math.max(sagMv.charging, Math.min(0, mv));
}

/** What the voltage lacks to be the open-circuit voltage of the percent that is believed. */
function sagAt(pct: number, cellMv: number, { chemistry, onBattery, table }: SocFacts): number {
  const top = chemistry === "lifepo4" && onBattery ? lifepo4TopPct : 100;
  const most = pct >= nearlyFullPct ? sagMv.fromFull : sagMv.onBattery;
  return boundedSag(ocvMv(table, Math.min(top, pct)) - cellMv, onBattery, most);
}

/**
 * Percent points per minute that no LiFePO4 pack on a HAT loses. On the flat part of its curve a few millivolts of sag look
 * like tens of points, and without a current only time can tell them apart; its end is told by the voltage limits.
 */
const fastestFallPctPerMin = 2.5;

/** On a flat curve, no faster down than a battery can be emptied. */
function slowed(pct: number, next: number, passedMs: number, { chemistry, onBattery }: SocFacts): number {
  if (chemistry !== "lifepo4" || !onBattery) return next;
  return Math.max(next, pct - (fastestFallPctPerMin * passedMs) / 60_000);
}

function towards(pct: number, target: number, passedMs: number, tau: number): number {
  return target + (pct - target) * Math.exp(-passedMs / tau);
}

/** With a current: coulombs move the percent, and the corrected voltage pulls it back to the truth. */
function byCurrent(
  pct: number,
  cellMv: number,
  currentMa: number,
  passedMs: number,
  facts: SocFacts,
): number {
  const target = ocvToPct(facts.table, cellMv - (currentMa * facts.resistanceMohm) / 1000);
  if (facts.capacityMah === null) return towards(pct, target, passedMs, tauMs.voltage);
  const moved = ((currentMa * passedMs) / 3_600_000 / facts.capacityMah) * 100;
  return towards(pct + moved, target, passedMs, tauMs.withCoulombs);
}

function isHeld(state: SocState, nowMonoMs: number, { acEdgeMonoMs }: SocFacts): boolean {
  const byEdge = acEdgeMonoMs !== null && nowMonoMs - acEdgeMonoMs < holdMs;
  return byEdge || (state.heldUntilMonoMs !== null && nowMonoMs < state.heldUntilMonoMs);
}

function mayHoldAgain({ heldUntilMonoMs }: SocState, nowMonoMs: number): boolean {
  return heldUntilMonoMs === null || nowMonoMs - heldUntilMonoMs >= nextHoldMs - holdMs;
}

/** Without a current: a step holds the percent or, soon after another, moves the sag by its own size. */
function byVoltage(state: SocState, pct: number, cellMv: number, at: Instant, facts: SocFacts): SocState {
  const passedMs = at.monoMs - (state.lastMonoMs ?? at.monoMs);
  const { state: voltage, stepMv } = takeVoltage(state.voltage, cellMv, at.monoMs);
  const stepped = stepMv !== 0;
  const begins = stepped && mayHoldAgain(state, at.monoMs);
  const heldUntilMonoMs = begins ? at.monoMs + holdMs : state.heldUntilMonoMs;
  const here = { ...state, pct, heldUntilMonoMs, voltage, lastMonoMs: at.monoMs };
  if (isHeld(here, at.monoMs, facts)) return { ...here, holding: true };
  // The smoothed voltage: at one odd moment of the load it would be wrong for the rest of the outage.
  const { slowMv } = voltage;
  if (state.holding) {
    return { ...here, holding: false, sagMv: sagAt(pct, slowMv, facts), sagAtMv: slowMv };
  }
  const fades = facts.onBattery ? 1 : Math.exp(-passedMs / chargeFadeMs);
  const sag = boundedSag(
    (state.sagMv - stepMv) * fades,
    facts.onBattery,
    Math.max(sagMv.onBattery, state.sagMv),
  );
  const grown = facts.onBattery && state.sagAtMv !== null ? sag * (state.sagAtMv / slowMv) : sag;
  const target = ocvToPct(facts.table, slowMv + grown);
  const next = towards(pct, target, passedMs, tauMs.voltage);
  return { ...here, pct: slowed(pct, next, passedMs, facts), sagMv: sag };
}

/** What a first voltage, or one after a long silence, says. */
function anew(cellMv: number, currentMa: number | undefined, at: Instant, facts: SocFacts): SocState {
  const lost = ((currentMa ?? 0) * facts.resistanceMohm) / 1000;
  const pct = ocvToPct(facts.table, cellMv - lost);
  return { ...initialSoc, pct, lastMonoMs: at.monoMs };
}

/** Takes a believed voltage; the new state's `pct` is never null. */
export function takeSoc(state: SocState, reading: RawReading, at: Instant, facts: SocFacts): SocState {
  const { cellMv, currentMa } = reading;
  const { lastMonoMs, pct } = state;
  if (pct === null || lastMonoMs === null || at.monoMs - lastMonoMs > silenceMs) {
    return anew(cellMv, currentMa, at, facts);
  }
  if (currentMa === undefined) return byVoltage(state, pct, cellMv, at, facts);
  const next = byCurrent(pct, cellMv, currentMa, at.monoMs - lastMonoMs, facts);
  return {
    ...state,
    pct: Math.max(0, Math.min(100, next)),
    holding: false,
    voltage: null,
    lastMonoMs: at.monoMs,
  };
}
