// PiSugar 3: a controller that measures the battery and the output, and keeps presses of its two buttons until they are
// taken from it. Facts: PiSugar's I2C datasheet (docs.pisugar.com); PiSugar/pisugar-power-manager-rs
// (pisugar-core/src/pisugar3.rs, pisugar-module/pisugar-3).
import type { PlainUse } from "../boards/chip-use.ts";
import { hexByte } from "../boards/hex.ts";
import type { ButtonAction, RawReading, ReadFailure, Result } from "../core/model.ts";
import type { ChipFamily, ChipSample } from "./chip.ts";
import { notThisChip } from "./chip-failures.ts";
import { createLookingChip } from "./looking-chip.ts";
import { createPisugar3Controls, powerBits } from "./pisugar3-controls.ts";
import { cannotBe, createPisugar3Wire, type Pisugar3Wire, pisugar3Registers } from "./pisugar3-wire.ts";
import { implausibleCell } from "./plausible-cell.ts";

const versionLength = 15;
/** What registers 0x00 and 0x01 of every PiSugar 3 read while its firmware runs. */
const itself = [3, 0x0f] as const;
/** The board was asked to go off softly (bit 3) and is allowed to ask (bit 4). */
const softRequest = 0x18;
const softFlag = 0x08;
const tapMask = 0x03;
const taps: ReadonlyMap<number, ButtonAction> = new Map([
  [2, "reboot"],
  [3, "power_off"],
]);
const possibleC = { lowest: -30, highest: 100 } as const;
const highestMa = 6000;

/** One look. */
interface Look {
  readonly reading: RawReading;
  readonly power: number;
  readonly temperatureC: number;
  readonly outputMa: number;
  /** Tap register's event, 0-3. */
  readonly tap: number;
  readonly softPowerOff: boolean;
}

/** What a press asks for; null: nothing. A soft power-off outweighs a tap. */
function actionOf({ tap, softPowerOff }: Look): ButtonAction | null {
  return softPowerOff ? "power_off" : (taps.get(tap) ?? null);
}

class PiSugar3 {
  readonly #address: number;
  readonly #wire: Pisugar3Wire;
  /** The last believed look; null before the first. */
  #last: Look | null = null;

  constructor(address: number, wire: Pisugar3Wire) {
    this.#address = address;
    this.#wire = wire;
  }

  /** By its two identity bytes or, on firmware that may lack them, by the text of its version. */
  async identify() {
    const hardware = await this.#wire.byte(pisugar3Registers.hardware);
    if (!hardware.ok) return hardware;
    const mode = await this.#wire.byte(pisugar3Registers.mode);
    if (!mode.ok) return mode;
    const text = await this.#version();
    if (!text.ok) return text;
    const isItself = hardware.value === itself[0] && mode.value === itself[1];
    if (isItself || text.value !== null) {
      return { ok: true as const, value: { version: text.value, notes: [] } };
    }
    const shown = `${hexByte(hardware.value)} and ${hexByte(mode.value)}`;
    return notThisChip(
      `The device at ${hexByte(this.#address)} is no PiSugar 3: registers 0x00 and 0x01 read ${shown}, expected are 0x03 and 0x0F, and there is no version in register 0xE2. Memory chips beside clocks (AT24C32) use the same address. Check the board in the configuration.`,
    );
  }

  /** Null where the bytes are no text. */
  async #version(): Promise<Result<string | null>> {
    const bytes: number[] = [];
    for (let index = 0; index < versionLength; index += 1) {
      const byte = await this.#wire.byte(pisugar3Registers.version + index);
      if (!byte.ok) return byte;
      if (byte.value === 0) break;
      bytes.push(byte.value);
    }
    const isText = bytes.length > 0 && bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
    return { ok: true, value: isText ? String.fromCharCode(...bytes).trim() : null };
  }

  async look(): Promise<Result<Look>> {
    const registers = pisugar3Registers;
    const power = await this.#wire.control(registers.power);
    if (!power.ok) return power;
    const soft = await this.#wire.control(registers.softPowerOff);
    if (!soft.ok) return soft;
    const tap = await this.#wire.control(registers.tap);
    if (!tap.ok) return tap;
    const cellMv = await this.#wire.word(registers.batteryMv);
    if (!cellMv.ok) return cellMv;
    const outputMa = await this.#wire.word(registers.outputMa);
    if (!outputMa.ok) return outputMa;
    const chargePct = await this.#wire.byte(registers.chargePct);
    if (!chargePct.ok) return chargePct;
    const celsius = await this.#wire.byte(registers.temperature);
    if (!celsius.ok) return celsius;
    const look: Look = {
      reading: { cellMv: cellMv.value, chargePct: chargePct.value },
      power: power.value,
      temperatureC: celsius.value - 40,
      outputMa: outputMa.value,
      tap: tap.value & tapMask,
      softPowerOff: (soft.value & softRequest) === softRequest,
    };
    return refusal(look) ?? { ok: true, value: look };
  }

  sample(look: Look): ChipSample {
    // What stood before the agent came is of an earlier run.
    const isNew = this.#last !== null && actionOf(this.#last) === null;
    const action = actionOf(look);
    return {
      gauge: { ok: true, value: look.reading },
      acPresent: { ok: true, value: (look.power & powerBits.plugged) !== 0 },
      chargeAllowed: { ok: true, value: (look.power & powerBits.chargeAllowed) !== 0 },
      temperatureC: { ok: true, value: look.temperatureC },
      outputMa: { ok: true, value: look.outputMa },
      ...(isNew && action !== null ? { button: action } : {}),
    };
  }

  believed(look: Look): void {
    this.#last = look;
  }

  /** Takes a press from the board, so that the next one is seen. What could not be cleared is still there next time. */
  async clear(): Promise<void> {
    const { softPowerOff, tap } = pisugar3Registers;
    if (this.#last !== null && this.#last.tap !== 0) {
      await this.#wire.change({ register: tap, mask: tapMask, bits: 0 });
    }
    if (this.#last?.softPowerOff === true) {
      await this.#wire.change({ register: softPowerOff, mask: softFlag, bits: 0 });
    }
  }
}

/** What no PiSugar 3 says, or null. */
function refusal({ reading, power, temperatureC, outputMa }: Look): ReadFailure | null {
  if (power === 0)
    return cannotBe("that it has no input, charges nothing and feeds nothing (0x02 reads 0x00)");
  if (temperatureC < possibleC.lowest || temperatureC > possibleC.highest) {
    return cannotBe(`${temperatureC} °C`);
  }
  if (outputMa > highestMa) return cannotBe(`${outputMa} mA at its output`);
  return implausibleCell("The PiSugar 3", reading);
}

function looksAgree(a: Look, b: Look): boolean {
  return (
    ((a.power ^ b.power) & (powerBits.plugged | powerBits.chargeAllowed)) === 0 &&
    a.tap === b.tap &&
    a.softPowerOff === b.softPowerOff &&
    Math.abs(a.temperatureC - b.temperatureC) <= 5 &&
    Math.abs(a.outputMa - b.outputMa) <= 600
  );
}

/**
 * Driver for the PiSugar 3. Does no I/O before `probe` or `read`. A long tap and a soft power-off mean power off, a
 * double tap reboot; a single tap means nothing. Codes besides those of the bus: `PI_UPS_GAUGE_IMPOSSIBLE`,
 * `PI_UPS_GAUGE_UNSTABLE`, `PI_UPS_GAUGE_NOT_FOUND`, and of the controls `PI_UPS_NOT_TAKEN`, `PI_UPS_NOT_POSSIBLE`,
 * `PI_UPS_RTC_WRONG`, `PI_UPS_RTC_IMPOSSIBLE`.
 */
export const pisugar3: ChipFamily<PlainUse> = ({ address }, { bus, clock }) => {
  const wire = createPisugar3Wire(address, bus, clock);
  const board = new PiSugar3(address, wire);
  return createLookingChip<Look>({
    chip: "pisugar3",
    name: "PiSugar 3",
    address,
    clock,
    identify: () => board.identify(),
    look: () => board.look(),
    agree: looksAgree,
    sample: (look) => board.sample(look),
    believed: (look) => board.believed(look),
    afterRead: () => board.clear(),
    failed: (failure) => ({
      gauge: failure,
      acPresent: failure,
      chargeAllowed: failure,
      temperatureC: failure,
      outputMa: failure,
    }),
    controls: createPisugar3Controls(wire, clock),
  });
};
