// The PiSugar boards as the bus sees them: the PiSugar 3's controller with its write key, and the power chips of the
// PiSugar 2 and 2 Pro, set up for a board with two LEDs as the maker's program leaves them.
// Facts: PiSugar's I2C datasheet (docs.pisugar.com); PiSugar/pisugar-power-manager-rs (pisugar-core/src/pisugar3.rs,
// ip5209.rs, ip5312.rs).
import type { ChipSurroundings, Measured } from "./chip-registers.ts";
import { toBcd } from "./ds1307-registers.ts";
import { createHeld } from "./held.ts";
import type { RegisterDevice } from "./sim-i2c-bus.ts";

const measureMs = 200;
const version = "1.3.4";
const writeKey = 0x29;
const outputUntilDelay = 0x20;
const outputNow = 0x04;
/** As the datasheet has it after a start: charging, both outputs, start on mains and the touch guard are on. */
const powerAfterStart = 0x7c;
const dayMs = 86_400_000;

export interface PiSugar3Registers extends RegisterDevice {
  /** Register 0x02 without the plug. */
  power: number;
  /** Register 0x03. */
  softPowerOff: number;
  /** Register 0x08. */
  tap: number;
  /** Register 0x09, s. */
  cutDelay: number;
  /** Register 0x0B. */
  key: number;
  /** Registers 0x40 to 0x47. */
  readonly alarm: Uint8Array;
  /** How far the board's clock is ahead of UTC, ms; NaN: it stands still at midnight. */
  clockAheadMs: number;
}

class PiSugar3 implements PiSugar3Registers {
  readonly #around: ChipSurroundings;
  readonly #measured: () => Measured;
  power = powerAfterStart;
  softPowerOff = 0;
  tap = 0;
  cutDelay = 0;
  key = 0;
  readonly alarm = new Uint8Array(8);
  clockAheadMs = 0;

  constructor(around: ChipSurroundings) {
    this.#around = around;
    this.#measured = createHeld(around, measureMs, "at_once");
  }

  read(register: number, length: number): Uint8Array {
    const press = this.#around.takePress();
    if (press !== null) this.tap = (this.tap & ~0x03) | (press === "power_off" ? 3 : 2);
    return Uint8Array.from({ length }, (_, index) => this.#byte((register + index) & 0xff));
  }

  write(register: number, [value = 0]: Uint8Array): void {
    if (register === 0x0b) this.key = value;
    else if (this.key !== writeKey) return;
    else if (register === 0x02) this.#setPower(value & 0x7f);
    else if (register === 0x03) this.softPowerOff = value;
    else if (register === 0x08) this.tap = value;
    else if (register === 0x09) this.cutDelay = value;
    else if (register >= 0x40 && register <= 0x47) this.alarm[register - 0x40] = value;
  }

  #setPower(value: number): void {
    const before = this.power;
    this.power = value;
    this.#around.allowCharge((value & 0x40) !== 0);
    if ((value & outputNow) === 0) this.#around.cutPower(0);
    else if (((before ^ value) & outputUntilDelay) !== 0) {
      this.#around.cutPower((value & outputUntilDelay) === 0 ? this.cutDelay * 1000 : null);
    }
  }

  /** Hour, minute and second, which a clock that stands still has as zeros. */
  #clock(register: number): number {
    const ms = Number.isNaN(this.clockAheadMs) ? 0 : (this.#around.wallMs() + this.clockAheadMs) % dayMs;
    const second = Math.floor(ms / 1000);
    return toBcd(
      [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60][register - 0x35] ?? 0,
    );
  }

  #byte(register: number): number {
    const { acPresent, cellMv, chargePct, outputMa, temperatureC } = this.#measured();
    const text = version.charCodeAt(register - 0xe2);
    if (register >= 0xe2) return Number.isNaN(text) ? 0 : text;
    if (register >= 0x40 && register <= 0x47) return this.alarm[register - 0x40] ?? 0;
    switch (register) {
      case 0x00:
        return 3;
      case 0x01:
        return 0x0f;
      case 0x02:
        return this.power | (acPresent ? 0x80 : 0);
      case 0x03:
        return this.softPowerOff;
      case 0x04:
        return Math.max(0, Math.min(255, Math.round(temperatureC) + 40));
      case 0x08:
        return this.tap;
      case 0x09:
        return this.cutDelay;
      case 0x0b:
        return this.key;
      case 0x22:
        return Math.round(cellMv) >> 8;
      case 0x23:
        return Math.round(cellMv) & 0xff;
      case 0x26:
        return Math.round(outputMa) >> 8;
      case 0x27:
        return Math.round(outputMa) & 0xff;
      case 0x2a:
        return Math.round(Math.max(0, Math.min(100, chargePct)));
      case 0x35:
      case 0x36:
      case 0x37:
        return this.#clock(register);
      default:
        return 0;
    }
  }
}

/** The register side of a PiSugar 3. */
export function createPiSugar3Registers(around: ChipSurroundings): PiSugar3Registers {
  return new PiSugar3(around);
}

interface PowerChip {
  readonly voltage: number;
  readonly current: number;
  readonly maPerStep: number;
  /** Registers that show the plug, and their values with and without it. */
  readonly plug: readonly (readonly [register: number, plugged: number, unplugged: number])[];
  readonly setUp: readonly (readonly [register: number, value: number])[];
}

const powerChips: Readonly<Record<"ip5209" | "ip5312", PowerChip>> = {
  ip5209: {
    voltage: 0xa2,
    current: 0xa4,
    maPerStep: 0.745985,
    plug: [[0x55, 0x10, 0x00]],
    setUp: [
      [0x51, 0xdf],
      [0x52, 0x04],
      [0x53, 0x12],
    ],
  },
  ip5312: {
    voltage: 0xd0,
    current: 0xd2,
    maPerStep: 2.68554,
    // The low byte is what the input's voltage makes of it, plugged or not.
    plug: [
      [0xdc, 0xf3, 0x12],
      [0xdd, 0x1f, 0x02],
    ],
    setUp: [
      [0x52, 0x46],
      [0xc2, 0x10],
    ],
  },
};

/** The register side of a power chip; it takes no writes here. `isSetUp` false: the pins are as they come from a reset. */
export function createPiSugar2Registers(
  kind: keyof typeof powerChips,
  around: ChipSurroundings,
  isSetUp = true,
): RegisterDevice {
  const measured = createHeld(around, measureMs, "at_once");
  const { current, maPerStep, plug, setUp, voltage } = powerChips[kind];
  const pair = (register: number, steps: number) => {
    const bits = Math.round(steps) & 0x3fff;
    return [[register, bits & 0xff] as const, [register + 1, bits >> 8] as const];
  };
  const map = (): ReadonlyMap<number, number> => {
    const { acPresent, cellMv, currentMa } = measured();
    return new Map([
      ...pair(voltage, (cellMv - 2600) / 0.26855),
      ...pair(current, currentMa / maPerStep),
      ...plug.map(([register, plugged, unplugged]) => [register, acPresent ? plugged : unplugged] as const),
      ...(isSetUp ? setUp : []),
    ]);
  };
  return {
    read(register, length) {
      const bytes = map();
      return Uint8Array.from({ length }, (_, index) => bytes.get(register + index) ?? 0);
    },
    write: () => undefined,
  };
}
