// PiSugar 3: a controller with single-byte registers and no checksum, so its control registers are read twice, and a
// write needs a key before and takes it away after. Its alarm has no date and its output switch no delay: neither is used.
// Facts: PiSugar/pisugar-power-manager-rs (pisugar-core/src/pisugar3.rs).
import type { PlainUse } from "../boards/chip-use.ts";
import type { ButtonAction, RawReading, ReadFailure, Result } from "../core/model.ts";
import type { Clock, I2cBus } from "../ports/ports.ts";
import type { ChipDriver, ChipFamily, ChipSample } from "./chip.ts";
import { hexByte } from "./i2c-errors.ts";
import { createLookingChip, shortRead } from "./looking-chip.ts";
import { implausibleCell } from "./plausible-cell.ts";

/** Register addresses. */
export const pisugar3Registers = {
  power: 0x02,
  softPowerOff: 0x03,
  /** °C + 40. */
  temperature: 0x04,
  tap: 0x08,
  writeKey: 0x0b,
  /** Two bytes each, high one first. */
  batteryMv: 0x22,
  outputMa: 0x26,
  chargePct: 0x2a,
  /** Text, up to 15 bytes, ends with 0. */
  version: 0xe2,
} as const;

const versionLength = 15;
const writeKey = 0x29;
const plugged = 0x80;
const chargeAllowed = 0x40;
const outputOn = 0x20;
const restartOnMains = 0x10;
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
const controlReads = 4;
const writeTries = 3;
const writeSettlesMs = 50;

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

function impossible(what: string): ReadFailure {
  const message = `The PiSugar 3 says ${what}, which cannot be: the transfer was disturbed.`;
  return { ok: false, code: "PI_UPS_GAUGE_IMPOSSIBLE", message };
}

/** What a press asks for; null: nothing. A soft power-off outweighs a tap. */
function actionOf({ tap, softPowerOff }: Look): ButtonAction | null {
  return softPowerOff ? "power_off" : (taps.get(tap) ?? null);
}

class PiSugar3 {
  readonly #address: number;
  readonly #bus: I2cBus;
  readonly #clock: Clock;
  /** The last believed look; null before the first. */
  #last: Look | null = null;

  constructor(address: number, bus: I2cBus, clock: Clock) {
    this.#address = address;
    this.#bus = bus;
    this.#clock = clock;
  }

  async identify() {
    const bytes: number[] = [];
    for (let index = 0; index < versionLength; index += 1) {
      const byte = await this.#byte(pisugar3Registers.version + index);
      if (!byte.ok) return byte;
      if (byte.value === 0) break;
      bytes.push(byte.value);
    }
    const isText = bytes.length > 0 && bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
    if (isText) {
      return { ok: true as const, value: { version: String.fromCharCode(...bytes).trim(), notes: [] } };
    }
    const shown = bytes.length === 0 ? "nothing" : bytes.map(hexByte).join(" ");
    const message = `The device at ${hexByte(this.#address)} is no PiSugar 3: its version (register 0xE2) reads ${shown}, expected is a text. Memory chips beside clocks (AT24C32) use the same address. Check the board in the configuration.`;
    return { ok: false as const, code: "PI_UPS_GAUGE_NOT_FOUND", message };
  }

  async look(): Promise<Result<Look>> {
    const registers = pisugar3Registers;
    const power = await this.#control(registers.power);
    if (!power.ok) return power;
    const soft = await this.#control(registers.softPowerOff);
    if (!soft.ok) return soft;
    const tap = await this.#control(registers.tap);
    if (!tap.ok) return tap;
    const cellMv = await this.#word(registers.batteryMv);
    if (!cellMv.ok) return cellMv;
    const outputMa = await this.#word(registers.outputMa);
    if (!outputMa.ok) return outputMa;
    const chargePct = await this.#byte(registers.chargePct);
    if (!chargePct.ok) return chargePct;
    const celsius = await this.#byte(registers.temperature);
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
      acPresent: { ok: true, value: (look.power & plugged) !== 0 },
      chargeAllowed: { ok: true, value: (look.power & chargeAllowed) !== 0 },
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
    if (this.#last !== null && this.#last.tap !== 0) await this.#change(tap, tapMask, 0);
    if (this.#last?.softPowerOff === true) await this.#change(softPowerOff, softFlag, 0);
  }

  allowCharge(allowed: boolean): Promise<Result<void>> {
    return this.#changePower(chargeAllowed, allowed);
  }

  restartOnMains(on: boolean): Promise<Result<void>> {
    return this.#changePower(restartOnMains, on);
  }

  /** The same register switches the Pi's power: it is written only where it was read twice with the output on. */
  #changePower(bit: number, on: boolean): Promise<Result<void>> {
    return this.#change(pisugar3Registers.power, bit, on ? bit : 0, (before) => {
      if ((before & outputOn) !== 0) return null;
      const message = `The PiSugar 3 says that its output is off (register 0x02 reads ${hexByte(before)}) while the Pi runs: nothing was written, because the write could cut the Pi's power. Try again.`;
      return { ok: false, code: "PI_UPS_NOT_POSSIBLE", message };
    });
  }

  /** Sets the bits of `mask`, keeps the others, and reads back. */
  async #change(
    register: number,
    mask: number,
    bits: number,
    refuse: (before: number) => ReadFailure | null = () => null,
  ): Promise<Result<void>> {
    for (let attempt = 1; ; attempt += 1) {
      const before = await this.#control(register);
      if (!before.ok) return before;
      const refused = refuse(before.value);
      if (refused !== null) return refused;
      const wanted = (before.value & ~mask) | bits;
      const written = await this.#unlocked(register, wanted);
      if (!written.ok) return written;
      await this.#clock.sleep(writeSettlesMs);
      const after = await this.#control(register);
      if (!after.ok) return after;
      if ((after.value & mask) === bits) return { ok: true, value: undefined };
      if (attempt < writeTries) continue;
      const message = `The PiSugar 3 did not take ${hexByte(wanted)} in register ${hexByte(register)}: it reads ${hexByte(after.value)}.`;
      return { ok: false, code: "PI_UPS_NOT_TAKEN", message };
    }
  }

  /** Key before; key away after, whatever became of the write. */
  async #unlocked(register: number, value: number): Promise<Result<void>> {
    const key = (byte: number) =>
      this.#bus.write(this.#address, pisugar3Registers.writeKey, Uint8Array.of(byte));
    const unlocked = await key(writeKey);
    const written = unlocked.ok
      ? await this.#bus.write(this.#address, register, Uint8Array.of(value))
      : unlocked;
    const locked = await key(0x00);
    return written.ok ? locked : written;
  }

  async #byte(register: number): Promise<Result<number>> {
    const read = await this.#bus.read(this.#address, register, 1);
    if (!read.ok) return read;
    const [byte] = read.value;
    return byte === undefined ? shortRead("PiSugar 3", register, 0, 1) : { ok: true, value: byte };
  }

  /** A control register: two reads in a row must be equal. */
  async #control(register: number): Promise<Result<number>> {
    let before: number | null = null;
    for (let read = 0; read < controlReads; read += 1) {
      const byte = await this.#byte(register);
      if (!byte.ok || byte.value === before) return byte;
      before = byte.value;
    }
    return impossible(`something else at each of ${controlReads} reads of register ${hexByte(register)}`);
  }

  /** High byte, low byte, and the high one again: a step between the two would be 256 off. */
  async #word(register: number): Promise<Result<number>> {
    for (let attempt = 0; attempt < controlReads; attempt += 1) {
      const high = await this.#byte(register);
      if (!high.ok) return high;
      const low = await this.#byte(register + 1);
      if (!low.ok) return low;
      const again = await this.#byte(register);
      if (!again.ok) return again;
      if (again.value === high.value) return { ok: true, value: (high.value << 8) | low.value };
    }
    return impossible(`something else at each of ${controlReads} reads of register ${hexByte(register)}`);
  }
}

/** What no PiSugar 3 says, or null. */
function refusal({ reading, power, temperatureC, outputMa }: Look): ReadFailure | null {
  if (power === 0)
    return impossible("that it has no input, charges nothing and feeds nothing (0x02 reads 0x00)");
  if (temperatureC < possibleC.lowest || temperatureC > possibleC.highest) {
    return impossible(`${temperatureC} °C`);
  }
  if (outputMa > highestMa) return impossible(`${outputMa} mA at its output`);
  return implausibleCell("The PiSugar 3", reading);
}

function looksAgree(a: Look, b: Look): boolean {
  return (
    ((a.power ^ b.power) & (plugged | chargeAllowed)) === 0 &&
    a.tap === b.tap &&
    a.softPowerOff === b.softPowerOff &&
    Math.abs(a.temperatureC - b.temperatureC) <= 5 &&
    Math.abs(a.outputMa - b.outputMa) <= 600
  );
}

/**
 * Driver for the PiSugar 3. Does no I/O before `probe` or `read`. A long tap and a soft power-off mean power off, a
 * double tap reboot; a single tap means nothing. Codes besides those of the bus: `PI_UPS_GAUGE_IMPOSSIBLE`,
 * `PI_UPS_GAUGE_UNSTABLE`, `PI_UPS_GAUGE_NOT_FOUND`, and of the controls `PI_UPS_NOT_TAKEN`, `PI_UPS_NOT_POSSIBLE`.
 */
export const pisugar3: ChipFamily<PlainUse> = ({ address }, { bus, clock }): ChipDriver => {
  const board = new PiSugar3(address, bus, clock);
  const chip = createLookingChip<Look>({
    chip: "pisugar3",
    name: "PiSugar 3",
    address,
    clock,
    identify: () => board.identify(),
    look: () => board.look(),
    agree: looksAgree,
    sample: (look) => board.sample(look),
    believed: (look) => board.believed(look),
    failed: (failure) => ({
      gauge: failure,
      acPresent: failure,
      chargeAllowed: failure,
      temperatureC: failure,
      outputMa: failure,
    }),
    controls: {
      allowCharge: (allowed) => board.allowCharge(allowed),
      restartOnMains: (on) => board.restartOnMains(on),
    },
  });
  return {
    ...chip,
    async read() {
      const sample = await chip.read();
      if (sample.acPresent?.ok === true) await board.clear();
      return sample;
    },
  };
};
