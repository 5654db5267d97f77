// The controller of 52Pi's UPSPlus as the bus sees it, with its traps: the countdown takes no figure below 10 s and none
// while it runs, except 0. Facts: geeekpi/upsplus (README.md, example programs); ArjenR49/UPS-Plus (README.md).
import type { ChipSurroundings, Measured } from "./chip-registers.ts";
import { createHeld } from "./held.ts";
import type { RegisterDevice } from "./sim-i2c-bus.ts";

const refreshMs = 500;
const version = 12;
const shortestCountdownS = 10;

class UpsPlus implements RegisterDevice {
  readonly #around: ChipSurroundings;
  readonly #measured: () => Measured;
  #countdownS = 0;
  #countdownFromMs = 0;
  #restartOnMains = 0;
  #protectMv = 3000;

  constructor(around: ChipSurroundings) {
    this.#around = around;
    this.#measured = createHeld(around, refreshMs, "measured");
  }

  read(register: number, length: number): Uint8Array {
    const map = this.#map();
    return Uint8Array.from({ length }, (_, index) => map.get((register + index) & 0xff) ?? 0x00);
  }

  write(register: number, data: Uint8Array): void {
    const [value = 0] = data;
    if (register === 25) this.#restartOnMains = value === 1 ? 1 : 0;
    if (register === 17) this.#protectMv = (this.#protectMv & 0xff00) | value;
    if (register === 18) this.#protectMv = (this.#protectMv & 0x00ff) | (value << 8);
    if (register !== 24 || (value !== 0 && (value < shortestCountdownS || this.#left() > 0))) return;
    this.#countdownS = value;
    this.#countdownFromMs = this.#around.nowMs();
    this.#around.cutPower(value === 0 ? null : value * 1000);
  }

  /** Seconds that are left, as register 24 counts them down. */
  #left(): number {
    const passedS = Math.floor((this.#around.nowMs() - this.#countdownFromMs) / 1000);
    return Math.max(0, this.#countdownS - passedS);
  }

  #map(): ReadonlyMap<number, number> {
    const { acPresent, cellMv, chargePct, railMv, temperatureC } = this.#measured();
    const words: readonly (readonly [number, number])[] = [
      [1, 3300],
      [3, railMv],
      [5, cellMv],
      [7, acPresent ? 5080 : 0],
      [9, 0],
      [11, temperatureC],
      [13, 4200],
      [15, 3000],
      [17, this.#protectMv],
      [19, Math.min(100, Math.round(chargePct))],
      [21, 2],
      [40, version],
    ];
    const bytes = words.flatMap(([at, value]) => {
      const word = Math.round(value) & 0xffff;
      return [[at, word & 0xff] as const, [at + 1, word >> 8] as const];
    });
    return new Map([...bytes, [23, 1], [24, this.#left()], [25, this.#restartOnMains]]);
  }
}

/** The register side of the controller. */
export function createUpsPlusRegisters(around: ChipSurroundings): RegisterDevice {
  return new UpsPlus(around);
}
