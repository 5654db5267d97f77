// A MAX17048 as the bus sees it: the family's registers in full resolution, a rate of charge, hibernation and STATUS.
// Facts: MAX17048 datasheet ("Register Summary", "MODE", "HIBRT", "CRATE", "STATUS", "CMD"); Linux max17040_battery.c;
// the 250 ms, 45 s and 6 minutes are the datasheet's as others quote them; how slowly CRATE follows is assumed.
import type { ChipSurroundings, Measured } from "./chip-registers.ts";
import { socWord } from "./max17043-registers.ts";
import type { RegisterDevice } from "./sim-i2c-bus.ts";

const activeConversionMs = 250;
const hibernatingConversionMs = 45_000;
/** So long must the rate stay below the threshold before the chip hibernates. */
const calmBeforeHibernationMs = 360_000;
/** CRATE closes 63 % of the distance to a new rate in this time. */
const rateFollowsMs = 60_000;
const pctPerHourPerLsb = 0.208;
const hibernationMvPerLsb = 1.25;
const version = 0x0011;
const sleepBit = 0x0080;
const alertBit = 0x0020;
const quickStartBit = 0x4000;
const enableSleepBit = 0x2000;
const hibernatingBit = 0x1000;
const resetWord = 0x5400;
const status = { reset: 0x0100, voltageHigh: 0x0200, voltageLow: 0x0400, chargeLow: 0x1000 } as const;
const defaults = {
  hibrt: 0x8030,
  config: 0x971c,
  valrt: 0x00ff,
  vreset: 0x9600,
  status: status.reset,
} as const;

/** VCELL of a voltage: 78.125 uV steps in all 16 bits. */
export function fineVcellWord(cellMv: number): number {
  return Math.max(0, Math.min(0xffff, Math.round((cellMv * 1000) / 78.125)));
}

/** CRATE of a rate: 0.208 % an hour per step, two's complement. */
export function crateWord(pctPerHour: number): number {
  return Math.max(-0x8000, Math.min(0x7fff, Math.round(pctPerHour / pctPerHourPerLsb))) & 0xffff;
}

function rateOf({ currentMa, capacityMah }: Measured): number {
  return (currentMa / capacityMah) * 100;
}

class Max17048Registers implements RegisterDevice {
  readonly #around: ChipSurroundings;
  #hibrt: number = defaults.hibrt;
  #config: number = defaults.config;
  #valrt: number = defaults.valrt;
  #vreset: number = defaults.vreset;
  #status: number = defaults.status;
  #sleepEnabled = false;
  #hibernating = false;
  #cellMv = 0;
  #soc = 0;
  #ratePctPerHour: number | null = null;
  #convertedAtMs = Number.NEGATIVE_INFINITY;
  #calmSinceMs: number | null = null;

  constructor(around: ChipSurroundings) {
    this.#around = around;
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

  /** Takes whole words at even pointers; the chip drops anything else. */
  write(register: number, data: Uint8Array): void {
    const [high, low] = data;
    if (high === undefined || low === undefined) return;
    const word = (high << 8) | low;
    switch (register) {
      case 0x06:
        this.#sleepEnabled = (word & enableSleepBit) !== 0;
        if ((word & quickStartBit) !== 0) this.#restart();
        return;
      case 0x0a:
        this.#hibrt = word;
        return;
      case 0x0c:
        this.#config = word;
        return;
      case 0x14:
        this.#valrt = word;
        return;
      case 0x18:
        this.#vreset = (word & 0xff00) | (this.#vreset & 0x00ff);
        return;
      case 0x1a:
        // Flags are cleared by writing 0; writing 1 does not set one.
        this.#status &= word;
        return;
      case 0xfe:
        if (word === resetWord) this.#reset();
        return;
      default:
        return;
    }
  }

  /** A reset takes the chip off the bus before it can acknowledge. */
  acknowledges(register: number): boolean {
    return register !== 0xfe;
  }

  #word(register: number): number {
    switch (register) {
      case 0x02:
        return fineVcellWord(this.#cellMv);
      case 0x04:
        return this.#soc;
      case 0x06:
        return this.#hibernating ? hibernatingBit : 0x0000;
      case 0x08:
        return version;
      case 0x0a:
        return this.#hibrt;
      case 0x0c:
        return this.#config;
      case 0x14:
        return this.#valrt;
      case 0x16:
        return crateWord(this.#ratePctPerHour ?? 0);
      case 0x18:
        return this.#vreset;
      case 0x1a:
        return this.#status;
      default:
        return 0xffff;
    }
  }

  #restart(): void {
    this.#around.quickStart();
    this.#ratePctPerHour = null;
    this.#convertedAtMs = Number.NEGATIVE_INFINITY;
  }

  #reset(): void {
    this.#hibrt = defaults.hibrt;
    this.#config = defaults.config;
    this.#valrt = defaults.valrt;
    this.#vreset = defaults.vreset;
    this.#status = defaults.status;
    this.#sleepEnabled = false;
    this.#hibernating = false;
    this.#calmSinceMs = null;
    this.#restart();
  }

  #sleeps(): boolean {
    return this.#sleepEnabled && (this.#config & sleepBit) !== 0;
  }

  #convert(): void {
    const first = this.#cellMv === 0;
    if (!first && (this.#around.frozen() || this.#sleeps())) return;
    const nowMs = this.#around.nowMs();
    const sinceMs = nowMs - this.#convertedAtMs;
    if (sinceMs < (this.#hibernating ? hibernatingConversionMs : activeConversionMs)) return;
    this.#convertedAtMs = nowMs;
    const measured = this.#around.measure();
    const movedMv = first ? 0 : Math.abs(measured.cellMv - this.#cellMv);
    this.#cellMv = measured.cellMv;
    this.#soc = socWord(measured.chargePct);
    this.#follow(rateOf(measured), sinceMs);
    this.#rest(nowMs, movedMv);
    this.#warn(measured);
  }

  #follow(pctPerHour: number, sinceMs: number): void {
    const before = this.#ratePctPerHour;
    const share = before === null ? 1 : 1 - Math.exp(-sinceMs / rateFollowsMs);
    this.#ratePctPerHour = (before ?? pctPerHour) + (pctPerHour - (before ?? pctPerHour)) * share;
  }

  /** HIBRT: low byte, a step of the voltage that ends hibernation; high byte, the rate below which it begins. */
  #rest(nowMs: number, movedMv: number): void {
    if (this.#hibrt === 0xffff) {
      this.#hibernating = true;
      return;
    }
    const wakes = movedMv > (this.#hibrt & 0xff) * hibernationMvPerLsb;
    const calm = Math.abs(this.#ratePctPerHour ?? 0) < (this.#hibrt >> 8) * pctPerHourPerLsb;
    if (wakes || !calm) {
      this.#calmSinceMs = null;
      this.#hibernating = false;
      return;
    }
    this.#calmSinceMs ??= nowMs;
    this.#hibernating = nowMs - this.#calmSinceMs >= calmBeforeHibernationMs;
  }

  /** VALRT in 20 mV steps and the alert threshold of CONFIG; the flags latch. */
  #warn({ cellMv, chargePct }: Measured): void {
    const lowest = (this.#valrt >> 8) * 20;
    const highest = (this.#valrt & 0xff) * 20;
    const flags =
      (cellMv > highest ? status.voltageHigh : 0) |
      (cellMv < lowest ? status.voltageLow : 0) |
      (Math.floor(chargePct) < 32 - (this.#config & 0x1f) ? status.chargeLow : 0);
    if (flags === 0) return;
    this.#status |= flags;
    this.#config |= alertBit;
  }
}

/** The register side of the chip; its first read makes the first conversion. */
export function createMax17048Registers(around: ChipSurroundings): RegisterDevice {
  return new Max17048Registers(around);
}
