// How chips put numbers into bytes: 16-bit words in either order, their sign, and decimal digits.

/** 16 bits, high byte first; a byte that is missing counts as 0, so look at the length before. */
export function highFirst(bytes: Uint8Array, at = 0): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** The same, low byte first. */
export function lowFirst(bytes: Uint8Array, at = 0): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

/** Two's complement of 16 bits. */
export function signed16(word: number): number {
  return word >= 0x8000 ? word - 0x10000 : word;
}

/** A number from 0 to 99 as two decimal digits in a byte: 59 gives 0x59. */
export function toDecimalByte(value: number): number {
  return (Math.floor(value / 10) << 4) | (value % 10);
}

/** The number in such a byte, or null where it is none or out of range. */
export function fromDecimalByte(byte: number | undefined, lowest: number, highest: number): number | null {
  if (byte === undefined || (byte & 0x0f) > 9) return null;
  const value = (byte >> 4) * 10 + (byte & 0x0f);
  return value >= lowest && value <= highest ? value : null;
}
