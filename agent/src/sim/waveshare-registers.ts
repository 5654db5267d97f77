// The controllers of Waveshare's UPS HAT (D) and (E) as the bus sees them.
// Facts: https://www.waveshare.com/wiki/UPS_HAT_(E)_Register, UPS_HAT_(D); int08h/waveshare-ups-hat-e (src/registers.rs).
import type { ChipSurroundings, Measured } from "./chip-registers.ts";
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

class HatE implements RegisterDevice {
  readonly #around: ChipSurroundings;
  #armed = false;
  #seen: Measured | null = null;
  #seenAtMs = Number.NEGATIVE_INFINITY;
  /** 0b11: gauge and charger answer. */
  links = 0b11;

  constructor(around: ChipSurroundings) {
    this.#around = around;
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

  #measured(): Measured {
    const now = this.#around.measure();
    const old = this.#seen;
    if (old !== null && this.#around.frozen()) return { ...old, acPresent: now.acPresent };
    const nowMs = this.#around.nowMs();
    if (old !== null && nowMs - this.#seenAtMs < refreshMs) return old;
    this.#seen = now;
    this.#seenAtMs = nowMs;
    return now;
  }

  #map(): ReadonlyMap<number, number> {
    const seen = this.#measured();
    const { acPresent, currentMa, capacityMah, chargePct, cellMv, cellsInSeries } = seen;
    const charging = acPresent && currentMa > 0;
    const status = (charging ? 0x80 : 0) | (acPresent ? 0x20 : 0) | stateOf(seen);
    const remainingMah = (capacityMah * Math.min(100, chargePct)) / 100;
    const minutes = (mah: number, ma: number) =>
      ma === 0 ? notApplicable : Math.min(0xfffe, (mah / ma) * 60);
    const toEmpty = currentMa < 0 ? minutes(remainingMah, -currentMa) : notApplicable;
    const toFull = charging ? minutes(capacityMah - remainingMah, currentMa) : notApplicable;
    const words: readonly (readonly [number, number])[] = [
      [0x10, acPresent ? 15_000 : 0],
      [0x12, acPresent ? 1010 : 0],
      [0x14, acPresent ? 15_150 : 0],
      [0x20, cellMv * cellsInSeries],
      [0x22, currentMa],
      [0x24, Math.min(100, Math.round(chargePct))],
      [0x26, remainingMah],
      [0x28, toEmpty],
      [0x2a, toFull],
      ...[0x30, 0x32, 0x34, 0x36].map((at) => [at, cellMv] as const),
    ];
    const bytes: (readonly [number, number])[] = [
      [0x00, 0x0a],
      [0x01, this.#armed ? cutByte : 0x0b],
      [0x02, status],
      [0x03, this.links],
      [0x50, 0x03],
    ];
    return new Map([
      ...bytes,
      ...words.flatMap(([at, value]) => le(value).map((byte, index) => [at + index, byte] as const)),
    ]);
  }
}

/** The controller of the UPS HAT (E); `links` tells which of its chips answer it. */
export function createHatERegisters(around: ChipSurroundings): RegisterDevice & { links: number } {
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
