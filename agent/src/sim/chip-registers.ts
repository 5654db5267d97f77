// What every simulated chip needs from the world, and the one place that knows which registers belong to which chip.
import type { ChipUse } from "../boards/board.ts";
import type { ButtonAction } from "../core/model.ts";
import type { ChargerPhase } from "./battery-model.ts";
import { createCw2015Registers } from "./cw2015-registers.ts";
import { createDfrobotRegisters } from "./dfrobot-registers.ts";
import { createDs1307Registers } from "./ds1307-registers.ts";
import { createIna219Registers } from "./ina219-registers.ts";
import { createLc709203fRegisters } from "./lc709203f-registers.ts";
import { createLifepoRegisters, lifepoMapFor } from "./lifepo4wered-registers.ts";
import { createMax17040Registers, createMax17043Registers } from "./max17043-registers.ts";
import { createMax17048Registers } from "./max17048-registers.ts";
import { createPijuiceRegisters } from "./pijuice-registers.ts";
import { createPiSugar2Registers, createPiSugar3Registers } from "./pisugar-registers.ts";
import type { RegisterDevice } from "./sim-i2c-bus.ts";
import { createSunFounderRegisters } from "./sunfounder-registers.ts";
import { createUpsPlusRegisters } from "./ups-plus-registers.ts";
import { createHatDMcuRegisters, createHatERegisters } from "./waveshare-registers.ts";

/** The world at this moment, as a board's chips can measure it. */
export interface Measured {
  /** Voltage of one cell, mV; all simulated cells are alike. */
  readonly cellMv: number;
  readonly cellsInSeries: number;
  /** Open-circuit idea of a fuel gauge, percent; what a chip with its own gauge shows. */
  readonly chargePct: number;
  /** Pack current, mA, positive while charging. */
  readonly currentMa: number;
  readonly capacityMah: number;
  /** Mains as the board's circuits see it (a stuck one keeps its old level). */
  readonly acPresent: boolean;
  readonly charger: ChargerPhase;
  readonly chargeAllowed: boolean;
  readonly temperatureC: number;
  /** 5 V rail at the Pi, mV, and what the Pi draws from it, mA. */
  readonly railMv: number;
  readonly outputMa: number;
}

/** The world around a chip. */
export interface ChipSurroundings {
  measure(): Measured;
  /** Monotonic milliseconds. */
  nowMs(): number;
  /** Unix milliseconds, for clocks on the board. */
  wallMs(): number;
  /** The chip hangs: it answers, but measures no more. */
  frozen(): boolean;
  /** Told to take the present voltage for an open-circuit one. */
  quickStart(): void;
  /** The board's charger obeys. */
  allowCharge(allowed: boolean): void;
  /** The board will cut the Pi's power in `afterMs`; null: it will not. */
  cutPower(afterMs: number | null): void;
  /** A press of the button that no chip has taken yet; taking it clears it. */
  takePress(): ButtonAction | null;
}

/** The register side of a chip, by the 7-bit addresses that it answers on; empty for what is not on the bus. */
export type ChipDevices = ReadonlyMap<number, RegisterDevice>;

export function createChipRegisters(use: ChipUse, around: ChipSurroundings): ChipDevices {
  switch (use.chip) {
    case "max17040":
      return new Map([[use.address, createMax17040Registers(around)]]);
    case "max17043":
      return new Map([[use.address, createMax17043Registers(around)]]);
    case "max17048":
      return new Map([[use.address, createMax17048Registers(around)]]);
    case "ds1307":
      return new Map([[use.address, createDs1307Registers(around)]]);
    case "cw2015":
      return new Map([[use.address, createCw2015Registers(around)]]);
    case "lc709203f":
      return new Map([[use.address, createLc709203fRegisters(around, { address: use.address })]]);
    case "dfrobot_ups":
      return new Map([[use.address, createDfrobotRegisters(around)]]);
    case "lifepo4wered": {
      const map = lifepoMapFor(use);
      return new Map([[use.address, createLifepoRegisters(around, { map, address: use.address })]]);
    }
    case "sunfounder_spc":
      return new Map([[use.address, createSunFounderRegisters(use, around)]]);
    case "ina219":
      return new Map([[use.address, createIna219Registers(use, around)]]);
    case "waveshare_ups_hat_d_mcu":
      return new Map([[use.address, createHatDMcuRegisters()]]);
    case "waveshare_ups_hat_e":
      return new Map([[use.address, createHatERegisters(around)]]);
    case "ups_plus":
      return new Map([[use.address, createUpsPlusRegisters(around)]]);
    case "pijuice":
      return new Map([[use.address, createPijuiceRegisters(around)]]);
    case "pisugar3":
      return new Map([[use.address, createPiSugar3Registers(around)]]);
    case "ip5209":
    case "ip5312":
      return new Map([[use.address, createPiSugar2Registers(use.chip, around)]]);
    case "power_supply":
      return new Map();
    default:
      return use satisfies never;
  }
}
