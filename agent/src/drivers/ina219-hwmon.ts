// An INA219 that the kernel's ina2xx driver owns: its hwmon files instead of the chip's registers. Nothing is written.
// The driver computes the current with the shunt that it was told, 10 mOhm unless somebody says otherwise, and HATs have
// other ones: so its figure is taken back to the voltage over the shunt, and divided by the shunt of the board's data.
// Facts: Linux Documentation/hwmon/ina2xx.rst and drivers/hwmon/ina2xx.c.
import type { Ina219Use } from "../boards/chip-use.ts";
import { hexByte } from "../boards/hex.ts";
import type { ReadFailure, Result } from "../core/model.ts";
import type { KernelPower } from "../ports/ports.ts";
import type { ChipDriver, ChipPorts } from "./chip.ts";
import { disturbedBus, impossible } from "./chip-failures.ts";
import { createIna219Chip, type Ina219Look, ina219LookOf } from "./ina219-flow.ts";

/** Voltage and shunt are asked twice, by different registers where there are some: the driver itself checks nothing. */
const files = {
  /** The chip's name. */
  name: "name",
  /** Microohm. */
  shunt: "shunt_resistor",
  /** mV over the shunt, whole ones. */
  overShunt: "in0_input",
  /** mA, by the driver's shunt. */
  current: "curr1_input",
  /** mV. */
  bus: "in1_input",
} as const;

/** Chips whose registers mean the same to the kernel's driver. */
const names: ReadonlySet<string> = new Set(["ina219", "ina220"]);
/** The kernel leaves the widest range: at this voltage over the shunt the current is cut off, mV. */
const rangeMv = 320;
/** Two moments of one load: how far the current may be from the voltage over the shunt, and that from its whole mV. */
const shuntTolerance = { share: 0.5, mv: 2 } as const;
const tries = 3;
/**
 * Figures of two moments (a step of the load between two conversions, a register that hangs) need time and not more looks:
 * the looks that end a reading outlast half a second together.
 */
const anotherMomentMs = 170;
/** Two moments of one battery, mV per cell. */
const busToleranceMv = 100;

interface Figures {
  readonly name: string;
  readonly busMv: number;
  /** mV over the shunt, as the current tells them: finer than the whole ones of `in0_input`. */
  readonly byCurrentMv: number;
  readonly shuntUohm: number;
}

function numberIn(text: string | undefined): number | null {
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : null;
}

/**
 * Driver for an INA219 through hwmon. Codes: `PI_UPS_NO_HWMON` when no driver that knows the chip is bound to the address,
 * `PI_UPS_SYSFS`, `PI_UPS_GAUGE_IMPOSSIBLE`, `PI_UPS_GAUGE_UNSTABLE`, `PI_UPS_CURRENT_OUT_OF_RANGE`.
 */
export function ina219ThroughHwmon(
  use: Ina219Use,
  {
    kernel,
    busNumber,
    clock,
    cellsInSeries,
  }: Pick<ChipPorts, "kernel" | "busNumber" | "clock" | "cellsInSeries">,
): ChipDriver {
  const place = `${hexByte(use.address)} on I2C bus ${busNumber}`;

  function noDriver(found: string): ReadFailure {
    return {
      ok: false,
      code: "PI_UPS_NO_HWMON",
      message: `${found} at ${place}; expected is the ina2xx driver with an ina219. Load it (an overlay in /boot/firmware/config.txt), or take \`access: hwmon\` away so that the agent reads the chip itself.`,
    };
  }

  const strange = (found: string, expected: string) =>
    impossible(
      `The kernel's figures for the INA219 at ${place} are ${found}; expected are ${expected}.`,
      `${disturbedBus} Look with: dmesg | tail`,
    );
  /** Looks in a row whose figures did not belong together: one alone is a flipped bit, and the next look is without it. */
  let torn = 0;
  const disagree = async (found: string, expected: string) => {
    torn += 1;
    if (torn > 1) await clock.sleep(anotherMomentMs);
    return strange(found, expected);
  };

  /** The kernel asks the chip once; on the bus itself a transfer that was lost is tried again as well. */
  async function read(names: readonly string[]): ReturnType<KernelPower["i2cHwmon"]> {
    for (let attempt = 1; ; attempt += 1) {
      const texts = await kernel.i2cHwmon(busNumber, use.address, names);
      if (texts.ok || attempt === tries) return texts;
    }
  }

  async function figures(): Promise<Result<Figures>> {
    const texts = await read(Object.values(files));
    if (!texts.ok) return texts;
    if (texts.value === null) return noDriver("No kernel driver shows a hwmon device");
    const name = texts.value[files.name] ?? "";
    if (!names.has(name)) return noDriver(`The kernel shows a hwmon device ${JSON.stringify(name)}`);
    const again = await read([files.bus]);
    if (!again.ok) return again;
    const busMv = numberIn(texts.value[files.bus]);
    const againMv = numberIn(again.value?.[files.bus]);
    const currentMa = numberIn(texts.value[files.current]);
    const overShuntMv = numberIn(texts.value[files.overShunt]);
    const shuntUohm = numberIn(texts.value[files.shunt]);
    if (
      busMv === null ||
      againMv === null ||
      currentMa === null ||
      overShuntMv === null ||
      shuntUohm === null ||
      shuntUohm <= 0
    ) {
      return strange(JSON.stringify(texts.value), "numbers");
    }
    if (Math.abs(busMv - againMv) > busToleranceMv * cellsInSeries) {
      return disagree(`${busMv} and ${againMv} mV in two looks`, "equal ones");
    }
    const byCurrentMv = (currentMa * shuntUohm) / 1e6;
    const allowedMv = shuntTolerance.mv + shuntTolerance.share * Math.abs(overShuntMv);
    if (Math.abs(byCurrentMv - overShuntMv) > allowedMv) {
      return disagree(
        `${currentMa} mA through ${shuntUohm} microohm and ${overShuntMv} mV over them`,
        "figures that belong together",
      );
    }
    torn = 0;
    return { ok: true, value: { name, busMv, byCurrentMv, shuntUohm } };
  }

  async function look(): Promise<Result<Ina219Look>> {
    const found = await figures();
    if (!found.ok) return found;
    const { busMv, byCurrentMv } = found.value;
    const beyondRange = Math.abs(byCurrentMv) >= rangeMv;
    const shuntMv = Math.max(-rangeMv, Math.min(rangeMv, byCurrentMv));
    return ina219LookOf(use, cellsInSeries, busMv, { ma: shuntMv / use.shuntOhm, beyondRange });
  }

  return createIna219Chip(use, clock, {
    async identify() {
      const found = await figures();
      if (!found.ok) return found;
      const { name, shuntUohm } = found.value;
      return { ok: true, value: { version: `hwmon ${name}, shunt_resistor ${shuntUohm}`, notes: [] } };
    },
    look,
    // On the bus, CONFIG shows whether a transfer can be trusted. Here nothing does.
    confirmingLooks: 5,
  });
}
