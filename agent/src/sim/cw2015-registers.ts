// A CW2015 as the bus sees it: byte registers that increment, big-endian words, figures that stand still while it sleeps.
// Facts: Linux drivers/power/supply/cw2015_battery.c. The version byte is one that real chips were seen with.
import type { ChipSurroundings } from "./chip-registers.ts";
import type { RegisterDevice } from "./sim-i2c-bus.ts";

const sleepMask = 0xc0;
const quickStartMask = 0x30;
const versionByte = 0x6f;
/** Alert at 3 %, the kernel's default: bits 7 to 3. */
const configByte = 3 << 3;
/** Pause between two conversions, ms: not in the public facts; the vendor's programs read every 2 s. */
const conversionMs = 1000;

/** VCELL of a voltage: 305 uV steps, 14 bits. */
export function cw2015VcellWord(cellMv: number): number {
  return Math.max(0, Math.min(0x3fff, Math.round((cellMv * 1000) / 305)));
}

/** SOC of a percentage: at most 100 %. */
export function cw2015SocWord(chargePct: number): number {
  return Math.max(0, Math.min(0x6400, Math.floor(chargePct * 256)));
}

export interface Cw2015Options {
  /** As after power-on, before some program wakes it. Default false: a program did. */
  readonly asleep?: boolean;
}

class Cw2015Registers implements RegisterDevice {
  readonly #around: ChipSurroundings;
  #mode: number;
  #vcell = 0;
  #soc = 0;
  #convertedAtMs = Number.NEGATIVE_INFINITY;

  constructor(around: ChipSurroundings, { asleep = false }: Cw2015Options) {
    this.#around = around;
    this.#mode = asleep ? sleepMask : 0x00;
  }

  read(register: number, length: number): Uint8Array {
    this.#convert();
    return Uint8Array.from({ length }, (_, index) => this.#byte((register + index) & 0xff));
  }

  write(register: number, data: Uint8Array): void {
    const [mode] = data;
    if (register !== 0x0a || mode === undefined) return;
    this.#mode = mode & ~quickStartMask;
    if ((mode & sleepMask) !== 0) return;
    this.#convertedAtMs = Number.NEGATIVE_INFINITY;
    if ((mode & quickStartMask) === quickStartMask) this.#around.quickStart();
  }

  #byte(register: number): number {
    switch (register) {
      case 0x00:
        return versionByte;
      case 0x02:
        return this.#vcell >> 8;
      case 0x03:
        return this.#vcell & 0xff;
      case 0x04:
        return this.#soc >> 8;
      case 0x05:
        return this.#soc & 0xff;
      case 0x08:
        return configByte;
      case 0x0a:
        return this.#mode;
      default:
        return 0x00;
    }
  }

  #convert(): void {
    const first = this.#vcell === 0;
    if ((this.#mode & sleepMask) !== 0 || (!first && this.#around.frozen())) return;
    const nowMs = this.#around.nowMs();
    if (nowMs - this.#convertedAtMs < conversionMs) return;
    this.#convertedAtMs = nowMs;
    const { cellMv, chargePct } = this.#around.measure();
    this.#vcell = cw2015VcellWord(cellMv);
    this.#soc = cw2015SocWord(chargePct);
  }
}

/** The register side of a CW2015. */
export function createCw2015Registers(around: ChipSurroundings, options: Cw2015Options = {}): RegisterDevice {
  return new Cw2015Registers(around, options);
}
