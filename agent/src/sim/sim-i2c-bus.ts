// An I2C bus with simulated devices on it: addresses that nobody has are not acknowledged, and the wire can be broken.
import type { Result } from "../core/model.ts";
import { i2cFailure } from "../drivers/i2c-errors.ts";
import type { Clock, I2cBus } from "../ports/ports.ts";

/** A device with 8-bit register pointers. Bytes are in wire order. */
export interface RegisterDevice {
  read(register: number, length: number): Uint8Array;
  write(register: number, data: Uint8Array): void;
  /** The next byte of a device that is sent no register. Absent: it answers as for register 0. */
  receive?(): number;
  /** False: a write to this register is taken but not acknowledged. Absent: all writes are. */
  acknowledges?(register: number): boolean;
}

export interface SimI2cBusOptions {
  /** Number of the bus, for the sentences. */
  readonly bus: number;
  readonly devices: ReadonlyMap<number, RegisterDevice>;
  /** Addresses that a kernel driver owns: transfers to them are refused as busy. Absent: none. */
  readonly kernelOwned?: ReadonlySet<number>;
  readonly clock: Clock;
  /** Time that a transfer takes, ms; 0 answers without waiting. */
  readonly latencyMs: number;
  /** What is wrong with the wire at this moment. */
  fault(): "nack" | "garbage" | null;
  /** Numbers in [0, 1) that decide how bytes are garbled. */
  readonly random: () => number;
}

/** Breaks bytes as a disturbed wire does: noise, one flipped bit, a line held low or high, a byte lost. */
export function garble(bytes: Uint8Array, random: () => number): Uint8Array {
  const kind = Math.floor(random() * 5);
  if (kind === 0) return bytes.map(() => Math.floor(random() * 256));
  if (kind === 1) return bytes.map(() => 0x00);
  if (kind === 2) return bytes.map(() => 0xff);
  if (kind === 3) return Uint8Array.from([...bytes.slice(1), 0xff]);
  const flippedBit = Math.floor(random() * bytes.length * 8);
  return bytes.map((byte, index) => (index === flippedBit >> 3 ? byte ^ (1 << (flippedBit & 7)) : byte));
}

class SimI2cBus implements I2cBus {
  readonly #options: SimI2cBusOptions;

  constructor(options: SimI2cBusOptions) {
    this.#options = options;
  }

  async read(address: number, register: number, length: number): Promise<Result<Uint8Array>> {
    const device = await this.#select(address);
    if (!device.ok) return device;
    const bytes = device.value.read(register, length);
    const seen = this.#options.fault() === "garbage" ? garble(bytes, this.#options.random) : bytes;
    return { ok: true, value: seen };
  }

  async write(address: number, register: number, data: Uint8Array): Promise<Result<void>> {
    const device = await this.#select(address);
    if (!device.ok) return device;
    const arrived = this.#options.fault() === "garbage" ? garble(data, this.#options.random) : data;
    device.value.write(register, arrived);
    if (device.value.acknowledges?.(register) === false) {
      return i2cFailure("PI_UPS_I2C_NACK", { bus: this.#options.bus, address });
    }
    return { ok: true, value: undefined };
  }

  async receive(address: number): Promise<Result<number>> {
    const device = await this.#select(address);
    if (!device.ok) return device;
    const bytes = Uint8Array.of(device.value.receive?.() ?? device.value.read(0, 1)[0] ?? 0xff);
    const seen = this.#options.fault() === "garbage" ? garble(bytes, this.#options.random) : bytes;
    return { ok: true, value: seen[0] ?? 0xff };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #select(address: number): Promise<Result<RegisterDevice>> {
    const { bus, clock, devices, latencyMs } = this.#options;
    if (latencyMs > 0) await clock.sleep(latencyMs);
    if (this.#options.kernelOwned?.has(address) === true)
      return i2cFailure("PI_UPS_I2C_BUSY", { bus, address });
    const device = devices.get(address);
    if (device !== undefined && this.#options.fault() !== "nack") return { ok: true, value: device };
    return i2cFailure("PI_UPS_I2C_NACK", { bus, address });
  }
}

/** A bus for `createI2cQueue`; closing it changes nothing, so that it can be used again. */
export function createSimI2cBus(options: SimI2cBusOptions): I2cBus {
  return new SimI2cBus(options);
}
