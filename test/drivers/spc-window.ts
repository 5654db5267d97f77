// One healthy read window of a SunFounder board, for tests that change single bytes of it.

/** Two cells of 3950 mV, 5.1 V out at 1.2 A, on mains, charging with 800 mA, 76 %. */
export const spcWindow = [
  0xa2, 0x12, 0xd0, 0x07, 0xec, 0x13, 0xb0, 0x04, 0xdc, 0x1e, 0x20, 0x03, 76, 0, 0, 0, 1, 1, 1, 0, 0, 0x6e,
  0x0f, 0x6e, 0x0f,
] as const;

/** The window with other bytes at some registers. */
export function changedWindow(bytes: Readonly<Record<number, number>>): Uint8Array {
  return Uint8Array.from(spcWindow, (byte, register) => bytes[register] ?? byte);
}
