// The fuel gauges of Maxim's MAX1704x family: what their words mean, which of them can be true, and one reader for all.
// Nothing here writes to a chip: a quick-start or a reset would make its percentage worse under load or charge.
// Register facts: MAX17040, MAX17043 and MAX17048 datasheets, "Register Summary"; Linux max17040_battery.c.
import type { ChipKind, PlainUse } from "../boards/chip-use.ts";
import { hexByte, hexWord } from "../boards/hex.ts";
import type { GaugeReading, ReadFailure, Result } from "../core/model.ts";
import type { I2cBus } from "../ports/ports.ts";
import type { ChipFamily, ChipSample } from "./chip.ts";
import { impossible, notThisChip } from "./chip-failures.ts";
import { type CellLook, createLookingChip } from "./looking-chip.ts";
import { chargingAt, rateToPctPerHour } from "./max1704x-rate.ts";
import { implausibleCell } from "./plausible-cell.ts";
import { type ChipRegisters, chipRegisters, readAlike, readEach } from "./registers.ts";

/** Register addresses; all registers are 16 bits, big-endian. */
export const max1704xRegisters = {
  /** Cell voltage. */
  vcell: 0x02,
  /** State of charge. */
  soc: 0x04,
  /** Quick-start, never written here. On the MAX17048 also sleep enable and the hibernation flag. */
  mode: 0x06,
  version: 0x08,
  /** RCOMP in the high byte; sleep, alert and alert threshold in the low byte. */
  config: 0x0c,
  /** MAX17048: rate of charge. */
  crate: 0x16,
  /** Power-on reset, never written here. */
  command: 0xfe,
} as const;

/** What differs between the chips. */
export interface Max1704xModel {
  readonly chip: Extract<ChipKind, `max1704${string}`>;
  readonly name: string;
  /** VERSION as it should be, in words, and as a test. */
  readonly version: string;
  isVersion(word: number): boolean;
  /** CONFIG bit 7 puts the chip to sleep. The MAX17040 sleeps by its pins only. */
  readonly hasSleepBit: boolean;
  /** CRATE exists. */
  readonly hasRate: boolean;
}

interface Look extends CellLook {
  /** Absent on chips without CRATE. */
  readonly ratePctPerHour?: number;
}

const sleepBit = 0x0080;
const microvoltsPerLsb = 78.125;
/** Tries to see the same word twice in a row. */
const sureTries = 5;

/** mV of the cell: 78.125 uV per step. The MAX17040 and 17043 leave the low four bits 0, so their steps are 1.25 mV. */
export function vcellToMv(word: number): number {
  return (word * microvoltsPerLsb) / 1000;
}

/** Percent: the high byte is whole percent, the low byte 1/256. Can exceed 100. */
export function socToPct(word: number): number {
  return word / 256;
}

/** The words of one look at the chip, turned into a reading or refused. */
export function decodeReading(vcell: number, soc: number): Result<GaugeReading> {
  for (const [name, word] of [["VCELL", vcell] as const, ["SOC", soc] as const]) {
    if (word === 0xffff || (word === 0 && name === "VCELL")) {
      return impossible(`The gauge's ${name} register reads ${hexWord(word)}, which no battery gives.`);
    }
  }
  const cellMv = vcellToMv(vcell);
  const chargePct = socToPct(soc);
  const reading: GaugeReading = { cellMv, chargePct };
  return implausibleCell("The gauge", reading) ?? { ok: true, value: reading };
}

class Max1704x {
  readonly #model: Max1704xModel;
  readonly #address: number;
  readonly #registers: ChipRegisters;
  #asleep = false;
  /** CRATE exists in the chip that was found; null: it cannot have one. */
  #rate: Result<true> | null;
  #charging = false;

  constructor(model: Max1704xModel, address: number, bus: I2cBus) {
    this.#model = model;
    this.#address = address;
    this.#registers = chipRegisters(bus, address, model.name);
    this.#rate = model.hasRate ? { ok: true, value: true } : null;
  }

  async identify() {
    const version = await this.#sureWord(max1704xRegisters.version);
    if (!version.ok) return version;
    const config = await this.#sureWord(max1704xRegisters.config);
    if (!config.ok) return config;
    this.#judgeRate(version.value);
    this.#asleep = this.#sleeps(config.value);
    const notes = this.#notes(version.value);
    return { ok: true as const, value: { version: hexWord(version.value), notes } };
  }

  /** Why its figures are not to be used; null: it is awake. Asked only of a gauge that was found asleep. */
  async sleep(): Promise<ReadFailure | null> {
    if (!this.#asleep) return null;
    const config = await this.#sureWord(max1704xRegisters.config);
    if (!config.ok) return config;
    this.#asleep = this.#sleeps(config.value);
    return this.#asleep ? this.#sleeping() : null;
  }

  async look(): Promise<Result<Look>> {
    const { vcell, soc, crate } = max1704xRegisters;
    const words = await readEach([vcell, soc], this.#registers.wordHighFirst);
    if (!words.ok) return words;
    const [vcellWord = 0, socWord = 0] = words.value;
    const reading = decodeReading(vcellWord, socWord);
    if (!reading.ok) return reading;
    if (this.#rate?.ok !== true) return { ok: true, value: { reading: reading.value } };
    const word = await this.#registers.wordHighFirst(crate);
    if (!word.ok) return word;
    const rate = rateToPctPerHour(word.value);
    return rate.ok ? { ok: true, value: { reading: reading.value, ratePctPerHour: rate.value } } : rate;
  }

  sample(look: Look): ChipSample {
    const gauge = { ok: true, value: look.reading } as const;
    if (this.#rate === null) return { gauge };
    return { gauge, charging: this.#rate.ok ? { ok: true, value: this.chargingIn(look) } : this.#rate };
  }

  failed(failure: ReadFailure): ChipSample {
    return this.#model.hasRate ? { gauge: failure, charging: failure } : { gauge: failure };
  }

  chargingIn({ ratePctPerHour }: Look): boolean {
    return ratePctPerHour === undefined ? false : chargingAt(ratePctPerHour, this.#charging);
  }

  believed(look: Look): void {
    this.#charging = this.chargingIn(look);
  }

  /** A word that decides for the whole run counts when it was seen twice in a row. */
  #sureWord(register: number): Promise<Result<number>> {
    return readAlike(() => this.#registers.wordHighFirst(register), {
      alike: 2,
      most: sureTries,
      restless: (last) =>
        notThisChip(
          `Register ${hexByte(register)} of the device at ${hexByte(this.#address)} reads differently each time (last ${hexWord(last)}); a gauge's stands still. Check the HAT's seat and pins, and the board in the configuration.`,
        ),
    });
  }

  #sleeps(config: number): boolean {
    return this.#model.hasSleepBit && (config & sleepBit) !== 0;
  }

  /** An older chip answers for CRATE with 0xFFFF, which would read as a rate. */
  #judgeRate(version: number): void {
    if (!this.#model.hasRate) return;
    this.#rate = this.#model.isVersion(version)
      ? { ok: true, value: true }
      : {
          ok: false,
          code: "PI_UPS_GAUGE_NO_RATE",
          message: `The gauge at ${hexByte(this.#address)} has VERSION ${hexWord(version)}, so it is no ${this.#model.name} (${this.#model.version}) and knows no rate of charge: charging is unknown. Check the board in the configuration.`,
        };
  }

  #notes(version: number): readonly string[] {
    const notes: string[] = [];
    const { name, version: expected } = this.#model;
    if (!this.#model.isVersion(version)) {
      const found = (version & 0xfff0) === 0x0010 ? " (a MAX17048 or 17049)" : "";
      notes.push(
        `The gauge's VERSION is ${hexWord(version)}${found}; a ${name} says ${expected}. Voltage and percent are read in the same way.`,
      );
    }
    if (this.#asleep) notes.push(this.#sleeping().message);
    return notes;
  }

  #sleeping(): ReadFailure {
    return {
      ok: false,
      code: "PI_UPS_GAUGE_ASLEEP",
      message: `The gauge at ${hexByte(this.#address)} is in sleep mode (CONFIG bit 7), so its figures stand still. Power the HAT off and on, or clear the bit.`,
    };
  }
}

/**
 * The driver of one model. Does no I/O before `probe` or `read`.
 *
 * Codes besides those of the bus: `PI_UPS_GAUGE_IMPOSSIBLE`, `PI_UPS_GAUGE_UNSTABLE`, `PI_UPS_GAUGE_ASLEEP`; from
 * `probe` `PI_UPS_GAUGE_NOT_FOUND`; for charging alone `PI_UPS_GAUGE_NO_RATE`.
 */
export function max1704xFamily(model: Max1704xModel): ChipFamily<PlainUse> {
  return ({ address }, { bus, clock }) => {
    const gauge = new Max1704x(model, address, bus);
    const chip = createLookingChip<Look>({
      chip: model.chip,
      name: model.name,
      address,
      clock,
      identify: () => gauge.identify(),
      look: () => gauge.look(),
      agree: (a, b) => gauge.chargingIn(a) === gauge.chargingIn(b),
      sample: (look) => gauge.sample(look),
      failed: (failure) => gauge.failed(failure),
      believed: (look) => gauge.believed(look),
    });
    return {
      ...chip,
      async read() {
        const asleep = await gauge.sleep();
        return asleep === null ? chip.read() : gauge.failed(asleep);
      },
    };
  };
}
