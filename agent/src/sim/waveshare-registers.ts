// The controllers of Waveshare's UPS HAT (D) and (E) as the bus sees them.
// Facts: https://www.waveshare.com/wiki/UPS_HAT_(E)_Register, UPS_HAT_(D); int08h/waveshare-ups-hat-e (src/registers.rs).
import type { ChipSurroundings, Measured } from "./chip-registers.ts";
import { createHeld } from "./held.ts";
import type { RegisterDevice } from "./sim-i2c-bus.ts";

const cutByte = 0x55;
/** From the armed cut to the cut. */
const cutAfterMs = 30_000;
/** The controller asks its gauge this often. */
const refreshMs = 250;
const notApplicable = 0xffff;

function le(value: number): readonly number[] {
  const word = Math.round(value) & 0xffff;
  return [word & 0xff, word >> 8];
}

/** Bits 2:0 of the status: what the charger does. */
function stateOf({ acPresent, charger }: Measured): number {
  if (!acPresent) return 0;
  const states = { off: 0, constant_current: 2, constant_voltage: 3, done: 5 } as const;
  return states[charger];
}

type Bytes = readonly (readonly [register: number, byte: number])[];

/** Words from a register on. */
function words(from: number, values: readonly number[]): Bytes {
  return values.flatMap(le).map((byte, index) => [from + index, byte] as const);
}

class HatE implements HatERegisters {
  readonly #around: ChipSurroundings;
  #armed = false;
  readonly #measured: () => Measured;
  /** What the controller was told last by its charger and by its gauge. */
  #byCharger: Measured | null = null;
  #byGauge: Measured | null = null;
  links = 0b11;
  cellsApartMv: readonly number[] = [0, 0, 0, 0];

  constructor(around: ChipSurroundings) {
    this.#around = around;
    this.#measured = createHeld(around, refreshMs, "measured");
  }

  read(register: number, length: number): Uint8Array {
    const map = this.#map();
    return Uint8Array.from({ length }, (_, index) => map.get((register + index) & 0xff) ?? 0x00);
  }

  /** 0x55 cannot be taken back; every other write is ignored. */
  write(register: number, data: Uint8Array): void {
    if (register !== 0x01 || data[0] !== cutByte || this.#armed) return;
    this.#armed = true;
    this.#around.cutPower(cutAfterMs);
  }

  #map(): ReadonlyMap<number, number> {
    const seen = this.#measured();
    if ((this.links & 0b01) !== 0 || this.#byCharger === null) this.#byCharger = seen;
    if ((this.links & 0b10) !== 0 || this.#byGauge === null) this.#byGauge = seen;
    return new Map([
      [0x00, 0x0a],
      [0x01, this.#armed ? cutByte : 0x0b],
      [0x03, this.links],
      [0x50, 0x03],
      ...this.#chargerBlocks(this.#byCharger),
      ...this.#gaugeBlocks(this.#byGauge),
    ]);
  }

  #chargerBlocks(seen: Measured): Bytes {
    const { acPresent, currentMa } = seen;
    const charging = acPresent && currentMa > 0;
    const status = (charging ? 0xc0 : 0) | (acPresent ? 0x20 : 0) | stateOf(seen);
    const input = acPresent ? [15_000, 1010, 15_150] : [0, 0, 0];
    return [[0x02, status], ...words(0x10, input)];
  }

  #gaugeBlocks({ acPresent, currentMa, capacityMah, chargePct, cellMv, cellsInSeries }: Measured): Bytes {
    const charging = acPresent && currentMa > 0;
    const remainingMah = (capacityMah * Math.min(100, chargePct)) / 100;
    const minutes = (mah: number, ma: number) =>
      ma === 0 ? notApplicable : Math.min(0xfffe, (mah / ma) * 60);
    const toEmpty = currentMa < 0 ? minutes(remainingMah, -currentMa) : notApplicable;
    const toFull = charging ? minutes(capacityMah - remainingMah, currentMa) : notApplicable;
    const apartMv = this.cellsApartMv.reduce((sum, mv) => sum + mv, 0);
    const battery = [cellMv * cellsInSeries + apartMv, currentMa, Math.min(100, Math.round(chargePct))];
    const cells = this.cellsApartMv.map((mv) => cellMv + mv);
    return [...words(0x20, [...battery, remainingMah, toEmpty, toFull]), ...words(0x30, cells)];
  }
}

export interface HatERegisters extends RegisterDevice {
  /** Bit 0: the charger answers the controller; bit 1: the gauge does. What does not answer is shown as it was last. */
  links: number;
  /** How far each cell is from the mean of the simulated pack, mV. */
  cellsApartMv: readonly number[];
}

/** The controller of the UPS HAT (E). */
export function createHatERegisters(around: ChipSurroundings): HatERegisters {
  return new HatE(around);
}

/** The controller of the UPS HAT (D): one register with a known meaning, `armed` when 0x55 came. */
export function createHatDMcuRegisters(): RegisterDevice & { readonly armed: boolean } {
  let armed = false;
  return {
    get armed() {
      return armed;
    },
    read: (register, length) => new Uint8Array(length).fill(register === 0x01 && armed ? cutByte : 0x00),
    write(register, data) {
      if (register === 0x01 && data[0] === cutByte) armed = true;
    },
  };
}
