// The chips that boards carry, as data: kind, address and what differs from board to board.

/** A chip that needs no more than its address. */
export const plainChips = [
  /** Fuel gauges of Maxim: voltage and percent; the 17048 also knows the rate of charge. */
  "max17040",
  "max17043",
  "max17048",
  /** Fuel gauge of CellWise. */
  "cw2015",
  /** Fuel gauge of ON Semiconductor, with a checksum on the wire. */
  "lc709203f",
  /** The controllers of one product each. */
  "dfrobot_ups",
  "waveshare_ups_hat_d_mcu",
  "waveshare_ups_hat_e",
  "pijuice",
  "pisugar3",
  "ups_plus",
  /** Power chips of the PiSugar 2 and 2 Pro. */
  "ip5209",
  "ip5312",
  /** A clock: never part of a sample. */
  "ds1307",
] as const;
export type PlainChip = (typeof plainChips)[number];

export interface PlainUse {
  readonly chip: PlainChip;
  /** 7-bit address. */
  readonly address: number;
}

/** A current and voltage sensor; what it is wired to is the board's choice. */
export interface Ina219Use {
  readonly chip: "ina219";
  readonly address: number;
  /** `hwmon`: the kernel's ina2xx driver owns the chip, and its figures are read. Absent, `i2c`: the bus. */
  readonly access?: "i2c" | "hwmon";
  /** What flows through the shunt. */
  readonly measures: "battery" | "output";
  readonly shuntOhm: number;
  /** One step of the CURRENT register, microamperes: sets the calibration. */
  readonly currentLsbUa: number;
  /** CONFIG as the vendor sets it: ranges, averaging, continuous conversion. */
  readonly configWord: number;
  /** True where the chip's positive current means discharging. */
  readonly invertCurrent: boolean;
  /** Currents smaller than this are no current, mA. */
  readonly deadBandMa: number;
  /** Mains derived from the battery current, mA with + = charging; absent where the board tells mains itself. */
  readonly mains?: { readonly lostBelowMa: number; readonly presentAboveMa: number };
}

/** SunFounder's controller, whose products differ in what they have. */
export interface SunFounderUse {
  readonly chip: "sunfounder_spc";
  readonly address: number;
  /** `window`: plain block reads. `esp32`: the register is written first, bytes are read one by one. */
  readonly access: "window" | "esp32";
  /** What registers 140 and 141 read; absent where nobody says. */
  readonly boardId?: number;
  readonly has: readonly ("currents" | "remaining_mah" | "fan" | "shutdown_request" | "buzzer")[];
}

/** LiFePO4wered's controller, whose products differ in what they measure. */
export interface LifepoUse {
  readonly chip: "lifepo4wered";
  readonly address: number;
  readonly has: readonly ("mains" | "output_current")[];
}

/** A battery that a kernel driver shows in /sys/class/power_supply. */
export interface PowerSupplyUse {
  readonly chip: "power_supply";
  /** Name of the battery's folder; null: the first one whose scope is not a device's. */
  readonly battery: string | null;
  /** Name of the mains' folder; null: any of type Mains or USB. */
  readonly mains: string | null;
  /** Name of the supply whose `charge_type` and charge limits stop charging; absent where no driver offers that. */
  readonly charger?: string;
  /** What this driver tells beside voltage and percent; absent: no more than these. */
  readonly has?: readonly "current"[];
}

export type ChipUse = PlainUse | Ina219Use | SunFounderUse | LifepoUse | PowerSupplyUse;
export type ChipKind = ChipUse["chip"];

/** The chip's address, or null for what has none of its own. */
export function addressOf(use: ChipUse): number | null {
  return "address" in use ? use.address : null;
}

/** Whether the kernel's driver is asked for this chip, and not the chip itself. */
export function isThroughKernel(use: ChipUse): boolean {
  return use.chip === "power_supply" || (use.chip === "ina219" && use.access === "hwmon");
}

/**
 * The only addresses that a chip can have by its datasheet; null: its product may have been given another one. MAX17040,
 * 17043, 17048, CW2015, LC709203F and DS1307 have one each; an INA219 has 16, by its pins A0 and A1.
 */
export function usualAddresses(chip: ChipKind): readonly number[] | null {
  switch (chip) {
    case "max17040":
    case "max17043":
    case "max17048":
      return [0x36];
    case "cw2015":
      return [0x62];
    case "lc709203f":
      return [0x0b];
    case "ds1307":
      return [0x68];
    case "ina219":
      return Array.from({ length: 16 }, (_, index) => 0x40 + index);
    default:
      return null;
  }
}
