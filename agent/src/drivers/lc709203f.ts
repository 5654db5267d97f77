// The LC709203F of Adafruit's breakout. Its percent means something only after a program has told it the cell's size and
// profile; until then only the voltage is used, and the agent estimates. This driver reads and never writes.
// Register facts: LC709203F datasheet, "Functions of Registers"; github.com/adafruit/Adafruit_LC709203F.
import type { PlainUse } from "../boards/chip-use.ts";
import { hexByte, hexWord } from "../boards/hex.ts";
import type { RawReading, ReadFailure, Result } from "../core/model.ts";
import type { I2cBus } from "../ports/ports.ts";
import type { ChipFamily, ChipSample } from "./chip.ts";
import { impossible } from "./chip-failures.ts";
import { readWord } from "./lc709203f-wire.ts";
import { type CellLook, createLookingChip } from "./looking-chip.ts";
import { implausibleCell } from "./plausible-cell.ts";
import { readEach } from "./registers.ts";

/** Register addresses. */
export const lc709203fRegisters = {
  /** 0.1 K; measured in thermistor mode, else what some program wrote. */
  temperature: 0x08,
  /** mV. */
  voltage: 0x09,
  /** State of charge in 0.1 %, "indicator to empty". */
  charge: 0x0f,
  version: 0x11,
  profile: 0x12,
  alarmPct: 0x13,
  alarmMv: 0x14,
  /** 1 works, 2 sleeps. */
  powerMode: 0x15,
  /** 1: the temperature is measured with a thermistor. */
  temperatureMode: 0x16,
} as const;

/**
 * What these registers read after power-on (datasheet, "Initial Value"). The cell's size (APA, 0x0B) has no documented
 * value there, so it cannot tell whether somebody set it.
 */
export const powerOnSettings = { profile: 0, alarmPct: 8, alarmMv: 0, temperatureMode: 0 } as const;

const sleepMode = 2;
const thermistorMode = 1;
const zeroCelsius = 0x0aac;
/** What the datasheet promises to measure, degrees Celsius. */
const measurable = { lowest: -20, highest: 60 } as const;
const agreeC = 3;

/** Degrees Celsius: 0.1 K per step, 0 at 0x0AAC. */
export function lc709203fToC(word: number): number {
  return (word - zeroCelsius) / 10;
}

/** What programs have set since the gauge got its power. */
interface Settings {
  /** Some setting differs from that of power-on: a program has been here, so the percent is meant. */
  readonly configured: boolean;
  readonly thermistor: boolean;
}

interface Look extends CellLook {
  /** Absent without a thermistor. */
  readonly temperatureC?: number;
}

const notConfigured =
  "The LC709203F has its settings of power-on, so its percent means nothing and is not used: the agent estimates it from the voltage. To use the gauge's own, set cell size (APA), profile and initial RSOC once with Adafruit's library; it keeps them while the battery is connected.";

class Lc709203f {
  readonly #bus: I2cBus;
  readonly #address: number;
  /** Null: to be read with the next look. */
  #settings: Settings | null = null;
  /** The last look that came had a temperature. */
  #hasTemperature = false;

  constructor(bus: I2cBus, address: number) {
    this.#bus = bus;
    this.#address = address;
  }

  async identify() {
    this.#settings = null;
    const version = await this.#word(lc709203fRegisters.version);
    if (!version.ok) return version;
    const settings = await this.#read();
    if (!settings.ok) return settings;
    this.#settings = settings.value;
    const notes = settings.value.configured ? [] : [notConfigured];
    return { ok: true as const, value: { version: hexWord(version.value), notes } };
  }

  async look(): Promise<Result<Look>> {
    const look = await this.#look();
    // A program may set it up at any time; and after a failure it may have lost its settings with its power.
    if (!look.ok || this.#settings?.configured === false) this.#settings = null;
    if (look.ok) this.#hasTemperature = look.value.temperatureC !== undefined;
    return look;
  }

  /** A temperature that is missing for a moment must not be taken for the Pi's, which stands in where a board has none. */
  failed(failure: ReadFailure): ChipSample {
    return { gauge: failure, ...(this.#hasTemperature ? { temperatureC: failure } : {}) };
  }

  async #look(): Promise<Result<Look>> {
    if (this.#settings === null) {
      const settings = await this.#read();
      if (!settings.ok) return settings;
      this.#settings = settings.value;
    }
    const { configured, thermistor } = this.#settings;
    const { powerMode, voltage, charge, temperature } = lc709203fRegisters;
    const words = await this.#words([powerMode, voltage, charge, temperature]);
    if (!words.ok) return words;
    const [mode = 0, cellMv = 0, tenths = 0, kelvinTenths = 0] = words.value;
    if (mode === sleepMode) return this.#sleeping();
    if (tenths > 1000) return impossible(`The LC709203F says ${tenths / 10} %; possible are 0 to 100 %.`);
    const reading: RawReading = { cellMv, ...(configured ? { chargePct: tenths / 10 } : {}) };
    const refused = implausibleCell("The LC709203F", reading);
    if (refused !== null) return refused;
    const temperatureC = lc709203fToC(kelvinTenths);
    return { ok: true, value: { reading, ...(thermistor ? { temperatureC } : {}) } };
  }

  async #read(): Promise<Result<Settings>> {
    const { profile, alarmPct, alarmMv, temperatureMode, temperature } = lc709203fRegisters;
    const words = await this.#words([profile, alarmPct, alarmMv, temperatureMode, temperature]);
    if (!words.ok) return words;
    const [kind, pct, mv, mode, kelvinTenths = 0] = words.value;
    const configured =
      kind !== powerOnSettings.profile ||
      pct !== powerOnSettings.alarmPct ||
      mv !== powerOnSettings.alarmMv ||
      mode !== powerOnSettings.temperatureMode;
    // Adafruit's library sets thermistor mode whether one is connected or not; an open input reads far off.
    const thermistor = mode === thermistorMode && isMeasurable(lc709203fToC(kelvinTenths));
    return { ok: true, value: { configured, thermistor } };
  }

  #words(registers: readonly number[]): Promise<Result<readonly number[]>> {
    return readEach(registers, (register) => this.#word(register));
  }

  #word(register: number): Promise<Result<number>> {
    return readWord(this.#bus, this.#address, register);
  }

  #sleeping(): ReadFailure {
    const at = hexByte(this.#address);
    return {
      ok: false,
      code: "PI_UPS_GAUGE_ASLEEP",
      message: `The LC709203F at ${at} sleeps (power mode 2), so its figures stand still. Wake it with: i2cset -y 1 ${at} 0x15 0x01 0x00 0x64 i`,
    };
  }
}

function isMeasurable(celsius: number): boolean {
  return celsius >= measurable.lowest && celsius <= measurable.highest;
}

function sampleOf({ reading, temperatureC }: Look): ChipSample {
  const gauge = { ok: true, value: reading } as const;
  if (temperatureC === undefined) return { gauge };
  if (isMeasurable(temperatureC)) return { gauge, temperatureC: { ok: true, value: temperatureC } };
  const { lowest, highest } = measurable;
  return {
    gauge,
    temperatureC: {
      ok: false,
      code: "PI_UPS_TEMPERATURE_IMPOSSIBLE",
      message: `The LC709203F measures ${temperatureC.toFixed(1)} °C at the cell; possible are ${lowest} to ${highest} °C. Check the thermistor's wires.`,
    },
  };
}

function temperaturesAgree(a: Look, b: Look): boolean {
  if (a.temperatureC === undefined || b.temperatureC === undefined) return a.temperatureC === b.temperatureC;
  return Math.abs(a.temperatureC - b.temperatureC) <= agreeC;
}

/**
 * Driver for the LC709203F. Does no I/O before `probe` or `read`.
 *
 * Without a program's settings the sample has no percent; without a thermistor it has no temperature. Codes besides those
 * of the bus: `PI_UPS_GAUGE_ASLEEP`, `PI_UPS_GAUGE_CHECKSUM`, `PI_UPS_GAUGE_IMPOSSIBLE`, `PI_UPS_GAUGE_UNSTABLE`,
 * `PI_UPS_GAUGE_NOT_FOUND`; for the temperature alone `PI_UPS_TEMPERATURE_IMPOSSIBLE`.
 */
export const lc709203f: ChipFamily<PlainUse> = ({ address }, { bus, clock }) => {
  const gauge = new Lc709203f(bus, address);
  return createLookingChip<Look>({
    chip: "lc709203f",
    name: "LC709203F",
    address,
    clock,
    identify: () => gauge.identify(),
    look: () => gauge.look(),
    agree: temperaturesAgree,
    sample: sampleOf,
    failed: (failure) => gauge.failed(failure),
  });
};
