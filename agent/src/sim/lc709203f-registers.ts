// An LC709203F as the bus sees it: little-endian words with a CRC-8, writes without the right checksum dropped, a percent
// that is only meant after a program's settings, and no measuring in sleep mode.
// Facts: LC709203F datasheet, "Communication Protocol" and "Functions of Registers".
import type { ChipSurroundings } from "./chip-registers.ts";
import type { RegisterDevice } from "./sim-i2c-bus.ts";

const zeroCelsius = 0x0aac;
const initialRsoc = 0xaa55;
/** A part with the 04 data file, whose profile 1 is that of ordinary 4.2 V cells. */
const profileNumber = 0x0504;
/** The datasheet promises no value. */
const icVersion = 0x2717;

/** CRC-8, polynomial 0x07, computed bit by bit with a shift register. */
function checksum(bytes: readonly number[]): number {
  let register = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit -= 1) {
      const feedback = (register >> 7) ^ ((byte >> bit) & 1);
      register = (register << 1) & 0xff;
      if (feedback === 1) register ^= 0x07;
    }
  }
  return register;
}

export interface Lc709203fOptions {
  readonly address?: number;
  /** As after power-on, before any program. Default false: Adafruit's library has set it up. */
  readonly unconfigured?: boolean;
}

/** Registers that a program may write, with their values of power-on. */
const powerOn: readonly (readonly [command: number, word: number])[] = [
  [0x06, 0x0d34],
  [0x08, 0x0ba6],
  [0x0a, 0x0000],
  [0x0b, 0x001e],
  [0x0c, 0x001e],
  [0x12, 0x0000],
  [0x13, 0x0008],
  [0x14, 0x0000],
  [0x15, 0x0001],
  [0x16, 0x0000],
];

class Lc709203fRegisters implements RegisterDevice {
  readonly #around: ChipSurroundings;
  readonly #address: number;
  readonly #written = new Map(powerOn);
  #voltage = 0;
  #charge = 0;
  #temperature = 0x0ba6;

  constructor(around: ChipSurroundings, { address = 0x0b, unconfigured = false }: Lc709203fOptions) {
    this.#around = around;
    this.#address = address;
    if (unconfigured) return;
    this.#written.set(0x0b, 0x0036).set(0x12, 0x0001).set(0x16, 0x0001);
  }

  read(register: number, length: number): Uint8Array {
    this.#measure();
    const word = this.#word(register);
    const bytes = [word & 0xff, word >> 8];
    const crc = checksum([this.#address << 1, register, (this.#address << 1) | 1, ...bytes]);
    return Uint8Array.from({ length }, (_, index) => [...bytes, crc][index] ?? 0xff);
  }

  write(register: number, data: Uint8Array): void {
    const [low, high, crc] = data;
    if (low === undefined || high === undefined || crc === undefined) return;
    if (crc !== checksum([this.#address << 1, register, low, high])) return;
    const word = (high << 8) | low;
    if ((register === 0x07 || register === 0x04) && word === initialRsoc) this.#around.quickStart();
    // In thermistor mode the temperature is measured, not taken.
    else if (this.#written.has(register) && !(register === 0x08 && this.#hasThermistor())) {
      this.#written.set(register, word);
    }
  }

  #word(register: number): number {
    switch (register) {
      case 0x08:
        return this.#hasThermistor() ? this.#temperature : (this.#written.get(0x08) ?? 0);
      case 0x09:
        return this.#voltage;
      case 0x0d:
        return Math.floor(this.#charge / 10);
      case 0x0f:
        return this.#charge;
      case 0x11:
        return icVersion;
      case 0x1a:
        return profileNumber;
      default:
        return this.#written.get(register) ?? 0x0000;
    }
  }

  #hasThermistor(): boolean {
    return this.#written.get(0x16) === 1;
  }

  #measure(): void {
    const first = this.#voltage === 0;
    if (!first && (this.#around.frozen() || this.#written.get(0x15) === 2)) return;
    const { cellMv, chargePct, temperatureC } = this.#around.measure();
    this.#voltage = Math.round(cellMv);
    // With the wrong profile the gauge is off by a good deal; how much differs from cell to cell.
    const meant = this.#written.get(0x12) === 1 ? chargePct : chargePct * 0.7;
    this.#charge = Math.max(0, Math.min(1000, Math.round(meant * 10)));
    this.#temperature = zeroCelsius + Math.round(temperatureC * 10);
  }
}

/** The register side of an LC709203F. */
export function createLc709203fRegisters(
  around: ChipSurroundings,
  options: Lc709203fOptions = {},
): RegisterDevice {
  return new Lc709203fRegisters(around, options);
}
