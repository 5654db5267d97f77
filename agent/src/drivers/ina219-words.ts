// The INA219's words: what CONFIG, the shunt, the bus and the calibrated current say, and whether they fit together. A
// brown-out resets the calibration and leaves a current of 0, which would look like "mains present": so the shunt is asked
// as well. Register facts: TI INA219 datasheet (SBOS448), "Register Details" and "Programming the Calibration Register".
import type { Ina219Use } from "../boards/chip-use.ts";
import { signed16 } from "./words.ts";

/** Register addresses; all registers are 16 bits, big-endian. */
export const ina219Registers = {
  config: 0x00,
  shunt: 0x01,
  bus: 0x02,
  power: 0x03,
  current: 0x04,
  calibration: 0x05,
} as const;

/** CONFIG after power-on: somebody cut the chip's supply, and the calibration is 0. */
export const resetConfig = 0x399f;
/** Bit 15 is a command and bit 14 unused: both read 0. */
const unusedConfigBits = 0xc000;
const modeMask = 0x0007;
const continuousMode = 0x0007;
const overflowBit = 0x0001;
const millivoltsPerBusStep = 4;
const millivoltsPerShuntStep = 0.01;
/** PGA bits 12:11: the shunt voltage at which the range ends, mV. */
const shuntRangesMv = [40, 80, 160, 320] as const;
/** Of the calibrated current, how far it may be from what the shunt says: truncation, and two moments of one load. */
const currentTolerance = { share: 0.1, ma: 60 } as const;

/** The calibration register's word for a shunt and a resolution: trunc(0.04096 / (LSB * R)), bit 0 is unused. */
export function calibrationFor(shuntOhm: number, currentLsbUa: number): number {
  return Math.min(0xfffe, Math.trunc(0.04096 / ((currentLsbUa / 1e6) * shuntOhm))) & 0xfffe;
}

/** Bus voltage in mV: bits 15:3, 4 mV each. */
export function busToMv(word: number): number {
  return (word >> 3) * millivoltsPerBusStep;
}

/** The words of one look. */
export interface Ina219Words {
  readonly config: number;
  readonly shunt: number;
  readonly bus: number;
  readonly current: number;
}

/** A current as the chip counts it. */
export interface Ina219Current {
  readonly ma: number;
  /** The shunt's voltage is at the end of its range: at least so much flows, in this direction. */
  readonly beyondRange: boolean;
}

/** The current: the calibrated one where it fits the shunt's voltage, else the shunt's. */
export function currentOf(words: Ina219Words, use: Ina219Use): Ina219Current {
  const shuntMv = signed16(words.shunt) * millivoltsPerShuntStep;
  const rangeMv = shuntRangesMv[(words.config >> 11) & 3] ?? 320;
  if (Math.abs(shuntMv) >= rangeMv) {
    return { ma: (Math.sign(shuntMv) * rangeMv) / use.shuntOhm, beyondRange: true };
  }
  const byShunt = shuntMv / use.shuntOhm;
  const calibrated = (signed16(words.current) * use.currentLsbUa) / 1000;
  const trusted = (words.bus & overflowBit) === 0 && fits(calibrated, byShunt);
  return { ma: trusted ? calibrated : byShunt, beyondRange: false };
}

function fits(calibrated: number, byShunt: number): boolean {
  const { share, ma } = currentTolerance;
  return Math.abs(calibrated - byShunt) <= ma + share * Math.abs(byShunt);
}

/** Whether the chip lost its calibration, or another program set one that is not for this shunt. */
export function needsCalibration(words: Ina219Words, use: Ina219Use): boolean {
  if (words.config === resetConfig) return true;
  if ((words.bus & overflowBit) !== 0) return false;
  const byShunt = (signed16(words.shunt) * millivoltsPerShuntStep) / use.shuntOhm;
  return !fits((signed16(words.current) * use.currentLsbUa) / 1000, byShunt);
}

/** Whether such a CONFIG measures both voltages again and again; no INA219 has one with the upper two bits set. */
export function measuresContinuously(config: number): boolean {
  return (config & unusedConfigBits) === 0 && (config & modeMask) === continuousMode;
}
