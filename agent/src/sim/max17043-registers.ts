// A MAX17043 or MAX17040 as the bus sees it: 16-bit big-endian registers over a conversion every 500 ms.
// Facts: MAX17040 and MAX17043 datasheets ("Register Summary", "Quick-Start", "Sleep Mode"); Linux max17040_battery.c;
// undefined registers read 0xFFFF as in the dump in github.com/davidem/UPS-Lite (README).
import type { ChipSurroundings } from "./chip-registers.ts";
import type { RegisterDevice } from "./sim-i2c-bus.ts";

const conversionMs = 500;
const sleepBit = 0x0080;
const alertBit = 0x0020;
const quickStartWord = 0x4000;
/** As the kernel's driver sends it to the MAX17040-44. */
const powerOnResetWord = 0x0054;

/** VCELL of a voltage: 1.25 mV steps in the upper 12 bits, low nibble 0. */
export function vcellWord(cellMv: number): number {
  return Math.max(0, Math.min(0xfff, Math.round(cellMv / 1.25))) << 4;
}

/** SOC of a percentage: 1/256 % steps. */
export function socWord(chargePct: number): number {
  return Math.max(0, Math.min(0xffff, Math.floor(chargePct * 256)));
}

/** What differs between the two chips. */
interface Variant {
  readonly version: number;
  readonly defaultConfig: number;
  /** The bits of CONFIG that exist. */
  readonly configMask: number;
}

/** RCOMP alone: neither sleep bit nor alert. */
const max17040: Variant = { version: 0x0002, defaultConfig: 0x9700, configMask: 0xff00 };
/** RCOMP, sleep, alert and threshold; bit 6 came with the MAX17048. */
const max17043: Variant = { version: 0x0003, defaultConfig: 0x971c, configMask: 0xffbf };

class OlderGaugeRegisters implements RegisterDevice {
  readonly #around: ChipSurroundings;
  readonly #variant: Variant;
  #config: number;
  #vcell = 0;
  #soc = 0;
  #convertedAtMs = Number.NEGATIVE_INFINITY;

  constructor(variant: Variant, around: ChipSurroundings) {
    this.#variant = variant;
    this.#around = around;
    this.#config = variant.defaultConfig;
  }

  /** Consecutive bytes from the register pointer on; even pointers are high bytes. */
  read(register: number, length: number): Uint8Array {
    this.#convert();
    return Uint8Array.from({ length }, (_, index) => {
      const pointer = (register + index) & 0xff;
      const word = this.#word(pointer & 0xfe);
      return pointer % 2 === 0 ? word >> 8 : word & 0xff;
    });
  }

  /** Takes whole words at even pointers; the chip drops anything else, though it acknowledges the bytes. */
  write(register: number, data: Uint8Array): void {
    const [high, low] = data;
    if (high === undefined || low === undefined) return;
    const word = (high << 8) | low;
    switch (register) {
      case 0x06:
        if (word === quickStartWord) this.#restart();
        return;
      case 0x0c:
        this.#config = word & this.#variant.configMask;
        return;
      case 0xfe:
        if (word !== powerOnResetWord) return;
        this.#config = this.#variant.defaultConfig;
        this.#restart();
        return;
      default:
        return;
    }
  }

  #word(register: number): number {
    switch (register) {
      case 0x02:
        return this.#vcell;
      case 0x04:
        return this.#soc;
      case 0x06:
        return 0x0000;
      case 0x08:
        return this.#variant.version;
      case 0x0c:
        return this.#config;
      default:
        return 0xffff;
    }
  }

  #restart(): void {
    this.#around.quickStart();
    this.#convertedAtMs = Number.NEGATIVE_INFINITY;
  }

  #convert(): void {
    const first = this.#vcell === 0;
    if (!first && (this.#around.frozen() || (this.#config & sleepBit) !== 0)) return;
    const nowMs = this.#around.nowMs();
    if (nowMs - this.#convertedAtMs < conversionMs) return;
    this.#convertedAtMs = nowMs;
    const { cellMv, chargePct } = this.#around.measure();
    this.#vcell = vcellWord(cellMv);
    this.#soc = socWord(chargePct);
    // The alert latches: only a write of 0 to the bit ends it. The threshold is 32 minus the low five bits, in percent.
    const hasAlert = (this.#variant.configMask & alertBit) !== 0;
    if (hasAlert && Math.floor(chargePct) < 32 - (this.#config & 0x1f)) this.#config |= alertBit;
  }
}

/** The register side of a MAX17040; its first read makes the first conversion. */
export function createMax17040Registers(around: ChipSurroundings): RegisterDevice {
  return new OlderGaugeRegisters(max17040, around);
}

/** The register side of a MAX17043; its first read makes the first conversion. */
export function createMax17043Registers(around: ChipSurroundings): RegisterDevice {
  return new OlderGaugeRegisters(max17043, around);
}
