// The controller of 52Pi's UPSPlus: little-endian words, and three switches. Registers 27 (factory reset) and 50 (update)
// are never written. Facts: geeekpi/upsplus (README.md, example programs).
import type { PlainUse } from "../boards/chip-use.ts";
import type { RawReading, Result } from "../core/model.ts";
import type { ChipFamily } from "./chip.ts";
import { hexByte } from "./i2c-errors.ts";
import { createLookingChip, shortRead } from "./looking-chip.ts";
import { implausibleCell } from "./plausible-cell.ts";

/** Register addresses; each word begins at its low byte. */
export const upsPlusRegisters = {
  outputMv: 3,
  batteryMv: 5,
  usbCMv: 7,
  microUsbMv: 9,
  temperatureC: 11,
  chargePct: 19,
  /** Seconds to the power cut; 0 calls it off. */
  shutdownCountdown: 24,
  restartOnMains: 25,
  version: 40,
} as const;

/** The countdown is one byte. */
const longestCutS = 255;

function tooLate(delayS: number): Result<never> {
  const message = `The UPSPlus counts down from ${longestCutS} s at most, and ${delayS} s were asked for. Ask later, or for less.`;
  return { ok: false, code: "PI_UPS_NOT_POSSIBLE", message };
}

/** An input above this is plugged in (the maker's programs). */
const pluggedMv = 4000;
/** Inputs and output are USB's 5 V; more than this is a misread word. */
const highestMv = 20_000;
const possibleC = { lowest: -30, highest: 100 } as const;
const writeSettlesMs = 100;

interface Look {
  readonly reading: RawReading;
  readonly outputMv: number;
  readonly temperatureC: number;
  readonly acPresent: boolean;
}

/**
 * Driver for the UPSPlus's controller. Codes besides those of the bus: `PI_UPS_GAUGE_IMPOSSIBLE`,
 * `PI_UPS_GAUGE_UNSTABLE`, `PI_UPS_GAUGE_NOT_FOUND`, `PI_UPS_NOT_TAKEN`.
 */
export const upsPlus: ChipFamily<PlainUse> = ({ address }, { bus, clock }) => {
  async function word(register: number): Promise<Result<number>> {
    const read = await bus.read(address, register, 2);
    if (!read.ok) return read;
    const [low, high] = read.value;
    if (low === undefined || high === undefined) return shortRead("UPSPlus", register, read.value.length, 2);
    return { ok: true, value: low | (high << 8) };
  }

  async function words(registers: readonly number[]): Promise<Result<readonly number[]>> {
    const found: number[] = [];
    for (const register of registers) {
      const value = await word(register);
      if (!value.ok) return value;
      found.push(value.value);
    }
    return { ok: true, value: found };
  }

  function impossible(what: string): Result<never> {
    const message = `The UPSPlus at ${hexByte(address)} says ${what}, which cannot be: the transfer was disturbed.`;
    return { ok: false, code: "PI_UPS_GAUGE_IMPOSSIBLE", message };
  }

  async function look(): Promise<Result<Look>> {
    const { outputMv, batteryMv, usbCMv, microUsbMv, temperatureC, chargePct } = upsPlusRegisters;
    const found = await words([outputMv, batteryMv, usbCMv, microUsbMv, temperatureC, chargePct]);
    if (!found.ok) return found;
    const [output = 0, cellMv = 0, usbC = 0, microUsb = 0, rawC = 0, percent = 0] = found.value;
    const reading = { cellMv, chargePct: percent };
    const refused = implausibleCell("The UPSPlus", reading);
    if (refused !== null) return refused;
    const highest = Math.max(output, usbC, microUsb);
    if (highest > highestMv) return impossible(`${highest} mV at an input or its output`);
    const celsius = rawC >= 0x8000 ? rawC - 0x10000 : rawC;
    if (celsius < possibleC.lowest || celsius > possibleC.highest) return impossible(`${celsius} °C`);
    const acPresent = usbC > pluggedMv || microUsb > pluggedMv;
    return { ok: true, value: { reading, outputMv: output, temperatureC: celsius, acPresent } };
  }

  /** Writes one byte and reads it back. */
  async function set(
    register: number,
    value: number,
    taken: (read: number) => boolean,
  ): Promise<Result<void>> {
    const written = await bus.write(address, register, Uint8Array.of(value));
    if (!written.ok) return written;
    await clock.sleep(writeSettlesMs);
    const back = await bus.read(address, register, 1);
    if (!back.ok) return back;
    if (taken(back.value[0] ?? -1)) return { ok: true, value: undefined };
    const message = `The UPSPlus did not take ${value} in register ${register}: it reads ${back.value[0]}.`;
    return { ok: false, code: "PI_UPS_NOT_TAKEN", message };
  }

  return createLookingChip<Look>({
    chip: "ups_plus",
    name: "UPSPlus",
    address,
    clock,
    async identify() {
      const version = await word(upsPlusRegisters.version);
      return version.ok ? { ok: true, value: { version: String(version.value), notes: [] } } : version;
    },
    look,
    agree: (a, b) =>
      a.acPresent === b.acPresent &&
      Math.abs(a.temperatureC - b.temperatureC) <= 5 &&
      Math.abs(a.outputMv - b.outputMv) <= 300,
    sample: ({ reading, outputMv, temperatureC, acPresent }) => ({
      gauge: { ok: true, value: reading },
      acPresent: { ok: true, value: acPresent },
      railMv: { ok: true, value: outputMv },
      temperatureC: { ok: true, value: temperatureC },
    }),
    failed: (failure) => ({ gauge: failure, acPresent: failure, railMv: failure, temperatureC: failure }),
    controls: {
      powerCut(delayS) {
        const { shutdownCountdown } = upsPlusRegisters;
        if (delayS === null) return set(shutdownCountdown, 0, (read) => read === 0);
        if (delayS > longestCutS) return Promise.resolve(tooLate(delayS));
        const seconds = Math.max(1, Math.round(delayS));
        // It counts down from the moment that it took the figure.
        return set(shutdownCountdown, seconds, (read) => read > 0 && read <= seconds);
      },
      restartOnMains: (on) =>
        set(upsPlusRegisters.restartOnMains, on ? 1 : 0, (read) => read === (on ? 1 : 0)),
    },
  });
};
