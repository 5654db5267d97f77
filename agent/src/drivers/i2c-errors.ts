// The sentences for I2C trouble, once: the real bus, the simulated one and the queue give the same code and cure.
import { hexByte, kernelDeviceName } from "../boards/hex.ts";
import type { ReadFailure } from "../core/model.ts";

/** Stable codes of a failed transfer. */
export type I2cErrorCode =
  /** The device did not acknowledge its address or a byte. */
  | "PI_UPS_I2C_NACK"
  /** The transfer did not end in time. */
  | "PI_UPS_I2C_TIMEOUT"
  /** A kernel driver owns the address. */
  | "PI_UPS_I2C_BUSY"
  /** There is no such bus. */
  | "PI_UPS_I2C_NO_BUS"
  | "PI_UPS_I2C_NO_PERMISSION"
  /** The native add-on is missing or was built for another Node. */
  | "PI_UPS_I2C_NO_ADDON"
  /** The bus was closed while the transfer waited. */
  | "PI_UPS_I2C_CLOSED"
  /** Anything else that the kernel reports. */
  | "PI_UPS_I2C_IO";

/** Trouble that the next try can be without. The others stay until a person mends them. */
export const passingI2cErrors: ReadonlySet<string> = new Set<I2cErrorCode>([
  "PI_UPS_I2C_NACK",
  "PI_UPS_I2C_TIMEOUT",
  "PI_UPS_I2C_IO",
]);

export interface I2cErrorPlace {
  readonly bus: number;
  readonly address: number;
  /** What was found, in the kernel's or the loader's own words. */
  readonly found?: string;
}

function sentence(code: I2cErrorCode, bus: number, address: number): string {
  const device = `${hexByte(address)} on I2C bus ${bus}`;
  switch (code) {
    case "PI_UPS_I2C_NACK":
      return `No device answered at ${device}. Check that the HAT is seated and its battery is in, and look for the device with: i2cdetect -y ${bus}`;
    case "PI_UPS_I2C_TIMEOUT":
      return `The transfer with ${device} did not end in time: something holds the bus. Power the HAT off and on; if it stays, slow the bus down with dtparam=i2c_arm_baudrate=50000 in /boot/firmware/config.txt`;
    case "PI_UPS_I2C_BUSY":
      return `A kernel driver owns ${device}. See which one with: readlink /sys/bus/i2c/devices/${kernelDeviceName(bus, address)}/driver, then remove its overlay from /boot/firmware/config.txt or unload it, and start the agent again`;
    case "PI_UPS_I2C_NO_BUS":
      return `There is no /dev/i2c-${bus}. Turn I2C on with: sudo raspi-config nonint do_i2c 0 (in a container, pass --device /dev/i2c-${bus})`;
    case "PI_UPS_I2C_NO_PERMISSION":
      return `This user may not open /dev/i2c-${bus}. Add it to the group i2c with: sudo usermod -aG i2c USER, then log in again or restart the service`;
    case "PI_UPS_I2C_NO_ADDON":
      return "The native add-on i2c-bus cannot be loaded by this Node. Build it with: npm run native";
    case "PI_UPS_I2C_CLOSED":
      return `I2C bus ${bus} was closed before the transfer with ${hexByte(address)} could run`;
    case "PI_UPS_I2C_IO":
      return `The transfer with ${device} failed. Look into the kernel's messages with: dmesg | grep -i i2c`;
  }
  return code satisfies never;
}

/** A failed transfer as a value: a stable code, what happened, and how to mend it. */
export function i2cFailure(
  code: I2cErrorCode,
  place: I2cErrorPlace,
): ReadFailure & { readonly code: I2cErrorCode } {
  const found = place.found === undefined ? "" : ` The system says: ${place.found}.`;
  return { ok: false, code, message: `${sentence(code, place.bus, place.address)}.${found}` };
}
