// A LiFePO4wered as the bus sees it, with any of its seven register maps: signed little-endian counts, writes that need the
// unlock byte from map 5 on, and a running flag that a daemon has set.
// Facts: github.com/xorbit/LiFePO4wered-Pi (lifepo4wered-data.c, lifepo4wered-access.c); the settings are those of a real
// board with map 7 (issue 45 there).
import type { LifepoUse } from "../boards/chip-use.ts";
import { UpsError } from "../core/ups-error.ts";
import type { ChipSurroundings } from "./chip-registers.ts";
import type { RegisterDevice } from "./sim-i2c-bus.ts";

/** Register addresses by map version 1 to 7; -1: the map has none. */
const places = {
  vbat: [0x15, 0x17, 0x19, 0x1d, 0x1e, 0x22, 0x32],
  vout: [0x17, 0x19, 0x1b, 0x1f, 0x20, 0x24, 0x34],
  vin: [-1, -1, -1, 0x21, -1, 0x26, 0x36],
  iout: [-1, -1, -1, -1, -1, -1, 0x38],
  vinThreshold: [-1, -1, -1, 0x10, -1, 0x10, 0x10],
  autoBoot: [0x10, 0x12, 0x14, 0x18, 0x14, 0x18, 0x20],
  piRunning: [0x14, 0x16, 0x18, 0x1c, 0x1d, 0x21, 0x31],
} as const;
type Place = keyof typeof places;

/** Full scale of the converter in mV or mA, and its counts: 10 bits before map 5, 8 times finer from there on. */
const fullScale: Readonly<Record<"vbat" | "vout" | "vin" | "iout", readonly number[]>> = {
  vbat: [5000, 5000, 5000],
  vout: [5548.78, 5548.8, 5256.4],
  vin: [9666.67, 9666.64, 25_372.32],
  iout: [5813.95, 5813.92, 5813.92],
};

const adapterMv = 5050;
const thresholdMv = 4498;
const defaultAutoBoot = 3;

/** The newest map of a product that measures this much. */
export function lifepoMapFor({ has }: LifepoUse): number {
  if (has.includes("output_current")) return 7;
  return has.includes("mains") ? 6 : 5;
}

export interface LifepoOptions {
  /** 1 to 7. */
  readonly map?: number;
  readonly address?: number;
  /** The maker's daemon runs and has told the board. Default true. */
  readonly daemon?: boolean;
}

class LifepoRegisters implements RegisterDevice {
  readonly #around: ChipSurroundings;
  readonly #map: number;
  readonly #address: number;
  /** Registers of one byte that keep what is written. */
  readonly #kept: Map<number, number>;
  #counts: Readonly<Record<"vbat" | "vout" | "vin" | "iout", number>> | null = null;

  constructor(around: ChipSurroundings, { map = 7, address = 0x43, daemon = true }: LifepoOptions) {
    if (!(map >= 1 && map <= 7)) throw new UpsError("PI_UPS_SIM_NO_CHIP", `There is no register map ${map}.`);
    this.#around = around;
    this.#map = map;
    this.#address = address;
    this.#kept = new Map([
      [this.#place("autoBoot"), defaultAutoBoot],
      [this.#place("piRunning"), daemon ? 1 : 0],
    ]);
  }

  read(register: number, length: number): Uint8Array {
    this.#measure();
    return Uint8Array.from({ length }, (_, index) => this.#byte((register + index) & 0xff));
  }

  /** Takes a register of one byte; from map 5 on only behind its unlock byte. */
  write(register: number, data: Uint8Array): void {
    if (!this.#kept.has(register)) return;
    if (this.#map < 5) {
      if (data.length === 1) this.#kept.set(register, data[0] ?? 0);
      return;
    }
    const unlocked = data[0] === (((this.#address << 1) ^ 0xc9 ^ register) & 0xff);
    if (unlocked && data.length === 2) this.#kept.set(register, data[1] ?? 0);
  }

  #place(name: Place): number {
    return places[name][this.#map - 1] ?? -1;
  }

  #byte(register: number): number {
    if (register === 0x00) return this.#map;
    if (register === 0x01) return this.#address;
    for (const name of ["vbat", "vout", "vin", "iout"] as const) {
      const low = this.#place(name);
      if (low < 0) continue;
      if (register === low) return (this.#counts?.[name] ?? 0) & 0xff;
      if (register === low + 1) return ((this.#counts?.[name] ?? 0) >> 8) & 0xff;
    }
    const threshold = this.#place("vinThreshold");
    if (threshold >= 0 && register === threshold) return this.#toCounts("vin", thresholdMv) & 0xff;
    if (threshold >= 0 && register === threshold + 1) return this.#toCounts("vin", thresholdMv) >> 8;
    return this.#kept.get(register) ?? 0x00;
  }

  #toCounts(name: keyof typeof fullScale, value: number): number {
    const steps = this.#map < 5 ? 1023 : 8184;
    const scale = fullScale[name][this.#map < 5 ? 0 : this.#map < 7 ? 1 : 2] ?? 1;
    return Math.round((Math.max(0, Math.min(scale, value)) * steps) / scale);
  }

  #measure(): void {
    if (this.#counts !== null && this.#around.frozen()) return;
    const { cellMv, railMv, outputMa, acPresent } = this.#around.measure();
    this.#counts = {
      vbat: this.#toCounts("vbat", cellMv),
      vout: this.#toCounts("vout", railMv),
      vin: this.#toCounts("vin", acPresent ? adapterMv : 0),
      iout: this.#toCounts("iout", outputMa),
    };
  }
}

/** The register side of a LiFePO4wered. Throws `UpsError` (`PI_UPS_SIM_NO_CHIP`) for a map that does not exist. */
export function createLifepoRegisters(around: ChipSurroundings, options: LifepoOptions = {}): RegisterDevice {
  return new LifepoRegisters(around, options);
}
