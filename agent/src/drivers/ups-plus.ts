// The controller of 52Pi's UPSPlus: little-endian words, and two switches. Registers 27 (factory reset) and 50 (update) are
// never written, nor 26 (power cycle), which waits 5 s or ten minutes before it starts the Pi again, as the firmware likes.
// Facts: geeekpi/upsplus (README.md, example programs, issues 70 and 75); ArjenR49/UPS-Plus (README.md, traps of the timers);
// dacarson/UPSPlus_oss (documents/UPSPlus_Behavior_Spec.md, ranges of the registers).
import type { PlainUse } from "../boards/chip-use.ts";
import { hexByte } from "../boards/hex.ts";
import type { BoardFault, RawReading, Result } from "../core/model.ts";
import type { ChipFamily } from "./chip.ts";
import { impossible, notPossible, notTaken } from "./chip-failures.ts";
import { createLookingChip } from "./looking-chip.ts";
import { implausibleCell } from "./plausible-cell.ts";
import { chipRegisters, readEach } from "./registers.ts";
import { signed16 } from "./words.ts";

/** Register addresses; each word begins at its low byte. */
export const upsPlusRegisters = {
  outputMv: 3,
  batteryMv: 5,
  usbCMv: 7,
  microUsbMv: 9,
  temperatureC: 11,
  /** Battery voltage at which the board cuts the power by itself. */
  protectMv: 17,
  chargePct: 19,
  /** Seconds to the power cut, 10 to 255; 0 calls it off. */
  shutdownCountdown: 24,
  restartOnMains: 25,
  version: 40,
} as const;

/** The countdown is one byte, and takes nothing shorter. */
const cutS = { shortest: 10, longest: 255 } as const;

function tooLate(delayS: number): Result<never> {
  return notPossible(
    `The UPSPlus counts down from ${cutS.longest} s at most, and ${delayS} s were asked for. Ask later, or for less.`,
  );
}

/** An input above this is plugged in (the maker's programs). */
const pluggedMv = 4000;
/** Inputs and output are USB's 5 V; more than this is a misread word. */
const highestMv = 20_000;
const possibleC = { lowest: -30, highest: 100 } as const;
/**
 * From here on the board is earlier than the agent's own limit for Li-ion (3.2 V unless configured). The maker's program
 * sets 3.5 V, his example 3.7 V; the registers take 2.8 to 4.5 V.
 */
const earlyProtectMv = { lowest: 3200, highest: 4500 } as const;
const writeSettlesMs = 100;

interface Look {
  readonly reading: RawReading;
  readonly outputMv: number;
  readonly temperatureC: number;
  readonly acPresent: boolean;
  /** Null where the board's own cut-off is no trouble. */
  readonly earlyCutMv: number | null;
}

function earlyCut(atMv: number): BoardFault {
  return {
    kind: "cuts_too_early",
    message: `The UPSPlus cuts the power by itself at ${(atMv / 1000).toFixed(2)} V, before the agent has shut the Pi down. Set it to 3.0 V, high byte first: i2cset -y 1 0x17 0x12 0x0B; i2cset -y 1 0x17 0x11 0xB8 (and stop the maker's programs, which set it again).`,
  };
}

/**
 * Driver for the UPSPlus's controller. Codes besides those of the bus: `PI_UPS_GAUGE_IMPOSSIBLE`,
 * `PI_UPS_GAUGE_UNSTABLE`, `PI_UPS_GAUGE_NOT_FOUND`, `PI_UPS_NOT_TAKEN`.
 */
export const upsPlus: ChipFamily<PlainUse> = ({ address }, { bus, clock }) => {
  const chip = chipRegisters(bus, address, "UPSPlus");
  const cannotBe = (what: string) =>
    impossible(`The UPSPlus at ${hexByte(address)} says ${what}, which cannot be.`);

  async function look(): Promise<Result<Look>> {
    const { outputMv, batteryMv, usbCMv, microUsbMv, temperatureC, protectMv, chargePct } = upsPlusRegisters;
    const wanted = [outputMv, batteryMv, usbCMv, microUsbMv, temperatureC, protectMv, chargePct];
    const found = await readEach(wanted, chip.wordLowFirst);
    if (!found.ok) return found;
    const [output = 0, cellMv = 0, usbC = 0, microUsb = 0, rawC = 0, protect = 0, percent = 0] = found.value;
    const reading = { cellMv, chargePct: percent };
    const refused = implausibleCell("The UPSPlus", reading);
    if (refused !== null) return refused;
    const highest = Math.max(output, usbC, microUsb);
    if (highest > highestMv) return cannotBe(`${highest} mV at an input or its output`);
    const celsius = signed16(rawC);
    if (celsius < possibleC.lowest || celsius > possibleC.highest) return cannotBe(`${celsius} °C`);
    const acPresent = usbC > pluggedMv || microUsb > pluggedMv;
    const early = protect >= earlyProtectMv.lowest && protect <= earlyProtectMv.highest;
    const earlyCutMv = early ? protect : null;
    return { ok: true, value: { reading, outputMv: output, temperatureC: celsius, acPresent, earlyCutMv } };
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
    const back = await chip.byte(register);
    if (!back.ok) return back;
    if (taken(back.value)) return { ok: true, value: undefined };
    return notTaken(`The UPSPlus did not take ${value} in register ${register}: it reads ${back.value}.`);
  }

  return createLookingChip<Look>({
    chip: "ups_plus",
    name: "UPSPlus",
    address,
    clock,
    async identify() {
      const version = await chip.wordLowFirst(upsPlusRegisters.version);
      return version.ok ? { ok: true, value: { version: String(version.value), notes: [] } } : version;
    },
    look,
    agree: (a, b) =>
      a.acPresent === b.acPresent &&
      a.earlyCutMv === b.earlyCutMv &&
      Math.abs(a.temperatureC - b.temperatureC) <= 5 &&
      Math.abs(a.outputMv - b.outputMv) <= 300,
    sample: ({ reading, outputMv, temperatureC, acPresent, earlyCutMv }) => ({
      gauge: { ok: true, value: reading },
      acPresent: { ok: true, value: acPresent },
      railMv: { ok: true, value: outputMv },
      temperatureC: { ok: true, value: temperatureC },
      boardFaults: { ok: true, value: earlyCutMv === null ? [] : [earlyCut(earlyCutMv)] },
    }),
    failed: (failure) => ({
      gauge: failure,
      acPresent: failure,
      railMv: failure,
      temperatureC: failure,
      boardFaults: failure,
    }),
    controls: {
      async powerCut(delayS) {
        const { shutdownCountdown } = upsPlusRegisters;
        if (delayS !== null && delayS > cutS.longest) return tooLate(delayS);
        // A countdown that runs takes no other figure reliably: it is stopped first.
        const stopped = await set(shutdownCountdown, 0, (read) => read === 0);
        if (delayS === null || !stopped.ok) return stopped;
        const seconds = Math.max(cutS.shortest, Math.ceil(delayS));
        // It counts down from the moment that it took the figure.
        return set(shutdownCountdown, seconds, (read) => read > 0 && read <= seconds);
      },
      restartOnMains: (on) =>
        set(upsPlusRegisters.restartOnMains, on ? 1 : 0, (read) => read === (on ? 1 : 0)),
    },
  });
};
