// PiSugar 2 and 2 Pro: their power chips (IP5209, IP5312) measure voltage and current and no percent, which the core
// estimates. Only reads: what the maker's program writes sets up a power chip, and nobody here has tried it.
// Facts: PiSugar/pisugar-power-manager-rs (pisugar-core/src/ip5209.rs, ip5312.rs).
import type { PlainUse } from "../boards/chip-use.ts";
import { hexByte } from "../boards/hex.ts";
import type { RawReading, ReadFailure, Result } from "../core/model.ts";
import type { I2cBus } from "../ports/ports.ts";
import type { ChipFamily } from "./chip.ts";
import { impossible } from "./chip-failures.ts";
import { createLookingChip } from "./looking-chip.ts";
import { implausibleCell } from "./plausible-cell.ts";
import { type ChipRegisters, chipRegisters } from "./registers.ts";

/** Where a register shows something, and how: its bits under the mask read `shows`. */
interface Bits {
  readonly register: number;
  readonly mask: number;
  readonly shows: number;
}

interface PowerChip {
  readonly name: string;
  /** Low bytes; the high ones follow. */
  readonly voltage: number;
  readonly current: number;
  readonly mvPerStep: number;
  readonly maPerStep: number;
  /** No board of this chip carries more. */
  readonly highestMa: number;
  /** Bits of the voltage's high byte, and whether the topmost of them is its sign. */
  readonly voltageSigned: boolean;
  /** The plug is in where this is shown... */
  readonly plug: Bits;
  /** ...and only after the maker's program has set up the pins: all of these are shown then. */
  readonly setUp: readonly Bits[];
}

const baseMv = 2600;
const signBit = 0x20;

/** The two chips, by the name in the board's data. */
export const powerChips = {
  ip5209: {
    name: "IP5209",
    voltage: 0xa2,
    current: 0xa4,
    mvPerStep: 0.26855,
    maPerStep: 0.745985,
    highestMa: 6000,
    voltageSigned: true,
    plug: { register: 0x55, mask: 0x10, shows: 0x10 },
    setUp: [
      { register: 0x53, mask: 0x10, shows: 0x10 },
      // LIGHT is GPIO2: the maker's program does that on boards with two LEDs only. With four, 0x55 is the button.
      { register: 0x51, mask: 0x30, shows: 0x10 },
    ],
  },
  ip5312: {
    name: "IP5312",
    voltage: 0xd0,
    current: 0xd2,
    mvPerStep: 0.26855,
    maPerStep: 2.68554,
    highestMa: 12_000,
    voltageSigned: false,
    // High byte of a converter that overflows with the plug in; the low one moves with the input's voltage.
    plug: { register: 0xdd, mask: 0xff, shows: 0x1f },
    setUp: [
      { register: 0xc2, mask: 0x10, shows: 0x10 },
      // VSET is the converter's input.
      { register: 0x52, mask: 0x60, shows: 0x40 },
    ],
  },
} as const satisfies Record<string, PowerChip>;

/** Two readings of the voltage in one look are this close, mV; a step of the high byte between its two bytes is 69. */
const sameMv = 60;
const agreeMa = 300;
/**
 * A wire that is held low or high gives high bytes of 0x00 or 0xFF, which mean 2532 to 2668 mV: these and what is lower
 * are no evidence. A board whose cell is so low has long collapsed.
 */
const leastSteps = 256;

interface Look {
  readonly reading: RawReading;
  /** Null where the pins are not set up. */
  readonly acPresent: boolean | null;
}

/** 14 bits with a sign, low byte first. */
function signed14(low: number, high: number): number {
  const value = ((high & 0x1f) << 8) | low;
  return (high & signBit) === 0 ? value : value - 0x2000;
}

/** mV of the cell. Below 2600 mV the IP5209 counts downwards; the maker's program adds what it counts. */
export function pisugar2Mv(chip: PowerChip, low: number, high: number): number {
  const steps = chip.voltageSigned ? signed14(low, high) : ((high & 0x3f) << 8) | low;
  return baseMv + steps * chip.mvPerStep;
}

/** mA, with the chip's sign. */
export function pisugar2Ma(chip: PowerChip, low: number, high: number): number {
  return signed14(low, high) * chip.maPerStep;
}

class PowerChipReader {
  readonly #registers: ChipRegisters;
  readonly #chip: PowerChip;

  constructor(address: number, bus: I2cBus, chip: PowerChip) {
    this.#registers = chipRegisters(bus, address, chip.name);
    this.#chip = chip;
  }

  async look(): Promise<Result<Look>> {
    const reading = await this.#reading();
    if (!reading.ok) return reading;
    const setUp = await this.#all(this.#chip.setUp);
    if (!setUp.ok) return setUp;
    if (!setUp.value) return { ok: true, value: { reading: reading.value, acPresent: null } };
    const plug = await this.#shown(this.#chip.plug);
    if (!plug.ok) return plug;
    const again = await this.#shown(this.#chip.plug);
    if (!again.ok) return again;
    if (plug.value !== again.value)
      return impossible(`The ${this.#chip.name}'s plug changed between two reads.`);
    return { ok: true, value: { reading: reading.value, acPresent: plug.value } };
  }

  async #reading(): Promise<Result<RawReading>> {
    const first = await this.#cellMv();
    if (!first.ok) return first;
    const current = await this.#pair(this.#chip.current);
    if (!current.ok) return current;
    const second = await this.#cellMv();
    if (!second.ok) return second;
    const { name } = this.#chip;
    if (Math.abs(first.value - second.value) > sameMv) {
      const shown = `${Math.round(first.value)} and ${Math.round(second.value)} mV`;
      return impossible(`The ${name} says ${shown} in one look.`);
    }
    const currentMa = pisugar2Ma(this.#chip, ...current.value);
    if (Math.abs(currentMa) > this.#chip.highestMa)
      return impossible(`The ${name} says ${Math.round(currentMa)} mA.`);
    const reading = { cellMv: second.value, currentMa };
    return implausibleCell(`The ${name}`, reading) ?? { ok: true, value: reading };
  }

  async #cellMv(): Promise<Result<number>> {
    const bytes = await this.#pair(this.#chip.voltage);
    if (!bytes.ok) return bytes;
    const [low, high] = bytes.value;
    const cellMv = pisugar2Mv(this.#chip, low, high);
    if (cellMv < baseMv + leastSteps * this.#chip.mvPerStep) {
      return impossible(
        `The ${this.#chip.name} says ${Math.round(cellMv)} mV (${hexByte(low)} ${hexByte(high)}): it is another chip, or a wire is held low or high.`,
        "Check the board in the configuration, and the board's seat and pins.",
      );
    }
    return { ok: true, value: cellMv };
  }

  async #all(wanted: readonly Bits[]): Promise<Result<boolean>> {
    let all = true;
    for (const bits of wanted) {
      const shown = await this.#shown(bits);
      if (!shown.ok) return shown;
      all &&= shown.value;
    }
    return { ok: true, value: all };
  }

  async #shown({ register, mask, shows }: Bits): Promise<Result<boolean>> {
    const byte = await this.#registers.byte(register);
    return byte.ok ? { ok: true, value: (byte.value & mask) === shows } : byte;
  }

  async #pair(register: number): Promise<Result<readonly [low: number, high: number]>> {
    const low = await this.#registers.byte(register);
    if (!low.ok) return low;
    const high = await this.#registers.byte(register + 1);
    return high.ok ? { ok: true, value: [low.value, high.value] } : high;
  }
}

const notSetUp: ReadFailure = {
  ok: false,
  code: "PI_UPS_MAINS_NOT_SET_UP",
  message:
    "The PiSugar 2's power chip does not show its plug, because its pins are not set up, or it is a board with four LEDs, which cannot tell. Start the maker's pisugar-server once for a board with two LEDs, then stop it.",
};

function powerChipFamily(kind: keyof typeof powerChips): ChipFamily<PlainUse> {
  return ({ address }, { bus, clock }) => {
    const chip: PowerChip = powerChips[kind];
    const reader = new PowerChipReader(address, bus, chip);
    return createLookingChip<Look>({
      chip: kind,
      name: chip.name,
      address,
      clock,
      // It has no identity: two plausible looks are all that can be asked for.
      identify: () => Promise.resolve({ ok: true, value: { version: null, notes: [] } }),
      look: () => reader.look(),
      agree: (a, b) =>
        a.acPresent === b.acPresent &&
        Math.abs((a.reading.currentMa ?? 0) - (b.reading.currentMa ?? 0)) <= agreeMa,
      sample: ({ reading, acPresent }) => ({
        gauge: { ok: true, value: reading },
        acPresent: acPresent === null ? notSetUp : { ok: true, value: acPresent },
      }),
      failed: (failure) => ({ gauge: failure, acPresent: failure }),
    });
  };
}

/**
 * The PiSugar 2's chip. Codes besides those of the bus: `PI_UPS_GAUGE_IMPOSSIBLE`, `PI_UPS_GAUGE_UNSTABLE`,
 * `PI_UPS_GAUGE_NOT_FOUND`, `PI_UPS_MAINS_NOT_SET_UP`.
 */
export const ip5209: ChipFamily<PlainUse> = powerChipFamily("ip5209");

/** The PiSugar 2 Pro's chip; codes as for `ip5209`. */
export const ip5312: ChipFamily<PlainUse> = powerChipFamily("ip5312");
