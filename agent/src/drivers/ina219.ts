// The INA219: bus voltage and shunt voltage, and a current that is right only while its calibration is. A brown-out resets
// the calibration and leaves a current of 0, which would look like "mains present"; so the shunt is asked as well.
// Register facts: TI INA219 datasheet (SBOS448), "Register Details" and "Programming the Calibration Register".
import type { Ina219Use } from "../boards/chip-use.ts";
import type { ReadFailure, Result } from "../core/model.ts";
import type { ChipFamily, ChipSample } from "./chip.ts";
import { hexByte } from "./i2c-errors.ts";
import { createLookingChip, shortRead } from "./looking-chip.ts";
import { implausibleCell } from "./plausible-cell.ts";

/** Register addresses; all registers are 16 bits, big-endian. */
export const ina219Registers = {
  config: 0x00,
  shunt: 0x01,
  bus: 0x02,
  power: 0x03,
  current: 0x04,
  calibration: 0x05,
} as const;

/** CONFIG after power-on: somebody cut the chip's supply, and the calibration is 0. */
export const resetConfig = 0x399f;
/** Bit 15 is a command and bit 14 unused: both read 0. */
const unusedConfigBits = 0xc000;
const modeMask = 0x0007;
const continuousMode = 0x0007;
const overflowBit = 0x0001;
const millivoltsPerBusStep = 4;
const millivoltsPerShuntStep = 0.01;
/** PGA bits 12:11: the shunt voltage at which the range ends, mV. */
const shuntRangesMv = [40, 80, 160, 320] as const;
/** Of the calibrated current, how far it may be from what the shunt says: truncation, and two moments of one load. */
const currentTolerance = { share: 0.1, ma: 60 } as const;
/** Both converters with 32 samples each take 34 ms (datasheet, "ADC settings"); the first figure is there after that. */
const conversionMs = 40;

/** The calibration register's word for a shunt and a resolution: trunc(0.04096 / (LSB * R)), bit 0 is unused. */
export function calibrationFor(shuntOhm: number, currentLsbUa: number): number {
  return Math.min(0xfffe, Math.trunc(0.04096 / ((currentLsbUa / 1e6) * shuntOhm))) & 0xfffe;
}

/** Two's complement of 16 bits. */
export function signed16(word: number): number {
  return word >= 0x8000 ? word - 0x10000 : word;
}

/** Bus voltage in mV: bits 15:3, 4 mV each. */
export function busToMv(word: number): number {
  return (word >> 3) * millivoltsPerBusStep;
}

/** The words of one look. */
export interface Ina219Words {
  readonly config: number;
  readonly shunt: number;
  readonly bus: number;
  readonly current: number;
}

/** Current in mA, + as the chip counts; null when the shunt is beyond its range. */
export function currentOf(words: Ina219Words, use: Ina219Use): number | null {
  const shuntMv = signed16(words.shunt) * millivoltsPerShuntStep;
  const rangeMv = shuntRangesMv[(words.config >> 11) & 3] ?? 320;
  if (Math.abs(shuntMv) >= rangeMv) return null;
  const byShunt = shuntMv / use.shuntOhm;
  const calibrated = (signed16(words.current) * use.currentLsbUa) / 1000;
  const trusted = (words.bus & overflowBit) === 0 && fits(calibrated, byShunt);
  return trusted ? calibrated : byShunt;
}

function fits(calibrated: number, byShunt: number): boolean {
  const { share, ma } = currentTolerance;
  return Math.abs(calibrated - byShunt) <= ma + share * Math.abs(byShunt);
}

/** Whether the chip lost its calibration, or another program set one that is not for this shunt. */
export function needsCalibration(words: Ina219Words, use: Ina219Use): boolean {
  if (words.config === resetConfig) return true;
  if ((words.bus & overflowBit) !== 0) return false;
  const byShunt = (signed16(words.shunt) * millivoltsPerShuntStep) / use.shuntOhm;
  return !fits((signed16(words.current) * use.currentLsbUa) / 1000, byShunt);
}

interface Look {
  readonly reading: { readonly cellMv: number; readonly currentMa?: number };
  readonly busMv: number;
  /** + = charging; null: out of range. */
  readonly currentMa: number | null;
}

function saturated(address: number): ReadFailure {
  return {
    ok: false,
    code: "PI_UPS_CURRENT_OUT_OF_RANGE",
    message: `The current through the INA219 at ${hexByte(address)} is beyond its range: a short circuit, or another shunt than the board's data say.`,
  };
}

/** What the battery current says about mains and charging, with a memory so that a full battery does not flap. */
class FlowState {
  readonly #use: Ina219Use;
  #mains = true;
  #charging = false;

  constructor(use: Ina219Use) {
    this.#use = use;
  }

  /** Between the two limits the last state stays; at first that is "present", because nothing proves a loss. */
  mains(currentMa: number | null): boolean {
    const { mains } = this.#use;
    if (mains === undefined || currentMa === null) return this.#mains;
    if (currentMa < mains.lostBelowMa) return false;
    return currentMa > mains.presentAboveMa ? true : this.#mains;
  }

  charging(currentMa: number | null): boolean {
    if (currentMa === null) return this.#charging;
    const { deadBandMa } = this.#use;
    return currentMa > (this.#charging ? deadBandMa : 2 * deadBandMa);
  }

  keep(currentMa: number | null): void {
    const mains = this.mains(currentMa);
    this.#charging = this.charging(currentMa);
    this.#mains = mains;
  }
}

/**
 * Driver for an INA219 on the battery's or the output's side. `probe` only reads; a look writes CONFIG and CALIBRATION
 * when the chip lost them. Where that is refused, the current comes from the shunt voltage alone.
 *
 * Codes besides those of the bus: `PI_UPS_GAUGE_IMPOSSIBLE`, `PI_UPS_GAUGE_UNSTABLE`, `PI_UPS_GAUGE_NOT_FOUND`,
 * `PI_UPS_CURRENT_OUT_OF_RANGE`.
 */
export const ina219: ChipFamily<Ina219Use> = (use, { bus, clock, cellsInSeries }) => {
  const { address } = use;
  const flow = new FlowState(use);

  async function word(register: number): Promise<Result<number>> {
    const read = await bus.read(address, register, 2);
    if (!read.ok) return read;
    const [high, low] = read.value;
    if (high === undefined || low === undefined) return shortRead("INA219", register, read.value.length, 2);
    return { ok: true, value: (high << 8) | low };
  }

  async function words(): Promise<Result<Ina219Words>> {
    const { config, shunt, bus: busRegister, current } = ina219Registers;
    const found: number[] = [];
    for (const register of [config, shunt, busRegister, current]) {
      const value = await word(register);
      if (!value.ok) return value;
      found.push(value.value);
    }
    const [configWord = 0, shuntWord = 0, busWord = 0, currentWord = 0] = found;
    return { ok: true, value: { config: configWord, shunt: shuntWord, bus: busWord, current: currentWord } };
  }

  const bytes = (value: number) => Uint8Array.of(value >> 8, value & 0xff);

  /** A failed write is no failure of the look: the shunt still tells the current. */
  async function calibrate(): Promise<void> {
    const calibration = calibrationFor(use.shuntOhm, use.currentLsbUa);
    await bus.write(address, ina219Registers.calibration, bytes(calibration));
    await bus.write(address, ina219Registers.config, bytes(use.configWord));
    await clock.sleep(conversionMs);
  }

  function lookOf(found: Ina219Words): Result<Look> {
    if ((found.config & unusedConfigBits) !== 0 || (found.config & modeMask) !== continuousMode) {
      return notThere(`its CONFIG reads 0x${found.config.toString(16)}, which is no continuous measurement`);
    }
    const busMv = busToMv(found.bus);
    const chipMa = currentOf(found, use);
    const flowMa = chipMa === null || !use.invertCurrent ? chipMa : -chipMa;
    const currentMa = flowMa !== null && Math.abs(flowMa) < use.deadBandMa ? 0 : flowMa;
    const cellMv = busMv / cellsInSeries;
    if (use.measures === "battery") {
      const refused = implausibleCell("The INA219", { cellMv });
      if (refused !== null) return refused;
    }
    const reading = { cellMv, ...(currentMa === null ? {} : { currentMa }) };
    return { ok: true, value: { reading, busMv, currentMa } };
  }

  function notThere(why: string): ReadFailure {
    return {
      ok: false,
      code: "PI_UPS_GAUGE_NOT_FOUND",
      message: `The device at ${hexByte(address)} does not behave like an INA219: ${why}. Check the board in the configuration.`,
    };
  }

  /** What probing may do: any continuous measurement counts, and nothing is written. */
  async function lookOnly(): Promise<Result<Look>> {
    const found = await words();
    return found.ok ? lookOf(found.value) : found;
  }

  /**
   * What reading may do: CONFIG must be the one that this driver sets, so that a disturbed transfer is seen as one. A
   * CONFIG or a calibration that is wrong twice in the same way was lost or set by another program, and is set anew.
   */
  async function look(): Promise<Result<Look>> {
    const found = await words();
    if (!found.ok) return found;
    if (isSet(found.value)) return lookOf(found.value);
    const again = await words();
    if (!again.ok) return again;
    if (isSet(again.value)) return lookOf(again.value);
    if (again.value.config !== found.value.config) return disturbed(again.value.config);
    await calibrate();
    const after = await words();
    if (!after.ok) return after;
    return after.value.config === use.configWord || again.value.config === after.value.config
      ? lookOf(after.value)
      : disturbed(after.value.config);
  }

  const isSet = (found: Ina219Words) => found.config === use.configWord && !needsCalibration(found, use);

  function disturbed(config: number): ReadFailure {
    const shown = `0x${config.toString(16).toUpperCase().padStart(4, "0")}`;
    const message = `The CONFIG of the INA219 at ${hexByte(address)} reads ${shown} and something else a moment before: the transfer was disturbed.`;
    return { ok: false, code: "PI_UPS_GAUGE_IMPOSSIBLE", message };
  }

  let mayWrite = false;

  function sample({ reading, busMv, currentMa }: Look): ChipSample {
    if (use.measures === "output") {
      return {
        railMv: { ok: true, value: busMv },
        outputMa: currentMa === null ? saturated(address) : { ok: true, value: Math.abs(currentMa) },
      };
    }
    return {
      gauge: { ok: true, value: reading },
      charging: { ok: true, value: flow.charging(currentMa) },
      ...(use.mains === undefined ? {} : { acPresent: { ok: true, value: flow.mains(currentMa) } }),
    };
  }

  function failed(failure: ReadFailure): ChipSample {
    if (use.measures === "output") return { railMv: failure, outputMa: failure };
    const mains = use.mains === undefined ? {} : { acPresent: failure };
    return { gauge: failure, charging: failure, ...mains };
  }

  const chip = createLookingChip<Look>({
    chip: "ina219",
    name: "INA219",
    address,
    clock,
    async identify() {
      const config = await word(ina219Registers.config);
      if (!config.ok) return config;
      const shown = `0x${config.value.toString(16).toUpperCase().padStart(4, "0")}`;
      return { ok: true, value: { version: `CONFIG ${shown}`, notes: [] } };
    },
    look: () => (mayWrite ? look() : lookOnly()),
    agree: (a, b) =>
      flow.mains(a.currentMa) === flow.mains(b.currentMa) &&
      flow.charging(a.currentMa) === flow.charging(b.currentMa),
    sample,
    failed,
    believed: ({ currentMa }) => flow.keep(currentMa),
  });

  return {
    ...chip,
    read() {
      mayWrite = true;
      return chip.read();
    },
  };
};
