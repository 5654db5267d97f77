// A read is believed only when it is possible: the last good value is kept otherwise, and a failed read never becomes
// a number. Jumps have to be confirmed, because one flipped bit on the wire must not look like an empty battery.
import type { GaugeReading, Instant, ReadFailure, Result } from "./model.ts";

export interface GaugeState {
  /** Last believed reading and its time; null before the first. */
  readonly good: { readonly reading: GaugeReading; readonly at: Instant } | null;
  /** Failed or refused reads since the last good one. */
  readonly failures: number;
  readonly lastFailure: ReadFailure | null;
  /** Readings that jumped, waiting for confirmation; they agree with each other. */
  readonly jump: { readonly reading: GaugeReading; readonly count: number } | null;
}

export const initialGauge: GaugeState = { good: null, failures: 0, lastFailure: null, jump: null };

/** A Li-ion or LiFePO4 cell outside of this is not a cell: the register was misread. */
export const possibleCellMv = { min: 2000, max: 4500 } as const;
/** Gauges of this family report up to 106 % (geekworm-com/x728-script issue 14). */
export const possibleChargePct = { min: 0, max: 110 } as const;
/** More than a load step or an AC edge moves a cell within a second (hardware facts: 50-200 mV). */
export const jumpCellMv = 300;
/** A gauge moves by fractions of a percent within a second. */
export const jumpChargePct = 10;
const jumpConfirmations = 3;

function refuse(state: GaugeState, failure: ReadFailure, jump: GaugeState["jump"] = null): GaugeState {
  return { ...state, failures: state.failures + 1, lastFailure: failure, jump };
}

function impossible(reading: GaugeReading): ReadFailure | null {
  const { cellMv, chargePct } = reading;
  if (!(cellMv >= possibleCellMv.min && cellMv <= possibleCellMv.max)) {
    return {
      ok: false,
      code: "PI_UPS_GAUGE_IMPOSSIBLE",
      message: `The gauge reported ${cellMv} mV per cell; possible are ${possibleCellMv.min} to ${possibleCellMv.max} mV.`,
    };
  }
  if (!(chargePct >= possibleChargePct.min && chargePct <= possibleChargePct.max)) {
    return {
      ok: false,
      code: "PI_UPS_GAUGE_IMPOSSIBLE",
      message: `The gauge reported ${chargePct} %; possible are 0 to ${possibleChargePct.max} %.`,
    };
  }
  return null;
}

function jumped(from: GaugeReading, to: GaugeReading): boolean {
  return (
    Math.abs(to.cellMv - from.cellMv) > jumpCellMv || Math.abs(to.chargePct - from.chargePct) > jumpChargePct
  );
}

/** Takes one gauge result. `fresh` tells whether it was believed. */
export function takeGauge(
  state: GaugeState,
  result: Result<GaugeReading>,
  at: Instant,
): { readonly state: GaugeState; readonly fresh: boolean } {
  if (!result.ok) return { state: refuse(state, result, state.jump), fresh: false };
  const failure = impossible(result.value);
  if (failure !== null) return { state: refuse(state, failure), fresh: false };
  const good: GaugeState = {
    good: { reading: result.value, at },
    failures: 0,
    lastFailure: null,
    jump: null,
  };
  if (state.good === null || !jumped(state.good.reading, result.value)) return { state: good, fresh: true };
  const agrees = state.jump !== null && !jumped(state.jump.reading, result.value);
  const count = agrees && state.jump !== null ? state.jump.count + 1 : 1;
  if (count >= jumpConfirmations) return { state: good, fresh: true };
  const unsure: ReadFailure = {
    ok: false,
    code: "PI_UPS_GAUGE_JUMP",
    message: `The gauge jumped from ${state.good.reading.cellMv} mV, ${state.good.reading.chargePct} % to ${result.value.cellMv} mV, ${result.value.chargePct} %; believed after ${jumpConfirmations} reads that agree.`,
  };
  return { state: refuse(state, unsure, { reading: result.value, count }), fresh: false };
}
