// The fuel gauges of Maxim's MAX1704x family: what their words mean, which of them can be true, and one reader for all.
// Nothing here writes to a chip: a quick-start or a reset would make its percentage worse under load or charge.
// Register facts: MAX17040, MAX17043 and MAX17048 datasheets, "Register Summary"; Linux max17040_battery.c.
import type { ChipKind, PlainUse } from "../boards/chip-use.ts";
import { hexByte, hexWord } from "../boards/hex.ts";
import type { GaugeReading, ReadFailure, Result } from "../core/model.ts";
import type { Clock, I2cBus } from "../ports/ports.ts";
import type { ChipDriver, ChipFamily, ChipIdentity, ChipPorts, ChipSample } from "./chip.ts";
import { chargingAt, rateToPctPerHour } from "./max1704x-rate.ts";
import { implausibleCell } from "./plausible-cell.ts";
import { agreeCellMv, agreeChargePct, createSteady, type Steady } from "./steady.ts";

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

/** One look. `ratePctPerHour` is absent on chips without CRATE. */
interface Look extends GaugeReading {
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

function impossible(message: string): ReadFailure {
  return { ok: false, code: "PI_UPS_GAUGE_IMPOSSIBLE", message };
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

function unstableGauge(address: number, looks: number, last: GaugeReading): ReadFailure {
  return {
    ok: false,
    code: "PI_UPS_GAUGE_UNSTABLE",
    message: `${looks} looks at the gauge at ${hexByte(address)} in a row disagree (last: ${Math.round(last.cellMv)} mV, ${last.chargePct.toFixed(1)} %). A bad contact or a disturbed bus does this: check the HAT's seat and pins.`,
  };
}

class Max1704x implements ChipDriver {
  readonly #model: Max1704xModel;
  readonly #bus: I2cBus;
  readonly #address: number;
  readonly #clock: Clock;
  readonly #steady: Steady<Look>;
  #asleep = false;
  /** CRATE exists in the chip that was found; null: it cannot have one. */
  #rate: Result<true> | null;
  #charging = false;

  constructor(model: Max1704xModel, address: number, { bus, clock }: ChipPorts) {
    this.#model = model;
    this.#bus = bus;
    this.#address = address;
    this.#clock = clock;
    this.#rate = model.hasRate ? { ok: true, value: true } : null;
    this.#steady = createSteady({
      look: () => this.#look(),
      agree: (a, b) => this.#agree(a, b),
      unstable: (looks, last) => unstableGauge(address, looks, last),
    });
  }

  async probe(): Promise<Result<ChipIdentity>> {
    const version = await this.#sureWord(max1704xRegisters.version);
    if (!version.ok) return version;
    const config = await this.#sureWord(max1704xRegisters.config);
    if (!config.ok) return config;
    this.#judgeRate(version.value);
    const first = await this.#look();
    if (!first.ok) return first;
    await this.#clock.sleep(5);
    const second = await this.#look();
    if (!second.ok) return second;
    if (!this.#agree(first.value, second.value)) return this.#notAGauge(first.value, second.value);
    this.#keep(second.value);
    this.#steady.keep(second.value);
    this.#asleep = this.#sleeps(config.value);
    const notes = this.#notes(version.value);
    return { ok: true, value: { chip: this.#model.chip, version: hexWord(version.value), notes } };
  }

  async read(): Promise<ChipSample> {
    const look = await this.#readLook();
    if (look.ok) this.#keep(look.value);
    const gauge: Result<GaugeReading> = look.ok
      ? { ok: true, value: { cellMv: look.value.cellMv, chargePct: look.value.chargePct } }
      : look;
    if (this.#rate === null) return { gauge };
    if (!look.ok) return { gauge, charging: look };
    return { gauge, charging: this.#rate.ok ? { ok: true, value: this.#charging } : this.#rate };
  }

  failed(failure: ReadFailure): ChipSample {
    return this.#model.hasRate ? { gauge: failure, charging: failure } : { gauge: failure };
  }

  async #readLook(): Promise<Result<Look>> {
    if (this.#asleep) {
      const config = await this.#sureWord(max1704xRegisters.config);
      if (!config.ok) return config;
      this.#asleep = this.#sleeps(config.value);
      if (this.#asleep) return this.#sleeping();
    }
    return this.#steady.read();
  }

  async #look(): Promise<Result<Look>> {
    const vcell = await this.#word(max1704xRegisters.vcell);
    if (!vcell.ok) return vcell;
    const soc = await this.#word(max1704xRegisters.soc);
    if (!soc.ok) return soc;
    const reading = decodeReading(vcell.value, soc.value);
    if (!reading.ok || this.#rate?.ok !== true) return reading;
    const crate = await this.#word(max1704xRegisters.crate);
    if (!crate.ok) return crate;
    const rate = rateToPctPerHour(crate.value);
    return rate.ok ? { ok: true, value: { ...reading.value, ratePctPerHour: rate.value } } : rate;
  }

  async #word(register: number): Promise<Result<number>> {
    const bytes = await this.#bus.read(this.#address, register, 2);
    if (!bytes.ok) return bytes;
    const [high, low] = bytes.value;
    if (high === undefined || low === undefined) {
      return impossible(`The gauge sent ${bytes.value.length} of 2 bytes of register ${hexByte(register)}.`);
    }
    return { ok: true, value: (high << 8) | low };
  }

  /** A word that decides for the whole run counts when it was seen twice in a row. */
  async #sureWord(register: number): Promise<Result<number>> {
    let before: number | null = null;
    for (let attempt = 0; attempt < sureTries; attempt += 1) {
      const word = await this.#word(register);
      if (!word.ok || word.value === before) return word;
      before = word.value;
    }
    return {
      ok: false,
      code: "PI_UPS_GAUGE_NOT_FOUND",
      message: `Register ${hexByte(register)} of the device at ${hexByte(this.#address)} reads differently each time (last ${hexWord(before ?? 0)}); a gauge's stands still. Check the HAT's seat and pins, and the board in the configuration.`,
    };
  }

  #agree(a: Look, b: Look): boolean {
    return (
      Math.abs(a.cellMv - b.cellMv) <= agreeCellMv &&
      Math.abs(a.chargePct - b.chargePct) <= agreeChargePct &&
      this.#chargingIn(a) === this.#chargingIn(b)
    );
  }

  #chargingIn(look: Look): boolean {
    return look.ratePctPerHour === undefined ? false : chargingAt(look.ratePctPerHour, this.#charging);
  }

  #keep(look: Look): void {
    this.#charging = this.#chargingIn(look);
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

  #notAGauge(first: GaugeReading, second: GaugeReading): ReadFailure {
    const show = (reading: GaugeReading) =>
      `${Math.round(reading.cellMv)} mV, ${reading.chargePct.toFixed(1)} %`;
    return {
      ok: false,
      code: "PI_UPS_GAUGE_NOT_FOUND",
      message: `The device at ${hexByte(this.#address)} does not behave like a ${this.#model.name} with a battery: two looks gave ${show(first)} and ${show(second)}; expected are equal figures. Check the board in the configuration and the battery.`,
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
  return (use, ports) => new Max1704x(model, use.address, ports);
}
