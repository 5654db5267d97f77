// An INA219 as the bus sees it: registers computed from a shunt and a bus voltage as the chip computes them, truncation and
// overflow included. Facts: TI INA219 datasheet (SBOS448).
import type { Ina219Use } from "../boards/chip-use.ts";
import type { ChipSurroundings, Measured } from "./chip-registers.ts";
import type { RegisterDevice } from "./sim-i2c-bus.ts";

const resetConfig = 0x399f;
const resetBit = 0x8000;
const readyBit = 0x0002;
const overflowBit = 0x0001;
const conversionMs = 30;
const shuntRangesMv = [40, 80, 160, 320] as const;
const shuntStepsPerMv = 100;

/** What the chip's inputs see. */
interface Inputs {
  readonly busMv: number;
  /** + as the chip counts. */
  readonly shuntMv: number;
}

function clamp(value: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, value));
}

class Ina219Registers implements RegisterDevice {
  readonly #use: Ina219Use;
  readonly #around: ChipSurroundings;
  #config = resetConfig;
  #calibration = 0;
  #inputs: Inputs = { busMv: 0, shuntMv: 0 };
  #convertedAtMs = Number.NEGATIVE_INFINITY;

  constructor(use: Ina219Use, around: ChipSurroundings) {
    this.#use = use;
    this.#around = around;
  }

  /** The pointer does not move: a longer read repeats the word. */
  read(register: number, length: number): Uint8Array {
    this.#convert();
    const word = this.#word(register) & 0xffff;
    return Uint8Array.from({ length }, (_, index) => (index % 2 === 0 ? word >> 8 : word & 0xff));
  }

  write(register: number, data: Uint8Array): void {
    const [high, low] = data;
    if (high === undefined || low === undefined) return;
    const word = (high << 8) | low;
    if (register === 0x05) this.#calibration = word & 0xfffe;
    if (register !== 0x00) return;
    if ((word & resetBit) !== 0) {
      this.reset();
      return;
    }
    this.#config = word & 0x3fff;
    this.#convertedAtMs = Number.NEGATIVE_INFINITY;
  }

  /** The chip's supply was gone for a moment. */
  reset(): void {
    this.#config = resetConfig;
    this.#calibration = 0;
  }

  #convert(): void {
    const first = this.#convertedAtMs === Number.NEGATIVE_INFINITY && this.#inputs.busMv === 0;
    if (!first && this.#around.frozen()) return;
    const nowMs = this.#around.nowMs();
    if (nowMs - this.#convertedAtMs < conversionMs) return;
    this.#convertedAtMs = nowMs;
    this.#inputs = this.#wiring(this.#around.measure());
  }

  #wiring(measured: Measured): Inputs {
    const { measures, invertCurrent, shuntOhm } = this.#use;
    if (measures === "output") return { busMv: measured.railMv, shuntMv: measured.outputMa * shuntOhm };
    const sign = invertCurrent ? -1 : 1;
    return {
      busMv: measured.cellMv * measured.cellsInSeries,
      shuntMv: sign * measured.currentMa * shuntOhm,
    };
  }

  #shunt(): number {
    const rangeMv = shuntRangesMv[(this.#config >> 11) & 3] ?? 320;
    return Math.round(clamp(this.#inputs.shuntMv, rangeMv) * shuntStepsPerMv);
  }

  /** Current register (datasheet, equation 4), before it is cut to 16 bits. */
  #current(): number {
    return Math.trunc((this.#shunt() * this.#calibration) / 4096);
  }

  #busSteps(): number {
    return Math.min(0x1fff, Math.round(this.#inputs.busMv / 4));
  }

  #word(register: number): number {
    switch (register) {
      case 0x00:
        return this.#config;
      case 0x01:
        return this.#shunt();
      case 0x02:
        return (this.#busSteps() << 3) | readyBit | (Math.abs(this.#current()) > 0x7fff ? overflowBit : 0);
      case 0x03:
        return Math.trunc((Math.abs(this.#current()) * this.#busSteps()) / 5000);
      case 0x04:
        return clamp(this.#current(), 0x7fff);
      case 0x05:
        return this.#calibration;
      default:
        return 0xffff;
    }
  }
}

/** The register side of the chip; `reset` is a brown-out of its supply. */
export function createIna219Registers(
  use: Ina219Use,
  around: ChipSurroundings,
): RegisterDevice & { reset(): void } {
  return new Ina219Registers(use, around);
}
