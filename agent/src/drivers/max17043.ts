// The MAX17043 fuel gauge: two registers to read, and the judgement which of its words can be true.
// Nothing here writes to the chip. Register facts: MAX17043 datasheet, "Register Summary"; Linux max17040_battery.c.
import type { PlainUse } from "../boards/chip-use.ts";
import type { GaugeReading, ReadFailure, Result } from "../core/model.ts";
import type { Clock, I2cBus } from "../ports/ports.ts";
import type { ChipDriver, ChipFamily, ChipIdentity, ChipPorts, ChipSample } from "./chip.ts";
import { hexByte } from "./i2c-errors.ts";
import { agreeCellMv, agreeChargePct, createSteady, type Steady } from "./steady.ts";

/** Register addresses; all registers are 16 bits, big-endian. */
export const max17043Registers = {
  /** Cell voltage. */
  vcell: 0x02,
  /** State of charge. */
  soc: 0x04,
  /** Quick-start; write only, reads 0. */
  mode: 0x06,
  version: 0x08,
  /** RCOMP in the high byte; sleep, alert and alert threshold in the low byte. */
  config: 0x0c,
  /** Power-on reset; write only. */
  command: 0xfe,
} as const;

const sleepBit = 0x0080;
const microvoltsPerLsb = 78.125;
/** More than this was never seen (106 % was). */
const highestPct = 120;
/** A gauge at exactly 0 % is believed below this only: 0.3 % was measured at 3.48 V while charging. */
const emptyBelowMv = 3600;
/** Probing is pickier than reading: another chip at this address should not pass for a gauge. */
const probeMv = { lowest: 2000, highest: 4500 } as const;

/** mV of the cell: 78.125 uV per step. The MAX17043 leaves the low four bits 0, so its steps are 1.25 mV. */
export function vcellToMv(word: number): number {
  return (word * microvoltsPerLsb) / 1000;
}

/** Percent: the high byte is whole percent, the low byte 1/256. Can exceed 100. */
export function socToPct(word: number): number {
  return word / 256;
}

function hexWord(word: number): string {
  return `0x${word.toString(16).toUpperCase().padStart(4, "0")}`;
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
  if (soc === 0 && cellMv > emptyBelowMv) {
    return impossible(
      `The gauge says exactly 0 % (SOC 0x0000) at ${Math.round(cellMv)} mV, which is not an empty cell.`,
    );
  }
  if (chargePct > highestPct) {
    return impossible(
      `The gauge says ${chargePct.toFixed(1)} % (SOC ${hexWord(soc)}), more than any full cell.`,
    );
  }
  return { ok: true, value: { cellMv, chargePct } };
}

function agree(a: GaugeReading, b: GaugeReading): boolean {
  return (
    Math.abs(a.cellMv - b.cellMv) <= agreeCellMv && Math.abs(a.chargePct - b.chargePct) <= agreeChargePct
  );
}

function unstableGauge(address: number, looks: number, last: GaugeReading): ReadFailure {
  return {
    ok: false,
    code: "PI_UPS_GAUGE_UNSTABLE",
    message: `${looks} looks at the gauge at ${hexByte(address)} in a row disagree (last: ${Math.round(last.cellMv)} mV, ${last.chargePct.toFixed(1)} %). A bad contact or a disturbed bus does this: check the HAT's seat and pins.`,
  };
}

class Max17043 implements ChipDriver {
  readonly #bus: I2cBus;
  readonly #address: number;
  readonly #clock: Clock;
  readonly #steady: Steady<GaugeReading>;
  #asleep = false;

  constructor(address: number, { bus, clock }: ChipPorts) {
    this.#bus = bus;
    this.#address = address;
    this.#clock = clock;
    this.#steady = createSteady({
      look: () => this.#look(),
      agree,
      unstable: (looks, last) => unstableGauge(address, looks, last),
    });
  }

  async probe(): Promise<Result<ChipIdentity>> {
    const version = await this.#word(max17043Registers.version);
    if (!version.ok) return version;
    const config = await this.#word(max17043Registers.config);
    if (!config.ok) return config;
    const first = await this.#look();
    if (!first.ok) return first;
    await this.#clock.sleep(5);
    const second = await this.#look();
    if (!second.ok) return second;
    const { cellMv } = second.value;
    if (!agree(first.value, second.value) || cellMv < probeMv.lowest || cellMv > probeMv.highest) {
      return this.#notAGauge(first.value, second.value);
    }
    this.#steady.keep(second.value);
    this.#asleep = (config.value & sleepBit) !== 0;
    const notes = this.#notes(version.value, config.value);
    return { ok: true, value: { chip: "max17043", version: hexWord(version.value), notes } };
  }

  async read(): Promise<ChipSample> {
    return { gauge: await this.#readGauge() };
  }

  failed(failure: ReadFailure): ChipSample {
    return { gauge: failure };
  }

  async #readGauge(): Promise<Result<GaugeReading>> {
    if (this.#asleep) {
      const config = await this.#word(max17043Registers.config);
      if (!config.ok) return config;
      this.#asleep = (config.value & sleepBit) !== 0;
      if (this.#asleep) return this.#sleeping();
    }
    return this.#steady.read();
  }

  async #look(): Promise<Result<GaugeReading>> {
    const vcell = await this.#word(max17043Registers.vcell);
    if (!vcell.ok) return vcell;
    const soc = await this.#word(max17043Registers.soc);
    if (!soc.ok) return soc;
    return decodeReading(vcell.value, soc.value);
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

  #notes(version: number, config: number): readonly string[] {
    const notes: string[] = [];
    if ((version & 0xfff0) === 0x0010) {
      notes.push(
        `The gauge's VERSION is ${hexWord(version)}: a MAX17048 or 17049, read in the same way as a MAX17043.`,
      );
    } else if (version !== 0x0003) {
      notes.push(`The gauge's VERSION is ${hexWord(version)}; a MAX17043 says 0x0003. It is read as one.`);
    }
    if ((config & sleepBit) !== 0) notes.push(this.#sleeping().message);
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
      message: `The device at ${hexByte(this.#address)} does not behave like a MAX17043 with a battery: two looks gave ${show(first)} and ${show(second)}; expected are equal figures with ${probeMv.lowest} to ${probeMv.highest} mV. Check the board in the configuration and the battery.`,
    };
  }
}

/**
 * Driver for the MAX17043 (a MAX17040 or MAX17048 reads the same). Does no I/O before `probe` or `read`.
 *
 * Codes besides those of the bus: `PI_UPS_GAUGE_IMPOSSIBLE`, `PI_UPS_GAUGE_UNSTABLE`, `PI_UPS_GAUGE_ASLEEP`,
 * and from `probe` `PI_UPS_GAUGE_NOT_FOUND`.
 */
export const max17043: ChipFamily<PlainUse> = (use, ports) => new Max17043(use.address, ports);
