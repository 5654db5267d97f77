// The I2C chips of the guest: i2c-stub on bus 1, as a Pi's header has it, with the registers of an X1201's MAX17043 and
// of the INA219 of a Waveshare UPS HAT (B).
import { readFile, writeFile } from "node:fs/promises";
import { sh } from "./shell.ts";
import { need } from "./wait.ts";

export const gauge = 0x36;
export const currentSensor = 0x42;
const bus = "1";
const absentFile = "/sys/module/i2c_stub/parameters/absent";

function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}

/** Stores a register as the chip sends it: high byte first. i2c-stub keeps SMBus words, low byte first. */
export async function setRegister(address: number, register: number, word: number): Promise<void> {
  const swapped = ((word & 0xff) << 8) | (word >> 8);
  await sh("i2cset", "-f", "-y", bus, hex(address, 2), hex(register, 2), hex(swapped, 4), "w");
}

/** All registers of a chip, to be compared. */
export function dump(address: number): Promise<string> {
  return sh("i2cdump", "-f", "-y", bus, hex(address, 2), "w");
}

/** VCELL in 1.25 mV steps in the upper twelve bits, SOC in 1/256 % (MAX17043 datasheet, "Register Summary"). */
export async function setGauge(cellMv: number, chargePct: number): Promise<void> {
  await setRegister(gauge, 0x02, Math.round(cellMv / 1.25) << 4);
  await setRegister(gauge, 0x04, Math.round(chargePct * 256));
}

/** A register as the chip would send it. */
export async function getRegister(address: number, register: number): Promise<number> {
  const word = Number(await sh("i2cget", "-f", "-y", bus, hex(address, 2), hex(register, 2), "w"));
  return ((word & 0xff) << 8) | (word >> 8);
}

/** Bus voltage in 4 mV steps above three flag bits, with "conversion ready" set; the board's shunt has 0.1 ohm. */
export async function setCurrentSensor(busMv: number, currentMa: number): Promise<void> {
  await setRegister(currentSensor, 0x01, (currentMa * 10) & 0xffff);
  await setRegister(currentSensor, 0x02, (Math.round(busMv / 4) << 3) | 0x02);
  await setRegister(currentSensor, 0x04, (currentMa * 10) & 0xffff);
}

/** What a brown-out does to it: CONFIG as after power-on, and without its calibration it computes no current. */
export async function resetCurrentSensor(): Promise<void> {
  await setRegister(currentSensor, 0x00, 0x399f);
  await setRegister(currentSensor, 0x05, 0x0000);
  await setRegister(currentSensor, 0x04, 0x0000);
}

/** Takes a chip off the bus, so that it acknowledges nothing; null puts it back. */
export function setAbsent(address: number | null): Promise<void> {
  return writeFile(absentFile, String(address ?? 0));
}

/** Bus 1 with both chips as they are after power-on, in a rested and nearly full battery. */
export async function plugChips(): Promise<void> {
  await sh("modprobe", "i2c-dev");
  await sh("modprobe", "i2c-stub", `chip_addr=${hex(gauge, 2)},${hex(currentSensor, 2)}`);
  const name = await readFile(`/sys/bus/i2c/devices/i2c-${bus}/name`, "utf8");
  need(name.trim(), "i2c-stub's bus as number 1", (found) => found === "SMBus stub driver");
  await sh("udevadm", "settle");
  await setRegister(gauge, 0x06, 0x0000);
  await setRegister(gauge, 0x08, 0x0003);
  await setRegister(gauge, 0x0c, 0x971c);
  await setGauge(4100, 92);
  await setCurrentSensor(8200, 0);
  await resetCurrentSensor();
}

/** The whole bus goes away; only while nobody has it open. */
export async function unplugChips(): Promise<void> {
  await sh("modprobe", "-r", "i2c-stub");
}

/** A bus 0 that stays, so that the chips get number 1. */
export async function takeBusZero(): Promise<void> {
  await sh("modprobe", "i2c-piix4");
}

/** Lets a kernel driver take an address, as a device tree overlay does. */
export async function bindDriver(module: string, device: string, address: number): Promise<void> {
  await sh("modprobe", module);
  await writeFile(`/sys/bus/i2c/devices/i2c-${bus}/new_device`, `${device} ${hex(address, 2)}`);
}

export function unbindDriver(address: number): Promise<void> {
  return writeFile(`/sys/bus/i2c/devices/i2c-${bus}/delete_device`, hex(address, 2));
}
