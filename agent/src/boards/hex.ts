// Numbers as data sheets and i2c-tools write them, the same in every sentence.

/** `0x36`. */
export function hexByte(value: number): string {
  return `0x${value.toString(16).toUpperCase().padStart(2, "0")}`;
}

/** `0x399F`. */
export function hexWord(value: number): string {
  return `0x${value.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** `0x0A 0x55`. */
export function hexBytes(bytes: Iterable<number>): string {
  return [...bytes].map(hexByte).join(" ");
}

/** The kernel's own name of a device on an I2C bus: `1-0036`. */
export function kernelDeviceName(bus: number, address: number): string {
  return `${bus}-${address.toString(16).padStart(4, "0")}`;
}
