// DFRobot's UPS HAT as the bus sees it: one byte per transfer (whether it increments is not documented, so a longer read
// repeats the byte), and an address register that counts from the next power-on.
// Facts: wiki.dfrobot.com (DFR0494, DFR0528); PyPI DFRobotUPS (ups.py).
import type { ChipSurroundings } from "./chip-registers.ts";
import type { RegisterDevice } from "./sim-i2c-bus.ts";

const productId = 0xdf;
const firmware = 0x10;
/** The MAX17043 behind it converts this often, ms. */
const conversionMs = 500;

export interface DfrobotRegisters extends RegisterDevice {
  /** The address that a write has set for the next power-on; null: none did. */
  readonly nextAddress: number | null;
}

class UpsHat implements DfrobotRegisters {
  readonly #around: ChipSurroundings;
  nextAddress: number | null = null;
  /** 1.25 mV steps, 12 bits. */
  #vcell = 0;
  #soc = 0;
  #convertedAtMs = Number.NEGATIVE_INFINITY;

  constructor(around: ChipSurroundings) {
    this.#around = around;
  }

  read(register: number, length: number): Uint8Array {
    this.#convert();
    return new Uint8Array(length).fill(this.#byte(register));
  }

  write(register: number, data: Uint8Array): void {
    if (register === 0x00 && data[0] !== undefined) this.nextAddress = data[0];
  }

  #byte(register: number): number {
    switch (register) {
      case 0x01:
        return productId;
      case 0x02:
        return firmware;
      case 0x03:
        return this.#vcell >> 8;
      case 0x04:
        return this.#vcell & 0xff;
      case 0x05:
        return this.#soc >> 8;
      case 0x06:
        return this.#soc & 0xff;
      default:
        return 0x00;
    }
  }

  #convert(): void {
    const first = this.#vcell === 0;
    if (!first && this.#around.frozen()) return;
    const nowMs = this.#around.nowMs();
    if (nowMs - this.#convertedAtMs < conversionMs) return;
    this.#convertedAtMs = nowMs;
    const { cellMv, chargePct } = this.#around.measure();
    this.#vcell = Math.max(0, Math.min(0xfff, Math.round(cellMv / 1.25)));
    this.#soc = Math.max(0, Math.min(0xffff, Math.floor(chargePct * 256)));
  }
}

/** The register side of the HAT. */
export function createDfrobotRegisters(around: ChipSurroundings): DfrobotRegisters {
  return new UpsHat(around);
}
