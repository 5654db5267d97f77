// A DS1307 as the bus sees it: seconds to year in BCD, a control byte and 56 bytes of RAM, all at consecutive pointers.
// Facts: DS1307 datasheet, "Timekeeper Registers". The clock is set to UTC, as Linux does.
import type { ChipSurroundings } from "./chip-registers.ts";
import type { RegisterDevice } from "./sim-i2c-bus.ts";

const size = 0x40;
const controlAt = 0x07;
/** Bit 7 of the seconds: the oscillator stands still. */
const haltBit = 0x80;
/** Bit 6 of the hours: 12-hour form, with bit 5 for the afternoon. */
const twelveHourBit = 0x40;
const afternoonBit = 0x20;

/** Two decimal digits as a byte. */
export function toBcd(value: number): number {
  return (Math.floor(value / 10) << 4) | (value % 10);
}

function fromBcd(byte: number): number {
  return (byte >> 4) * 10 + (byte & 0x0f);
}

class Ds1307Registers implements RegisterDevice {
  readonly #around: ChipSurroundings;
  readonly #ram = new Uint8Array(size);
  /** What the clock is ahead of the world's, ms. */
  #aheadMs = 0;
  /** The time at which the oscillator stands still, Unix ms; null: it runs. */
  #haltedAtMs: number | null = null;
  #twelveHours = false;

  constructor(around: ChipSurroundings) {
    this.#around = around;
    this.#ram[controlAt] = 0x03;
  }

  /** A read takes a snapshot of the time, so that no second passes within it. */
  read(register: number, length: number): Uint8Array {
    const bytes = this.#bytes();
    return Uint8Array.from({ length }, (_, index) => bytes[(register + index) % size] ?? 0);
  }

  write(register: number, data: Uint8Array): void {
    const bytes = this.#bytes();
    data.forEach((byte, index) => {
      bytes[(register + index) % size] = byte;
    });
    this.#ram.set(bytes.subarray(controlAt), controlAt);
    const touchesTime = data.some((_, index) => (register + index) % size < controlAt);
    if (touchesTime) this.#set(bytes);
  }

  #timeMs(): number {
    return this.#haltedAtMs ?? this.#around.wallMs() + this.#aheadMs;
  }

  #bytes(): Uint8Array {
    const bytes = Uint8Array.from(this.#ram);
    const time = new Date(this.#timeMs());
    bytes.set([
      toBcd(time.getUTCSeconds()) | (this.#haltedAtMs === null ? 0 : haltBit),
      toBcd(time.getUTCMinutes()),
      this.#hourByte(time.getUTCHours()),
      time.getUTCDay() + 1,
      toBcd(time.getUTCDate()),
      toBcd(time.getUTCMonth() + 1),
      toBcd(time.getUTCFullYear() % 100),
    ]);
    return bytes;
  }

  #hourByte(hour: number): number {
    if (!this.#twelveHours) return toBcd(hour);
    return toBcd(hour % 12 === 0 ? 12 : hour % 12) | twelveHourBit | (hour >= 12 ? afternoonBit : 0);
  }

  #set(bytes: Uint8Array): void {
    const [second = 0, minute = 0, hour = 0, , date = 1, month = 1, year = 0] = bytes;
    this.#twelveHours = (hour & twelveHourBit) !== 0;
    const hours = this.#twelveHours
      ? (fromBcd(hour & 0x1f) % 12) + ((hour & afternoonBit) === 0 ? 0 : 12)
      : fromBcd(hour & 0x3f);
    const timeMs = Date.UTC(
      2000 + fromBcd(year),
      fromBcd(month & 0x1f) - 1,
      fromBcd(date & 0x3f),
      hours,
      fromBcd(minute & 0x7f),
      fromBcd(second & 0x7f),
    );
    this.#haltedAtMs = (second & haltBit) === 0 ? null : timeMs;
    this.#aheadMs = timeMs - this.#around.wallMs();
  }
}

/** The register side of the chip. It shows the world's wall time until it is set; its battery never failed. */
export function createDs1307Registers(around: ChipSurroundings): RegisterDevice {
  return new Ds1307Registers(around);
}
