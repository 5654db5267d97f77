// How PiJuice talks: each transfer ends with a checksum, a write that arrives broken is ignored without a word, so every
// write is read back. Facts: PiSupply/PiJuice (Software/Source/pijuice.py, Firmware: command_server.c).

import { hexByte, hexBytes } from "../boards/hex.ts";
import type { ReadFailure, Result } from "../core/model.ts";
import type { Clock, I2cBus } from "../ports/ports.ts";
import { notTaken } from "./chip-failures.ts";

/** Commands; the number of data bytes stands beside each. The checksum is not counted. */
export const pijuiceCommands = {
  status: 0x40,
  /** Two bytes, 0.1 %. */
  charge: 0x42,
  faults: 0x44,
  /** Two bytes, a nibble for each of three buttons. */
  buttons: 0x45,
  /** Two bytes, °C as int8 in the first one. */
  temperature: 0x47,
  /** Two bytes each, mV and mA. */
  batteryMv: 0x49,
  batteryMa: 0x4b,
  railMv: 0x4d,
  outputMa: 0x4f,
  charging: 0x51,
  /** Two bytes, minutes. */
  watchdog: 0x61,
  powerOff: 0x62,
  wakeOnCharge: 0x63,
  /** Three bytes each: red, green, blue. */
  leds: [0x66, 0x67],
  /** Twelve bytes each: for each kind of event its function and its time. */
  buttonFunctions: [0x6e, 0x6f, 0x70],
  /** Nine bytes each. */
  rtcTime: 0xb0,
  rtcAlarm: 0xb9,
  /** Two bytes. */
  rtcControl: 0xc2,
  /** Two bytes: version in the nibbles of the first, variant. */
  firmware: 0xfd,
} as const;

/** One transfer is read so often before its failure stands. */
const tries = 4;
const betweenTriesMs = 5;
const writeSettlesMs = 150;
const writeTries = 3;

/** The checksum over data bytes; the command is not part of it. */
export function pijuiceChecksum(data: Iterable<number>): number {
  let sum = 0xff;
  for (const byte of data) sum ^= byte;
  return sum;
}

/** The bytes on the wire for these data. */
export function withPijuiceChecksum(data: readonly number[]): Uint8Array {
  return Uint8Array.of(...data, pijuiceChecksum(data));
}

/**
 * The data of a transfer, or null when its checksum is wrong. The board sometimes loses bit 7 of the first byte: the
 * maker's library sets it and tests again, and so does this. A wire held high passes the test of two data bytes, because
 * 0xFF is the checksum of 0xFF 0xFF; what is made of them has to be refused by its meaning.
 */
export function checkedPijuice(bytes: Uint8Array): Uint8Array | null {
  const data = bytes.slice(0, -1);
  const sum = bytes.at(-1);
  if (data.length === 0 || sum === undefined) return null;
  if (pijuiceChecksum(data) === sum) return data;
  data[0] = (data[0] ?? 0) | 0x80;
  return pijuiceChecksum(data) === sum ? data : null;
}

/** What the driver says and hears. Does no I/O before a call. */
export interface PijuiceWire {
  /** Code besides those of the bus: `PI_UPS_GAUGE_CHECKSUM`. */
  read(command: number, length: number): Promise<Result<Uint8Array>>;
  /**
   * Writes and reads back until `taken` says yes, also after a write that failed on the bus: the board may have got it.
   * Code besides those of `read`: `PI_UPS_NOT_TAKEN`.
   */
  set(
    command: number,
    data: readonly number[],
    taken: (back: Uint8Array) => boolean,
    what: string,
  ): Promise<Result<void>>;
}

export function createPijuiceWire(bus: I2cBus, clock: Clock, address: number): PijuiceWire {
  function broken(command: number, bytes: Uint8Array): ReadFailure {
    const shown = hexBytes(bytes);
    return {
      ok: false,
      code: "PI_UPS_GAUGE_CHECKSUM",
      message: `The PiJuice at ${hexByte(address)} answered command ${hexByte(command)} ${tries} times with a wrong checksum (last: ${shown}). The bus is disturbed: fix core_freq=500 and core_freq_min=500 in /boot/firmware/config.txt, and update firmware older than 1.4.`,
    };
  }

  async function read(command: number, length: number): Promise<Result<Uint8Array>> {
    for (let attempt = 1; ; attempt += 1) {
      const bytes = await bus.read(address, command, length + 1);
      if (!bytes.ok) return bytes;
      const data = bytes.value.length === length + 1 ? checkedPijuice(bytes.value) : null;
      if (data !== null) return { ok: true, value: data };
      if (attempt === tries) return broken(command, bytes.value);
      await clock.sleep(betweenTriesMs);
    }
  }

  return {
    read,
    async set(command, data, taken, what) {
      for (let attempt = 1; ; attempt += 1) {
        const written = await bus.write(address, command, withPijuiceChecksum(data));
        await clock.sleep(writeSettlesMs);
        const back = await read(command, data.length);
        if (back.ok && taken(back.value)) return { ok: true, value: undefined };
        if (!written.ok) return written;
        if (!back.ok) return back;
        if (attempt < writeTries) continue;
        return notTaken(
          `The PiJuice did not take ${what}: command ${hexByte(command)} reads ${hexBytes(back.value)}, written was ${hexBytes(data)}.`,
        );
      }
    },
  };
}
