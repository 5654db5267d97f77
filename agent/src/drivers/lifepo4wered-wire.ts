// How a LiFePO4wered is read: its microcontroller answers late now and then and garbles a bit, so a value counts when it
// came three times alike, as in the maker's own library.
// Facts: github.com/xorbit/LiFePO4wered-Pi (lifepo4wered-data.c, the remark at read_lifepo4wered).

import { hexByte } from "../boards/hex.ts";
import type { Result } from "../core/model.ts";
import type { Clock, I2cBus } from "../ports/ports.ts";
import { shortRead } from "./looking-chip.ts";

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
  async function read(register: number, length: number): Promise<Result<number>> {
    let before: number | null = null;
    let alike = 0;
    for (let look = 0; look < mostReads; look += 1) {
      if (look > 0) await clock.sleep(pauseMs);
      const bytes = await bus.read(address, register, length);
      if (!bytes.ok) return bytes;
      if (bytes.value.length < length) {
        return shortRead("LiFePO4wered", register, bytes.value.length, length);
      }
      const word = bytes.value.reduceRight((value, byte) => (value << 8) | byte, 0);
      alike = word === before ? alike + 1 : 1;
      before = word;
      if (alike === identicalReads) return { ok: true, value: word };
    }
    return {
      ok: false,
      code: "PI_UPS_GAUGE_UNSTABLE",
      message: `Register ${hexByte(register)} of the LiFePO4wered at ${hexByte(address)} never read the same ${identicalReads} times in a row (${mostReads} reads). Another program that uses the bus without a pause does this, or a bad contact: check the HAT's seat.`,
    };
  }

  return {
    byte: (register) => read(register, 1),
    async counts(register) {
      const word = await read(register, 2);
      return word.ok ? { ok: true, value: (word.value << 16) >> 16 } : word;
    },
    write: (register, data) => bus.write(address, register, Uint8Array.from(data)),
  };
}
