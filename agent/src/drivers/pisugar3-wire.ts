// How a PiSugar 3 is read and written: single-byte registers without a checksum, so what controls something is read twice,
// and a write needs a key before, takes it away after, and is read back.
// Facts: PiSugar's I2C datasheet (docs.pisugar.com); PiSugar/pisugar-power-manager-rs (pisugar-core/src/pisugar3.rs).

import { hexByte } from "../boards/hex.ts";
import type { ReadFailure, Result } from "../core/model.ts";
import type { Clock, I2cBus } from "../ports/ports.ts";
import { impossible, notTaken } from "./chip-failures.ts";
import { createInTurn } from "./in-turn.ts";
import { type ChipRegisters, chipRegisters, readAlike } from "./registers.ts";

/** Register addresses. 0x50 (the bus address) and 0x06 (watchdogs, which nobody here would feed) are never written. */
export const pisugar3Registers = {
  /** Reads 3. */
  hardware: 0x00,
  /** Reads 0x0F while the firmware runs. */
  mode: 0x01,
  power: 0x02,
  softPowerOff: 0x03,
  /** °C + 40 of the controller's chip. */
  temperature: 0x04,
  tap: 0x08,
  /** Seconds from the order to the cut. */
  cutDelay: 0x09,
  writeKey: 0x0b,
  /** Two bytes each, high one first. */
  batteryMv: 0x22,
  outputMa: 0x26,
  chargePct: 0x2a,
  /** Hour, minute and second of the board's clock, decimal digits. */
  clock: 0x35,
  alarm: 0x40,
  /** Days on which the alarm comes, a bit each. */
  alarmDays: 0x44,
  /** Hour, minute and second of the alarm. */
  alarmTime: 0x45,
  /** Text, up to 15 bytes, ends with 0. */
  version: 0xe2,
} as const;

const writeKey = 0x29;
const controlReads = 4;
const writeTries = 3;
const writeSettlesMs = 50;

/** The refusal of what no PiSugar 3 says. */
export function cannotBe(what: string): ReadFailure {
  return impossible(`The PiSugar 3 says ${what}, which cannot be.`);
}

/** Bits of a register that are to be set; the others stay as they are. */
export interface Change {
  readonly register: number;
  readonly mask: number;
  readonly bits: number;
  /** Asked with what the register reads before anything is written; a refusal ends it. */
  readonly refuse?: (before: number) => ReadFailure | null;
}

/** What the driver says and hears. Does no I/O before a call. */
export interface Pisugar3Wire {
  byte(register: number): Promise<Result<number>>;
  /** A control register: two reads in a row must be equal. Code besides those of the bus: `PI_UPS_GAUGE_IMPOSSIBLE`. */
  control(register: number): Promise<Result<number>>;
  /** Two bytes, high one first. Same code. */
  word(register: number): Promise<Result<number>>;
  /** Sets bits and reads them back, one change at a time. Codes besides those of `control`: `PI_UPS_NOT_TAKEN` and what `refuse` says. */
  change(change: Change): Promise<Result<void>>;
}

class Wire implements Pisugar3Wire {
  readonly #address: number;
  readonly #bus: I2cBus;
  readonly #registers: ChipRegisters;
  readonly #clock: Clock;
  /** A change reads before it writes and has the only key: two at once would undo each other. */
  readonly #inTurn = createInTurn();

  constructor(address: number, bus: I2cBus, clock: Clock) {
    this.#address = address;
    this.#bus = bus;
    this.#registers = chipRegisters(bus, address, "PiSugar 3");
    this.#clock = clock;
  }

  byte(register: number): Promise<Result<number>> {
    return this.#registers.byte(register);
  }

  control(register: number): Promise<Result<number>> {
    return readAlike(() => this.byte(register), {
      alike: 2,
      most: controlReads,
      restless: () => restless(register),
    });
  }

  /** The high byte is read again after the low one: a step between the two would be 256 off. */
  async word(register: number): Promise<Result<number>> {
    for (let attempt = 0; attempt < controlReads; attempt += 1) {
      const high = await this.byte(register);
      if (!high.ok) return high;
      const low = await this.byte(register + 1);
      if (!low.ok) return low;
      const again = await this.byte(register);
      if (!again.ok) return again;
      if (again.value === high.value) return { ok: true, value: (high.value << 8) | low.value };
    }
    return restless(register);
  }

  change(change: Change): Promise<Result<void>> {
    return this.#inTurn(() => this.#change(change));
  }

  async #change({ register, mask, bits, refuse }: Change): Promise<Result<void>> {
    for (let attempt = 1; ; attempt += 1) {
      const before = await this.control(register);
      if (!before.ok) return before;
      const refused = refuse?.(before.value) ?? null;
      if (refused !== null) return refused;
      const wanted = (before.value & ~mask) | bits;
      const written = await this.#unlocked(register, wanted);
      if (!written.ok) return written;
      await this.#clock.sleep(writeSettlesMs);
      const after = await this.control(register);
      if (!after.ok) return after;
      if ((after.value & mask) === bits) return { ok: true, value: undefined };
      if (attempt < writeTries) continue;
      return notTaken(
        `The PiSugar 3 did not take ${hexByte(wanted)} in register ${hexByte(register)}: it reads ${hexByte(after.value)}.`,
      );
    }
  }

  /** Key before; key away after, whatever became of the write. */
  async #unlocked(register: number, value: number): Promise<Result<void>> {
    const key = (byte: number) =>
      this.#bus.write(this.#address, pisugar3Registers.writeKey, Uint8Array.of(byte));
    const unlocked = await key(writeKey);
    const written = unlocked.ok
      ? await this.#bus.write(this.#address, register, Uint8Array.of(value))
      : unlocked;
    const locked = await key(0x00);
    return written.ok ? locked : written;
  }
}

function restless(register: number): ReadFailure {
  return cannotBe(`something else at each of ${controlReads} reads of register ${hexByte(register)}`);
}

export function createPisugar3Wire(address: number, bus: I2cBus, clock: Clock): Pisugar3Wire {
  return new Wire(address, bus, clock);
}
