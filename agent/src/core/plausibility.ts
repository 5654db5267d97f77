// A read is believed only when it is possible: the last good value is kept otherwise, and a failed read never becomes
// a number. Jumps have to be confirmed, because one flipped bit on the wire must not look like an empty battery.
import type { Chemistry } from "../boards/board.ts";
import { weakestMv } from "./cut-off.ts";
import type { GaugeReading, Instant, ReadFailure, Result } from "./model.ts";

export interface GaugeState {
  /** Last believed reading and its time; null before the first. */
  readonly good: { readonly reading: GaugeReading; readonly at: Instant } | null;
  /** Failed or refused reads since the last good one. */
  readonly failures: number;
  /** Good reads since the last failed or refused one. */
  readonly goodRow: number;
  readonly lastFailure: ReadFailure | null;
  /** Readings that jumped, waiting for confirmation; they agree with each other. */
  readonly jump: { readonly reading: GaugeReading; readonly count: number } | null;
  /** Since when good reads that follow each other say exactly the same; null before the first. */
  readonly same: { readonly sinceMonoMs: number; readonly reads: number } | null;
}

export const initialGauge: GaugeState = {
  good: null,
  failures: 0,
  goodRow: 0,
  lastFailure: null,
  jump: null,
  same: null,
};

/** A Li-ion or LiFePO4 cell outside of this is not a cell: the register was misread. */
export const possibleCellMv = { min: 2000, max: 4500 } as const;
/** Gauges of this family report up to 106 % (geekworm-com/x728-script issue 14). */
export const possibleChargePct = { min: 0, max: 110 } as const;
/** More than a load step or an AC edge moves a cell within a second (hardware facts: 50-200 mV). */
export const jumpCellMv = 300;
/** A gauge moves by fractions of a percent within a second. */
export const jumpChargePct = 10;
const jumpConfirmations = 3;
/**
 * A Li-ion cell that rests or charges at this voltage is at least half full: "empty" next to it is a register that was
 * not ready or was misread. On an X1206 0.3 % was measured at 3.48 V and 10 % at 3.74 V, both while charging
 * (mor-lock/x120x-dkms: docs/battery-profiles.md).
 */
const liIonNotEmpty = { cellMv: 3800, belowPct: 1 } as const;

function refuse(state: GaugeState, failure: ReadFailure, jump: GaugeState["jump"] = null): GaugeState {
  return { ...state, failures: state.failures + 1, goodRow: 0, lastFailure: failure, jump, same: null };
}

function failed(code: string, message: string): ReadFailure {
  return { ok: false, code, message };
}

/** What is known about where a reading comes from. */
export interface GaugeFacts {
  readonly chemistry: Chemistry;
  /** The board gave no charge: the reading's percent is the estimate so far, and proves nothing. */
  readonly estimated: boolean;
}

function impossible(
  { cellMv, chargePct }: GaugeReading,
  { chemistry, estimated }: GaugeFacts,
): string | null {
  if (!(cellMv >= possibleCellMv.min && cellMv <= possibleCellMv.max)) {
    return `The gauge reported ${cellMv} mV per cell; possible are ${possibleCellMv.min} to ${possibleCellMv.max} mV.`;
  }
  if (estimated) return null;
  if (!(chargePct >= possibleChargePct.min && chargePct <= possibleChargePct.max)) {
    return `The gauge reported ${chargePct} %; possible are ${possibleChargePct.min} to ${possibleChargePct.max} %.`;
  }
  if (chemistry === "li_ion" && chargePct < liIonNotEmpty.belowPct && cellMv >= liIonNotEmpty.cellMv) {
    return `The gauge reported ${chargePct} % at ${cellMv} mV per cell; a cell with that voltage is not empty.`;
  }
  return null;
}

function jumped(from: GaugeReading, to: GaugeReading): boolean {
  return (
    Math.abs(to.cellMv - from.cellMv) > jumpCellMv ||
    Math.abs(weakestMv(to) - weakestMv(from)) > jumpCellMv ||
    Math.abs(to.chargePct - from.chargePct) > jumpChargePct
  );
}

/** No HAT carries more, mA: 100 A through pins and pogo contacts is a misread register. */
const possibleMa = 100_000;

function isCurrent(ma: number | undefined): ma is number {
  return ma !== undefined && Math.abs(ma) <= possibleMa;
}

function isCell(mv: number | undefined): mv is number {
  return mv !== undefined && mv > 0 && mv <= possibleCellMv.max;
}

/**
 * Without a current, or a weakest cell, that cannot be: a broken sense does not spoil voltage and percent. A cell
 * that died may be below what a whole cell can have.
 */
function cleaned({ cellMv, chargePct, currentMa, lowestCellMv }: GaugeReading): GaugeReading {
  return {
    cellMv,
    chargePct,
    ...(isCell(lowestCellMv) ? { lowestCellMv } : {}),
    ...(isCurrent(currentMa) ? { currentMa } : {}),
  };
}

function believe(state: GaugeState, reading: GaugeReading, at: Instant, estimated: boolean): GaugeState {
  const before = state.good?.reading;
  const repeats =
    state.same !== null &&
    before?.cellMv === reading.cellMv &&
    before.chargePct === reading.chargePct &&
    // The percent of an estimate moves with the voltage only; a current that moves shows that the chip is alive.
    (!estimated || before.currentMa === reading.currentMa);
  return {
    good: { reading, at },
    failures: 0,
    goodRow: state.goodRow + 1,
    lastFailure: null,
    jump: null,
    same:
      repeats && state.same !== null
        ? { ...state.same, reads: state.same.reads + 1 }
        : { sinceMonoMs: at.monoMs, reads: 1 },
  };
}

/** Takes one gauge result. `fresh` tells whether it was believed. */
export function takeGauge(
  state: GaugeState,
  result: Result<GaugeReading>,
  at: Instant,
  facts: GaugeFacts,
): { readonly state: GaugeState; readonly fresh: boolean } {
  if (!result.ok) return { state: refuse(state, result, state.jump), fresh: false };
  const reading = cleaned(result.value);
  const why = impossible(reading, facts);
  if (why !== null) return { state: refuse(state, failed("PI_UPS_GAUGE_IMPOSSIBLE", why)), fresh: false };
  const good = state.good?.reading;
  if (good === undefined || !jumped(good, reading))
    return { state: believe(state, reading, at, facts.estimated), fresh: true };
  const agreeing = state.jump !== null && !jumped(state.jump.reading, reading) ? state.jump.count : 0;
  const count = agreeing + 1;
  if (count >= jumpConfirmations) return { state: believe(state, reading, at, facts.estimated), fresh: true };
  const message = `The gauge jumped from ${good.cellMv} mV, ${good.chargePct} % to ${reading.cellMv} mV, ${reading.chargePct} %; believed after ${jumpConfirmations} reads that agree.`;
  return { state: refuse(state, failed("PI_UPS_GAUGE_JUMP", message), { reading, count }), fresh: false };
}
