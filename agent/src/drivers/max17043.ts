// The MAX17043 fuel gauge: two registers to read, and the judgement which of its words can be true.
// Nothing here writes to the chip. Register facts: MAX17043 datasheet, "Register Summary"; Linux max17040_battery.c.
import type { GaugeReading, ReadFailure, Result } from "../core/model.ts";
import type { Clock, I2cBus } from "../ports/ports.ts";
import type { Gauge, GaugeIdentity } from "./gauge.ts";
import { hexByte } from "./i2c-errors.ts";

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
/** Two looks at the same battery some milliseconds apart agree within this. */
const agreeMv = 100;
const agreePct = 2;
const confirmingLooks = 3;
const mostLooks = 5;
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
  return Math.abs(a.cellMv - b.cellMv) <= agreeMv && Math.abs(a.chargePct - b.chargePct) <= agreePct;
}

class Max17043 implements Gauge {
  readonly #bus: I2cBus;
  readonly #address: number;
  readonly #clock: Clock;
  #last: GaugeReading | null = null;
  #asleep = false;

  constructor(bus: I2cBus, address: number, clock: Clock) {
    this.#bus = bus;
    this.#address = address;
    this.#clock = clock;
  }

  async probe(): Promise<Result<GaugeIdentity>> {
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
    this.#last = second.value;
    this.#asleep = (config.value & sleepBit) !== 0;
    return {
      ok: true,
      value: { chip: "max17043", version: version.value, notes: this.#notes(version.value, config.value) },
    };
  }

  async read(): Promise<Result<GaugeReading>> {
    if (this.#asleep) {
      const config = await this.#word(max17043Registers.config);
      if (!config.ok) return config;
      this.#asleep = (config.value & sleepBit) !== 0;
      if (this.#asleep) return this.#sleeping();
    }
    const reading = await this.#look();
    if (!reading.ok) return reading;
    if (this.#last !== null && agree(this.#last, reading.value)) return this.#keep(reading.value);
    return this.#confirm(reading.value);
  }

  /** A figure far from the last one is either news or a disturbed transfer: it counts when three looks in a row agree. */
  async #confirm(news: GaugeReading): Promise<Result<GaugeReading>> {
    let before = news;
    let agreeing = 1;
    for (let look = 1; look < mostLooks; look += 1) {
      const again = await this.#look();
      if (!again.ok) return again;
      agreeing = agree(before, again.value) ? agreeing + 1 : 1;
      if (agreeing === confirmingLooks) return this.#keep(again.value);
      if (this.#last !== null && agree(this.#last, again.value)) return this.#keep(again.value);
      before = again.value;
    }
    return {
      ok: false,
      code: "PI_UPS_GAUGE_UNSTABLE",
      message: `${mostLooks} looks at the gauge at ${hexByte(this.#address)} in a row disagree (last: ${Math.round(before.cellMv)} mV, ${before.chargePct.toFixed(1)} %). A bad contact or a disturbed bus does this: check the HAT's seat and pins.`,
    };
  }

  #keep(reading: GaugeReading): Result<GaugeReading> {
    this.#last = reading;
    return { ok: true, value: reading };
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
export function createMax17043(bus: I2cBus, address: number, clock: Clock): Gauge {
  return new Max17043(bus, address, clock);
}
