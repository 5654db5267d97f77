// The read window of SunFounder's power controller (SPC): what its 25 bytes mean, and what no such board sends.
// Facts: github.com/sunfounder/spc (spc_data_buffer_sheet.md, spc/spc.py, spc/devices.py).
import type { SunFounderUse } from "../boards/chip-use.ts";
import type { RawReading, ReadFailure, Result } from "../core/model.ts";
import { impossible } from "./chip-failures.ts";
import { implausibleCell } from "./plausible-cell.ts";

/** Registers that are read; words are little-endian, except for the board id. */
export const spcRegisters = { window: 0, firmware: 128, boardId: 140, buzzerVolume: 162 } as const;
/** Registers that are written have a numbering of their own. */
export const spcWriteRegisters = { buzzerHz: 13 } as const;
export const spcWindowLength = 25;

/** What could not be read while the rest could: only a board that is asked byte by byte has such looks. */
export interface SpcUnread {
  /** Voltage and current. */
  readonly output: ReadFailure | null;
  readonly current: ReadFailure | null;
}

const allRead: SpcUnread = { output: null, current: null };

/** One look at the window. */
export interface SpcWindow {
  readonly reading: RawReading;
  readonly railMv: Result<number>;
  /** Null where the board has no current sensors. */
  readonly outputMa: Result<number> | null;
  readonly acPresent: boolean;
  readonly charging: boolean;
  /** The battery feeds the Pi, alone or beside a weak input. */
  readonly batterySupplies: boolean;
  readonly batteryPlugged: boolean;
  /** Register 20; what each value means is contradictory, any but 0 asks for a shutdown. 0 where the board has none. */
  readonly shutdownRequest: number;
}

/** Below this the output carries nothing, mV. */
const feedingMv = 3000;
const highestInputMv = 24_000;
export const highestRailMv = 6000;
export const highestMa = 12_000;
/** How far two looks at one load may be apart: output voltage, and a current. */
export const agreeMv = 300;
export const agreeMa = 500;
/** Cells whose sum is this close to the pack's voltage are taken for the pack's cells. */
const cellsFitMv = 300;
/** What a battery that neither charges nor supplies may still show, mA. */
const restingMa = 100;
/** The highest request that either of the maker's two lists knows. */
const highestRequest = 3;

/**
 * Battery current, + = charging. The maker's programs disagree about the register's sign, so the direction is taken from
 * the board's own flags; without a flag that names it there is none to tell.
 */
function currentOf(raw: number, charging: boolean, batterySupplies: boolean): number | null {
  const size = Math.abs(raw);
  if (batterySupplies && charging) return null;
  if (batterySupplies) return -size;
  if (charging) return size;
  return size <= restingMa ? 0 : null;
}

/** The refusal of a pack that cannot be, or null. */
export function spcCellRefusal(reading: RawReading): ReadFailure | null {
  return implausibleCell("The SunFounder board", reading);
}

/** The lowest cell, where both are measured and fit the pack; else null. */
function lowestCell(first: number, second: number, packMv: number): number | null {
  if (first === 0 || second === 0) return null;
  return Math.abs(first + second - packMv) <= cellsFitMv ? Math.min(first, second) : null;
}

/** The bytes of one look from register 0 on (0 where a register was not read), turned into values or refused (`PI_UPS_GAUGE_IMPOSSIBLE`). */
export function decodeSpcWindow(
  bytes: Uint8Array,
  has: SunFounderUse["has"],
  cellsInSeries: number,
  unread: SpcUnread = allRead,
): Result<SpcWindow> {
  if (bytes.length < spcWindowLength) {
    return impossible(`The SunFounder board sent ${bytes.length} of ${spcWindowLength} bytes.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (register: number) => view.getUint16(register, true);
  const byte = (register: number) => view.getUint8(register);
  const currents = has.includes("currents");
  const outputMa = currents ? word(6) : null;
  const request = has.includes("shutdown_request") ? byte(20) : 0;
  const refused = strangeBytes(word(0), word(4), outputMa ?? 0, byte, request);
  if (refused !== null) return refused;
  const packMv = word(8);
  const batterySupplies = byte(15) === 1;
  const charging = byte(18) === 1;
  const currentMa =
    currents && unread.current === null
      ? currentOf(view.getInt16(10, true), charging, batterySupplies)
      : null;
  const lowestCellMv = lowestCell(word(21), word(23), packMv);
  const reading: RawReading = {
    cellMv: packMv / cellsInSeries,
    chargePct: byte(12),
    ...(currentMa === null ? {} : { currentMa }),
    ...(lowestCellMv === null ? {} : { lowestCellMv }),
  };
  const acPresent = byte(16) === 1;
  const batteryPlugged = byte(17) === 1;
  // Without a battery only the input can feed the board; such a look still tells mains.
  const fedByInput = acPresent && word(4) > feedingMv;
  const strange = spcCellRefusal(reading);
  if (strange !== null && (batteryPlugged || !fedByInput)) return strange;
  const flags = { acPresent, charging, batterySupplies, batteryPlugged, shutdownRequest: request };
  const railMv = unread.output ?? measured(word(4));
  const output = outputMa === null ? null : (unread.output ?? measured(outputMa));
  return { ok: true, value: { reading, railMv, outputMa: output, ...flags } };
}

function measured(value: number): Result<number> {
  return { ok: true, value };
}

function strangeBytes(
  inputMv: number,
  railMv: number,
  outputMa: number,
  byte: (register: number) => number,
  request: number,
): ReadFailure | null {
  if (inputMv > highestInputMv || railMv > highestRailMv || outputMa > highestMa) {
    return impossible(
      `The SunFounder board says ${inputMv} mV at its input, ${railMv} mV and ${outputMa} mA at its output; possible are at most ${highestInputMv} mV, ${highestRailMv} mV and ${highestMa} mA.`,
    );
  }
  const flags = [15, 16, 17, 18].map(byte);
  if (flags.some((flag) => flag > 1)) {
    return impossible(
      `The SunFounder board's flags (registers 15 to 18) read ${flags.join(", ")}; only 0 and 1 can be.`,
    );
  }
  if (request > highestRequest) {
    return impossible(
      `The SunFounder board's shutdown request (register 20) reads ${request}; known are 0 to ${highestRequest}.`,
    );
  }
  return byte(12) > 100
    ? impossible(`The SunFounder board says ${byte(12)} %; possible are 0 to 100 %.`)
    : null;
}
