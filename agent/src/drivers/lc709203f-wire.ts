// The LC709203F on the wire: little-endian words, each followed by a CRC-8 over everything from the address on, so a
// disturbed transfer is noticed at once. LC709203F datasheet, "Communication Protocol".

import { hexByte } from "../boards/hex.ts";
import type { ReadFailure, Result } from "../core/model.ts";
import type { I2cBus } from "../ports/ports.ts";
import { chipRegisters } from "./registers.ts";

const polynomial = 0x07;
/** A transfer whose checksum is wrong is repeated this often. */
const tries = 3;

/** CRC-8-ATM: polynomial 0x07, start 0. */
export function crc8(bytes: Iterable<number>): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = ((crc << 1) ^ ((crc & 0x80) === 0 ? 0 : polynomial)) & 0xff;
  }
  return crc;
}

/** The checksum of a word that was read: over address, command, address again for the read, low and high byte. */
export function readCrc(address: number, command: number, low: number, high: number): number {
  return crc8([address << 1, command, (address << 1) | 1, low, high]);
}

/** The checksum of a word that is written: over address, command, low and high byte. */
export function writeCrc(address: number, command: number, low: number, high: number): number {
  return crc8([address << 1, command, low, high]);
}

function wrongChecksum(address: number, command: number): ReadFailure {
  return {
    ok: false,
    code: "PI_UPS_GAUGE_CHECKSUM",
    message: `The checksum of register ${hexByte(command)} of the LC709203F at ${hexByte(address)} was wrong ${tries} times. A disturbed bus does this, or another device at this address: check the wiring and the board in the configuration.`,
  };
}

/** Reads one word. Codes besides those of the bus: `PI_UPS_GAUGE_CHECKSUM`, `PI_UPS_GAUGE_IMPOSSIBLE`. */
export async function readWord(bus: I2cBus, address: number, command: number): Promise<Result<number>> {
  const chip = chipRegisters(bus, address, "LC709203F");
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const read = await chip.bytes(command, 3);
    if (!read.ok) return read;
    const [low = 0, high = 0, crc] = read.value;
    if (crc === readCrc(address, command, low, high)) return { ok: true, value: (high << 8) | low };
  }
  return wrongChecksum(address, command);
}
