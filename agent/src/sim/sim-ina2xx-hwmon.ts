// The kernel's ina2xx driver on a simulated INA219: it sets the chip up with the shunt that it was told (10 mOhm, its default,
// whatever the board has), reads its registers and shows them as files. Facts: Linux drivers/hwmon/ina2xx.c.
import type { Ina219Use } from "../boards/chip-use.ts";
import type { ChipSurroundings } from "./chip-registers.ts";
import { createIna219Registers } from "./ina219-registers.ts";
import { garble } from "./sim-i2c-bus.ts";

const defaultConfig = 0x399f;
const defaultShuntUohm = 10_000;
/** The driver's CALIBRATION for one mA per step is this divided by the shunt in microohm. */
const calibrationFactor = 40_960_000;
const microvoltsPerBusStep = 4000;
const shuntStepsPerMv = 100;

/** Two's complement of 16 bits. */
function signed(word: number): number {
  return word >= 0x8000 ? word - 0x10000 : word;
}

export interface SimHwmon {
  /** The files of the device; null for one that the driver does not make. `random` is given when the wire is disturbed. */
  file(name: string, random: (() => number) | null): string | null;
}

/** @param shuntUohm what the kernel was told about the shunt */
export function createSimIna2xxHwmon(
  use: Ina219Use,
  around: ChipSurroundings,
  shuntUohm: number = defaultShuntUohm,
): SimHwmon {
  const chip = createIna219Registers(use, around);
  const bytes = (word: number) => Uint8Array.of(word >> 8, word & 0xff);
  chip.write(0x00, bytes(defaultConfig));
  chip.write(0x05, bytes(Math.round(calibrationFactor / shuntUohm)));

  function word(register: number, random: (() => number) | null): number {
    const read = chip.read(register, 2);
    const [high = 0, low = 0] = random === null ? read : garble(read, random);
    return (high << 8) | low;
  }

  return {
    file(name, random) {
      switch (name) {
        case "name":
          return "ina219";
        case "in1_input":
          return String(Math.round(((word(0x02, random) >> 3) * microvoltsPerBusStep) / 1000));
        case "in0_input":
          return String(Math.round(signed(word(0x01, random)) / shuntStepsPerMv));
        case "curr1_input":
          return String(signed(word(0x04, random)));
        case "shunt_resistor":
          return String(shuntUohm);
        default:
          return null;
      }
    },
  };
}
