// A PiJuice as the bus sees it: checksums on every transfer, broken writes ignored without a word, buttons that stand
// until they are cleared, a power-off that counts down and is not carried out while the Pi's own input is fed.
// Facts: PiSupply/PiJuice (Firmware 1.6: command_server.c, power_management.c, button.c, led.c).
import type { ChipSurroundings, Measured } from "./chip-registers.ts";
import { toBcd } from "./ds1307-registers.ts";
import { createHeld } from "./held.ts";
import type { RegisterDevice } from "./sim-i2c-bus.ts";

const measureMs = 200;
const powerOffUnitMs = 1024;
const noPowerOff = 0xff;
const mostPowerOff = 250;
const buttonLivesMs = 30_000;
/** Bit 7 of the last byte of a setting: stored for good. */
const storedBit = 0x80;
const userLed = 3;
const firmware = 0x16;
/** Bytes that a write to this command carries, without the checksum. */
const writable: Readonly<Record<number, number>> = {
  68: 1,
  69: 2,
  81: 1,
  97: 2,
  98: 1,
  99: 1,
  102: 3,
  103: 3,
  176: 9,
  185: 9,
  194: 2,
};
const inputs = { missing: 0, weak: 2, present: 3 } as const;
/** Settings as the maker delivers them, by command, but for SW1's double press: it reboots, as pijuice_config can set it. */
const settings: readonly (readonly [number, readonly number[]])[] = [
  [0x51, [0x01]],
  [0x61, [0, 0]],
  [0x63, [0x7f]],
  [0x66, [0, 0, 0]],
  [0x67, [0, 0, 0]],
  [0x6a, [1, 60, 60, 100]],
  [0x6b, [userLed, 0, 0, 0]],
  [0x6e, [0, 0, 0, 0, 0x01, 8, 0x14, 6, 0x11, 100, 0x02, 200]],
  [0x6f, [0, 0, 0, 0, 0x21, 4, 0x22, 6, 0, 0, 0, 0]],
  [0x70, [0x23, 0, 0x24, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
  [0xb9, [0, 0, 0, 0, 0xff, 0xff, 0xff, 0, 0xff]],
  [0xc2, [0, 0]],
];

export interface PijuiceRegisters extends RegisterDevice {
  /** Which input the supply is plugged into: the HAT's own or the Pi's, which feeds the 5 V pin. */
  input: "hat" | "pi";
  /** State of the input that is plugged in. */
  inputState: "present" | "weak";
  batteryPlugged: boolean;
  /** Bits of command 0x44. */
  faultBits: number;
  /** The two bytes of command 0x45. */
  buttons: number;
  firmware: number;
  /** Settings, by command; tests may change those that pijuice_config writes. */
  readonly stored: Map<number, readonly number[]>;
}

function checksum(data: readonly number[]): number {
  return data.reduce((sum, byte) => sum ^ byte, 0xff);
}

class Pijuice implements PijuiceRegisters {
  readonly #around: ChipSurroundings;
  readonly #measured: () => Measured;
  /** The delayed power-off: its end, and whether the world was told to cut then. */
  #powerOff: { readonly endMs: number; readonly cuts: boolean } | null = null;
  #buttonAtMs = 0;
  #clockAheadMs = 0;
  readonly stored = new Map(settings);
  input: "hat" | "pi" = "hat";
  inputState: "present" | "weak" = "present";
  batteryPlugged = true;
  faultBits = 0;
  buttons = 0;
  firmware = firmware;

  constructor(around: ChipSurroundings) {
    this.#around = around;
    this.#measured = createHeld(around, measureMs, "at_once");
  }

  /** What is asked for beyond the answer is 0xFF, as a bus at rest reads; an unknown command has no checksum. */
  read(command: number, length: number): Uint8Array {
    this.#live();
    const data = this.#answer(command);
    const bytes = data === null ? [0] : [...data, checksum(data)];
    return Uint8Array.from({ length }, (_, index) => bytes[index] ?? 0xff);
  }

  write(command: number, bytes: Uint8Array): void {
    this.#live();
    const data = [...bytes.slice(0, -1)];
    if (data.length === 0 || data.length !== writable[command] || checksum(data) !== bytes.at(-1)) return;
    const [first = 0, second = 0] = data;
    if (command === 0x44) this.faultBits &= first | 0xf0;
    else if (command === 0x45) this.buttons &= first | (second << 8);
    else if (command === 0x62) this.#delayPowerOff(first);
    else if (command === 0xb0) this.#setClock(data);
    else if (this.#takes(command)) this.stored.set(command, data);
    if (command === 0x51) this.#around.allowCharge((first & 0x01) !== 0);
  }

  /** An LED with another function takes no colour; what is stored for good stays what a read shows. */
  #takes(command: number): boolean {
    if (command === 0x66 || command === 0x67) return this.stored.get(command + 4)?.[0] === userLed;
    if (command !== 0x61 && command !== 0x63) return true;
    return ((this.stored.get(command)?.at(-1) ?? 0) & storedBit) === 0;
  }

  #delayPowerOff(units: number): void {
    if (units > mostPowerOff && units !== noPowerOff) return;
    this.#powerOff =
      units === noPowerOff
        ? null
        : { endMs: this.#around.nowMs() + units * powerOffUnitMs, cuts: !this.#fedByPi() };
    this.#around.cutPower(this.#powerOff?.cuts === true ? units * powerOffUnitMs : null);
  }

  /** Whether it cuts is seen at its end; until then the Pi's own input may come and go. */
  #followPowerOff(nowMs: number): void {
    if (this.#powerOff === null) return;
    const { endMs, cuts } = this.#powerOff;
    if (nowMs >= endMs) {
      this.#powerOff = null;
      return;
    }
    const fed = this.#fedByPi();
    if (cuts !== fed) return;
    this.#powerOff = { endMs, cuts: !fed };
    this.#around.cutPower(fed ? null : endMs - nowMs);
  }

  /** Everything that happens by itself between two transfers. */
  #live(): void {
    const nowMs = this.#around.nowMs();
    const press = this.#around.takePress();
    if (press !== null) {
      this.buttons = (this.buttons & ~0x0f) | (press === "power_off" ? 5 : 4);
      this.#buttonAtMs = nowMs;
    }
    if (this.buttons !== 0 && nowMs - this.#buttonAtMs >= buttonLivesMs) this.buttons = 0;
    this.#followPowerOff(nowMs);
  }

  #fedByPi(): boolean {
    return this.input === "pi" && this.#around.measure().acPresent;
  }

  #answer(command: number): readonly number[] | null {
    const measured = this.#measured();
    const word = (value: number) => [Math.round(value) & 0xff, (Math.round(value) >> 8) & 0xff];
    const pct = this.batteryPlugged ? Math.min(100, Math.max(0, measured.chargePct)) : 0;
    switch (command) {
      case 0x40:
        return [this.#status(measured)];
      case 0x41:
        return [Math.round(pct)];
      case 0x42:
        return word(pct * 10);
      case 0x44:
        return [this.faultBits];
      case 0x45:
        return word(this.buttons);
      case 0x47:
        // The second byte is not the sign of the first.
        return [Math.round(measured.temperatureC) & 0xff, 0xff];
      case 0x49:
        return word(this.batteryPlugged ? measured.cellMv : 0);
      case 0x4b:
        return word(this.batteryPlugged ? -measured.currentMa : 0);
      case 0x4d:
        return word(measured.railMv);
      case 0x4f:
        return word(this.#fedByPi() ? -measured.outputMa : measured.outputMa);
      case 0x62:
        return [this.#unitsLeft()];
      case 0xb0:
        return this.#time();
      case 0xfd:
        return [this.firmware, 0x00];
      default:
        return this.stored.get(command) ?? null;
    }
  }

  #status({ acPresent, charger }: Measured): number {
    const charging = acPresent && (charger === "constant_current" || charger === "constant_voltage");
    const state = acPresent ? inputs[this.inputState] : inputs.missing;
    const from = this.input === "hat" ? 1 : 2;
    const battery = this.batteryPlugged ? (charging ? from : 0) : 3;
    const input = this.input === "hat" ? state << 4 : state << 6;
    return (this.faultBits === 0 ? 0 : 0x01) | (this.buttons === 0 ? 0 : 0x02) | (battery << 2) | input;
  }

  #unitsLeft(): number {
    if (this.#powerOff === null) return noPowerOff;
    return Math.max(0, Math.floor((this.#powerOff.endMs - this.#around.nowMs()) / powerOffUnitMs));
  }

  #time(): readonly number[] {
    const at = new Date(this.#around.wallMs() + this.#clockAheadMs);
    const parts = [
      at.getUTCSeconds(),
      at.getUTCMinutes(),
      at.getUTCHours(),
      at.getUTCDay() + 1,
      at.getUTCDate(),
      at.getUTCMonth() + 1,
      at.getUTCFullYear() % 100,
    ].map(toBcd);
    return [...parts, 0, 0];
  }

  #setClock(data: readonly number[]): void {
    const [second = 0, minute = 0, hour = 0, , date = 1, month = 1, year = 0] = data.map(
      (byte) => (byte >> 4) * 10 + (byte & 0x0f),
    );
    this.#clockAheadMs = Date.UTC(2000 + year, month - 1, date, hour, minute, second) - this.#around.wallMs();
  }
}

/** The register side of a PiJuice. */
export function createPijuiceRegisters(around: ChipSurroundings): PijuiceRegisters {
  return new Pijuice(around);
}
