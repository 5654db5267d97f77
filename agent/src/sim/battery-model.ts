// The simulated pack: an open-circuit table, one resistance at once and one slow (Thevenin model with one RC pair),
// a CC/CV charger and a boost converter between cell and load. Pure: a state and some seconds give the next state.
import { type OcvTable, ocvMv } from "./ocv.ts";

/** What does not change while a pack is simulated. Voltages and resistances are per cell in series. */
export interface PackParams {
  readonly ocv: OcvTable;
  readonly cellsInSeries: number;
  readonly capacityMah: number;
  /** Drop that appears at once with the current. */
  readonly fastMohm: number;
  /** Drop that builds up over `slowTauS`. */
  readonly slowMohm: number;
  readonly slowTauS: number;
  /** Watts at the Pi per watt from the cells. */
  readonly converterEfficiency: number;
  readonly chargeMa: number;
  readonly chargeMv: number;
  /** The charger ends when the current in the constant-voltage phase falls to this. */
  readonly terminationMa: number;
  /** On mains, charging begins again below this charge. */
  readonly rechargePct: number;
  /** The 5 V rail collapses below this cell voltage. */
  readonly collapseMv: number;
  /** Loss of a pack that feeds nothing. */
  readonly standbyPctPerDay: number;
}

export type ChargerPhase = "off" | "constant_current" | "constant_voltage" | "done";

export interface BatteryState {
  /** True charge, 0-100; the gauge may think otherwise. */
  readonly chargePct: number;
  /** Voltage over the slow resistance, mV per cell; positive after charging. */
  readonly slowMv: number;
  /** Current of the pack in mA, positive while charging. */
  readonly currentMa: number;
  /** Voltage at the terminals of one cell, mV. */
  readonly cellMv: number;
  readonly charger: ChargerPhase;
}

/** What acts on the pack. */
export interface Drive {
  readonly acPresent: boolean;
  readonly chargeAllowed: boolean;
  /** Power that the Pi takes from the 5 V rail, W; 0 when it is off. */
  readonly loadW: number;
}

/** A rested pack with this charge. */
export function restedBattery(params: PackParams, chargePct: number): BatteryState {
  const charge = Math.max(0, Math.min(100, chargePct));
  return { chargePct: charge, slowMv: 0, currentMa: 0, cellMv: ocvMv(params.ocv, charge), charger: "off" };
}

/** Discharge current in mA for a constant power: the smaller root of P = (E - I R) I; at most the current of half voltage. */
function dischargeMa(params: PackParams, innerMv: number, loadW: number): number {
  const cellMw = (loadW * 1000) / params.converterEfficiency / params.cellsInSeries;
  const ohm = params.fastMohm / 1000;
  const root = innerMv * innerMv - 4 * ohm * cellMw * 1000;
  return root <= 0 ? innerMv / (2 * ohm) : (innerMv - Math.sqrt(root)) / (2 * ohm);
}

/** What the charger does at this moment: constant current until the voltage limit, then what the limit lets through. */
function charge(
  params: PackParams,
  state: BatteryState,
  innerMv: number,
): { readonly currentMa: number; readonly charger: ChargerPhase } {
  if (state.charger === "done" && state.chargePct >= params.rechargePct) {
    return { currentMa: 0, charger: "done" };
  }
  if (state.chargePct >= 100) return { currentMa: 0, charger: "done" };
  const limitMa = (params.chargeMv - innerMv) / (params.fastMohm / 1000);
  if (limitMa >= params.chargeMa) return { currentMa: params.chargeMa, charger: "constant_current" };
  if (limitMa <= params.terminationMa) return { currentMa: 0, charger: "done" };
  return { currentMa: limitMa, charger: "constant_voltage" };
}

function flow(params: PackParams, state: BatteryState, drive: Drive) {
  const innerMv = ocvMv(params.ocv, state.chargePct) + state.slowMv;
  if (drive.acPresent) {
    return drive.chargeAllowed
      ? { innerMv, ...charge(params, state, innerMv) }
      : { innerMv, currentMa: 0, charger: "off" as const };
  }
  const currentMa = drive.loadW > 0 ? -dischargeMa(params, innerMv, drive.loadW) : 0;
  return { innerMv, currentMa, charger: "off" as const };
}

/** The pack after `seconds` of unchanged drive; keep steps at or below `maxStepS`. */
function step(params: PackParams, state: BatteryState, drive: Drive, seconds: number): BatteryState {
  const { innerMv, currentMa, charger } = flow(params, state, drive);
  const standbyMa = currentMa === 0 ? ((params.standbyPctPerDay / 100) * params.capacityMah) / 24 : 0;
  const movedPct = (((currentMa - standbyMa) * seconds) / 3600 / params.capacityMah) * 100;
  const settledMv = (currentMa * params.slowMohm) / 1000;
  const slowMv = settledMv + (state.slowMv - settledMv) * Math.exp(-seconds / params.slowTauS);
  return {
    chargePct: Math.max(0, Math.min(100, state.chargePct + movedPct)),
    slowMv,
    currentMa,
    cellMv: Math.max(0, innerMv + (currentMa * params.fastMohm) / 1000),
    charger,
  };
}

const maxStepS = 5;
/** Nothing but standby loss moves: longer steps give the same figures. */
const maxIdleStepS = 600;

/** True when the pack can no longer hold up the 5 V rail. */
export function collapsed(params: PackParams, state: BatteryState, drive: Drive): boolean {
  return !drive.acPresent && drive.loadW > 0 && (state.chargePct <= 0 || state.cellMv < params.collapseMv);
}

export interface Advance {
  readonly battery: BatteryState;
  /** Seconds that passed before the rail collapsed; null when it did not. */
  readonly collapsedAfterS: number | null;
}

/** The pack after any number of seconds; ends early when the rail collapses. */
export function advanceBattery(
  params: PackParams,
  from: BatteryState,
  drive: Drive,
  seconds: number,
): Advance {
  let battery = react(params, from, drive);
  let passedS = 0;
  while (!collapsed(params, battery, drive)) {
    const leftS = seconds - passedS;
    if (leftS <= 0) return { battery, collapsedAfterS: null };
    const idle = battery.currentMa === 0 && Math.abs(battery.slowMv) < 0.1;
    const stepS = Math.min(leftS, idle ? maxIdleStepS : maxStepS);
    battery = react(params, step(params, battery, drive, stepS), drive);
    passedS += stepS;
  }
  return { battery, collapsedAfterS: passedS };
}

/** The terminals at this very moment: current and voltage answer to a new drive at once. */
export function react(params: PackParams, state: BatteryState, drive: Drive): BatteryState {
  const { innerMv, currentMa, charger } = flow(params, state, drive);
  return {
    ...state,
    currentMa,
    charger,
    cellMv: Math.max(0, innerMv + (currentMa * params.fastMohm) / 1000),
  };
}
