// The DS1307 clock of Geekworm's boards. It is part of no sample: `doctor` asks it for the time. On most machines a kernel
// driver owns it, or nobody soldered it, and the battery's readings must not notice: looking for it never fails.
// Register facts: DS1307 datasheet, "Timekeeper Registers"; that the time in it is UTC is the convention of Linux.
import type { PlainUse } from "../boards/chip-use.ts";
import { hexByte, hexBytes } from "../boards/hex.ts";
import type { ReadFailure, Result } from "../core/model.ts";
import type { I2cBus } from "../ports/ports.ts";
import type { ChipDriver, ChipFamily, ChipIdentity } from "./chip.ts";
import { fromDecimalByte } from "./words.ts";

/** What a clock chip says. */
export type ClockReading =
  /** The oscillator stands still: it was never set, or its battery was empty. The time means nothing. */
  | { readonly kind: "stopped" }
  /** Unix time, ms; the chip counts whole seconds. */
  | { readonly kind: "running"; readonly wallMs: number };

/** Bit 7 of the seconds: the oscillator stands still. */
const haltBit = 0x80;
const twelveHourBit = 0x40;
const afternoonBit = 0x20;

function impossible(bytes: Uint8Array): ReadFailure {
  const shown = hexBytes(bytes);
  return {
    ok: false,
    code: "PI_UPS_RTC_IMPOSSIBLE",
    message: `The clock sent ${shown}, which is no time of day. Expected are seven bytes of decimal digits, seconds first. Another chip may answer at this address, or the transfer was disturbed.`,
  };
}

/** The hour of a byte of decimal digits, 0-23, whether the clock counts 12 or 24 hours; null: it is none. */
export function clockHour(byte: number | undefined): number | null {
  if (byte === undefined) return null;
  if ((byte & twelveHourBit) === 0) return fromDecimalByte(byte & 0x3f, 0, 23);
  const hour = fromDecimalByte(byte & 0x1f, 1, 12);
  return hour === null ? null : (hour % 12) + ((byte & afternoonBit) === 0 ? 0 : 12);
}

/** The seven bytes from register 0 on. Code: `PI_UPS_RTC_IMPOSSIBLE`. Years are 2000 to 2099. */
export function decodeClock(bytes: Uint8Array): Result<ClockReading> {
  const [seconds, minutes, hours, , dates, months, years] = bytes;
  if (bytes.length < 7 || seconds === undefined) return impossible(bytes);
  const second = fromDecimalByte(seconds & ~haltBit, 0, 59);
  const minute = fromDecimalByte(minutes, 0, 59);
  const hour = clockHour(hours);
  const date = fromDecimalByte(dates, 1, 31);
  const month = fromDecimalByte(months, 1, 12);
  const year = fromDecimalByte(years, 0, 99);
  if (second === null || minute === null || hour === null) return impossible(bytes);
  // A chip that was never set stands still at day 0 of month 0.
  if ((seconds & haltBit) !== 0) return { ok: true, value: { kind: "stopped" } };
  if (date === null || month === null || year === null) return impossible(bytes);
  const wallMs = Date.UTC(2000 + year, month - 1, date, hour, minute, second);
  if (new Date(wallMs).getUTCDate() !== date) return impossible(bytes);
  return { ok: true, value: { kind: "running", wallMs } };
}

/** One look at the clock; reads only. One transfer, so that no second passes within it. */
export async function readDs1307(bus: I2cBus, address: number): Promise<Result<ClockReading>> {
  const bytes = await bus.read(address, 0x00, 7);
  return bytes.ok ? decodeClock(bytes.value) : bytes;
}

/** What to write in the log of a clock that could not be read; null: nothing is wrong. */
function noteOn(address: number, found: Result<ClockReading>): string | null {
  if (!found.ok) {
    const owned = found.code === "PI_UPS_I2C_BUSY";
    return owned
      ? null
      : `No clock was found at ${hexByte(address)}; the battery is read without it. ${found.message}`;
  }
  if (found.value.kind === "running") return null;
  return `The clock at ${hexByte(address)} stands still: it was never set, or its coin cell was empty. Set it with: sudo hwclock -w (after dtoverlay=i2c-rtc,ds1307 in /boot/firmware/config.txt).`;
}

/**
 * The chip as a part of the board. `probe` reads and never fails: a missing clock, or one that the kernel owns, is a
 * note at most. Its samples are empty.
 */
export const ds1307: ChipFamily<PlainUse> = ({ address }, { bus }): ChipDriver => ({
  async probe(): Promise<Result<ChipIdentity>> {
    const note = noteOn(address, await readDs1307(bus, address));
    return { ok: true, value: { chip: "ds1307", version: null, notes: note === null ? [] : [note] } };
  },
  read: () => Promise.resolve({}),
  failed: () => ({}),
});
