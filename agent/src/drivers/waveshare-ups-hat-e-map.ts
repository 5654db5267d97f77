// The whole register map of Waveshare's UPS HAT (E), as figures with units; what to make of them is the driver's business.
// Register facts: https://www.waveshare.com/wiki/UPS_HAT_(E)_Register; int08h/waveshare-ups-hat-e (src/registers.rs, src/lib.rs).
import { lowFirst, signed16 } from "./words.ts";

/** Register addresses; words are little-endian. */
export const hatERegisters = {
  /** The id, the power cut, the status and the links: one byte each. */
  head: 0x00,
  powerCut: 0x01,
  /** Voltage, current and power at the USB-C input. */
  input: 0x10,
  /** Pack mV, mA (signed), percent, remaining mAh, minutes to empty, minutes to full. */
  battery: 0x20,
  /** Four cells, mV each. */
  cells: 0x30,
  firmware: 0x50,
} as const;

export const hatECells = 4;
export const hatEId = 0x0a;
/** Written: cut the power in about 30 s, and start the Pi when the input is back. Read: that is pending. */
export const hatECutByte = 0x55;

/** What the charger does; `unknown` is the one value that the vendor does not name. */
const chargerStates = [
  "standby",
  "trickle",
  "constant_current",
  "constant_voltage",
  "pending",
  "full",
  "timeout",
  "unknown",
] as const;
export type HatECharger = (typeof chargerStates)[number];

/** Registers 0x00 to 0x03. */
export interface HatEHead {
  readonly id: number;
  readonly cutPending: boolean;
  readonly charging: boolean;
  /** The supply and the board have agreed on a higher voltage (USB PD). */
  readonly fastCharge: boolean;
  readonly inputPresent: boolean;
  readonly charger: HatECharger;
  /** The BQ4050 answers the controller: the battery's block is of now. */
  readonly gaugeLink: boolean;
  /** The IP2368 answers the controller: the status and the input's block are of now. */
  readonly chargerLink: boolean;
  /** Bits of the links that are fixed at 0. */
  readonly strangeLinks: boolean;
}

export interface HatEInput {
  readonly mv: number;
  readonly ma: number;
  readonly mw: number;
}

export interface HatEBattery {
  readonly packMv: number;
  /** Positive while charging. */
  readonly currentMa: number;
  readonly chargePct: number;
  readonly remainingMah: number;
  /** The gauge's own estimates; null: the battery goes the other way. */
  readonly minutesToEmpty: number | null;
  readonly minutesToFull: number | null;
}

const notApplicable = 0xffff;

function minutes(bytes: Uint8Array, at: number): number | null {
  const value = lowFirst(bytes, at);
  return value === notApplicable ? null : value;
}

/** The four bytes from 0x00. */
export function decodeHatEHead([id = 0, cut = 0, status = 0, links = 0]: Uint8Array): HatEHead {
  return {
    id,
    cutPending: cut === hatECutByte,
    charging: (status & 0x80) !== 0,
    fastCharge: (status & 0x40) !== 0,
    inputPresent: (status & 0x20) !== 0,
    charger: chargerStates[status & 0x07] ?? "unknown",
    gaugeLink: (links & 0x02) !== 0,
    chargerLink: (links & 0x01) !== 0,
    strangeLinks: (links & 0xfc) !== 0,
  };
}

/** The six bytes from 0x10. */
export function decodeHatEInput(bytes: Uint8Array): HatEInput {
  return { mv: lowFirst(bytes, 0), ma: lowFirst(bytes, 2), mw: lowFirst(bytes, 4) };
}

/** The twelve bytes from 0x20. */
export function decodeHatEBattery(bytes: Uint8Array): HatEBattery {
  return {
    packMv: lowFirst(bytes, 0),
    currentMa: signed16(lowFirst(bytes, 2)),
    chargePct: lowFirst(bytes, 4),
    remainingMah: lowFirst(bytes, 6),
    minutesToEmpty: minutes(bytes, 8),
    minutesToFull: minutes(bytes, 10),
  };
}

/** The eight bytes from 0x30: mV of the cells 1 to 4. */
export function decodeHatECells(bytes: Uint8Array): readonly number[] {
  return Array.from({ length: hatECells }, (_, index) => lowFirst(bytes, 2 * index));
}
