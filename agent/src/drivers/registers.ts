// A chip's registers over the bus: whole or refused, never fewer bytes than were asked for.

import { hexByte } from "../boards/hex.ts";
import type { ReadFailure, Result } from "../core/model.ts";
import type { I2cBus } from "../ports/ports.ts";
import { impossible } from "./chip-failures.ts";
import { highFirst, lowFirst } from "./words.ts";

/** Codes of all of them besides those of the bus: `PI_UPS_GAUGE_IMPOSSIBLE`. */
export interface ChipRegisters {
  /** Bytes that follow each other, in one transfer. */
  bytes(register: number, length: number): Promise<Result<Uint8Array>>;
  byte(register: number): Promise<Result<number>>;
  /** Two bytes in one transfer, high one first. */
  wordHighFirst(register: number): Promise<Result<number>>;
  /** The same, low one first. */
  wordLowFirst(register: number): Promise<Result<number>>;
}

/** Does no I/O by itself. @param name of the chip, for the sentences */
export function chipRegisters(bus: I2cBus, address: number, name: string): ChipRegisters {
  async function bytes(register: number, length: number): Promise<Result<Uint8Array>> {
    const read = await bus.read(address, register, length);
    if (!read.ok || read.value.length >= length) return read;
    return impossible(
      `The ${name} at ${hexByte(address)} sent ${read.value.length} of ${length} bytes of register ${hexByte(register)}.`,
    );
  }

  async function number(register: number, length: number, of: (bytes: Uint8Array) => number) {
    const read = await bytes(register, length);
    return read.ok ? ({ ok: true, value: of(read.value) } as const) : read;
  }

  return {
    bytes,
    byte: (register) => number(register, 1, ([byte = 0]) => byte),
    wordHighFirst: (register) => number(register, 2, (found) => highFirst(found)),
    wordLowFirst: (register) => number(register, 2, (found) => lowFirst(found)),
  };
}

/** One read after the other; the first failure ends it. */
export async function readEach<P, T>(
  places: readonly P[],
  read: (place: P) => Promise<Result<T>>,
): Promise<Result<readonly T[]>> {
  const values: T[] = [];
  for (const place of places) {
    const value = await read(place);
    if (!value.ok) return value;
    values.push(value.value);
  }
  return { ok: true, value: values };
}

export interface Alike<T> {
  /** So many reads in a row must be the same. */
  readonly alike: number;
  readonly most: number;
  /** Whether two reads are the same. Absent: they are equal. */
  same?(a: T, b: T): boolean;
  /** Between two reads. */
  pause?(): Promise<void>;
  /** The refusal when none of the reads were alike; `last` is the last of them. */
  restless(last: T): ReadFailure;
}

/** Reads until it comes alike, for registers without a checksum on which much hangs; the first failure ends it. */
export async function readAlike<T>(read: () => Promise<Result<T>>, wanted: Alike<T>): Promise<Result<T>> {
  let before = await read();
  let alike = 1;
  for (let count = 2; before.ok && alike < wanted.alike; count += 1) {
    if (count > wanted.most) return wanted.restless(before.value);
    await wanted.pause?.();
    const again = await read();
    if (!again.ok) return again;
    const isSame = wanted.same?.(before.value, again.value) ?? before.value === again.value;
    alike = isSame ? alike + 1 : 1;
    before = again;
  }
  return before;
}
