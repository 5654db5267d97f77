// How a LiFePO4wered is read: its microcontroller answers late now and then and garbles a bit, so a value counts when it
// came three times alike, as in the maker's own library.
// Facts: github.com/xorbit/LiFePO4wered-Pi (lifepo4wered-data.c, the remark at read_lifepo4wered).

import { hexByte } from "../boards/hex.ts";
import type { ReadFailure, Result } from "../core/model.ts";
import type { Clock, I2cBus } from "../ports/ports.ts";
import { chipRegisters, readAlike } from "./registers.ts";
import { signed16 } from "./words.ts";

const identicalReads = 3;
const mostReads = 20;
/** The maker's library leaves 0.5 ms. */
const pauseMs = 1;

export interface LifepoWire {
  /** One byte, unsigned. Codes besides those of the bus: `PI_UPS_GAUGE_UNSTABLE`, `PI_UPS_GAUGE_IMPOSSIBLE`. */
  byte(register: number): Promise<Result<number>>;
  /** Two bytes, signed. Same codes. */
  counts(register: number): Promise<Result<number>>;
  write(register: number, data: readonly number[]): Promise<Result<void>>;
}

/** Does no I/O by itself. */
export function createLifepoWire(bus: I2cBus, address: number, clock: Clock): LifepoWire {
  const chip = chipRegisters(bus, address, "LiFePO4wered");

  const restless = (register: number): ReadFailure => ({
    ok: false,
    code: "PI_UPS_GAUGE_UNSTABLE",
    message: `Register ${hexByte(register)} of the LiFePO4wered at ${hexByte(address)} never read the same ${identicalReads} times in a row (${mostReads} reads). Another program that uses the bus without a pause does this, or a bad contact: check the HAT's seat.`,
  });
  const sure = (read: (register: number) => Promise<Result<number>>, register: number) =>
    readAlike(() => read(register), {
      alike: identicalReads,
      most: mostReads,
      pause: () => clock.sleep(pauseMs),
      restless: () => restless(register),
    });

  return {
    byte: (register) => sure(chip.byte, register),
    async counts(register) {
      const word = await sure(chip.wordLowFirst, register);
      return word.ok ? { ok: true, value: signed16(word.value) } : word;
    },
    write: (register, data) => bus.write(address, register, Uint8Array.from(data)),
  };
}
