// The real I2C bus over the npm package i2c-bus (5.2.3), loaded only when it is used. Not tried on hardware.
// The package caches a file per address before the address is set, so first transfers must not overlap, and a bus that
// met EBUSY must not be used again (found by reading its peripheral()).
// Two bytes go as an SMBus word: the same on the wire as a block of two, and every adapter has it.
import type { Result } from "../core/model.ts";
import { type I2cErrorCode, i2cFailure } from "../drivers/i2c-errors.ts";
import type { I2cBus } from "../ports/ports.ts";
import { lazyAddon } from "./native-addon.ts";

/** The part of an open bus of the package that we use. */
export interface I2cBusHandle {
  readI2cBlock(
    address: number,
    command: number,
    length: number,
    buffer: Buffer,
  ): Promise<{ readonly bytesRead: number; readonly buffer: Buffer }>;
  writeI2cBlock(address: number, command: number, length: number, buffer: Buffer): Promise<unknown>;
  /** The byte that comes first on the wire is the low one. */
  readWord(address: number, command: number): Promise<number>;
  writeWord(address: number, command: number, word: number): Promise<unknown>;
  receiveByte(address: number): Promise<number>;
  close(): Promise<void>;
}

/** The part of the package that we use. */
export interface I2cBusModule {
  openPromisified(busNumber: number): Promise<I2cBusHandle>;
}

export interface NodeI2cBusOptions {
  /** How the package is imported; for tests. */
  readonly importModule?: () => Promise<unknown>;
}

function isI2cBusModule(module: unknown): module is I2cBusModule {
  return (
    typeof module === "object" &&
    module !== null &&
    "openPromisified" in module &&
    typeof module.openPromisified === "function"
  );
}

/** Linux error numbers: the add-on does not name all of them. */
const codesByNumber: ReadonlyMap<number, I2cErrorCode> = new Map([
  [1, "PI_UPS_I2C_NO_PERMISSION"], // EPERM
  [2, "PI_UPS_I2C_NO_BUS"], // ENOENT
  [6, "PI_UPS_I2C_NACK"], // ENXIO, on some adapters
  [13, "PI_UPS_I2C_NO_PERMISSION"], // EACCES
  [16, "PI_UPS_I2C_BUSY"], // EBUSY: a kernel driver is bound to the address
  [19, "PI_UPS_I2C_NO_BUS"], // ENODEV
  [110, "PI_UPS_I2C_TIMEOUT"], // ETIMEDOUT: bus stuck, or clock stretching
  [121, "PI_UPS_I2C_NACK"], // EREMOTEIO
]);

const codesByName: ReadonlyMap<string, I2cErrorCode> = new Map([
  ["EPERM", "PI_UPS_I2C_NO_PERMISSION"],
  ["ENOENT", "PI_UPS_I2C_NO_BUS"],
  ["ENXIO", "PI_UPS_I2C_NACK"],
  ["EACCES", "PI_UPS_I2C_NO_PERMISSION"],
  ["EBUSY", "PI_UPS_I2C_BUSY"],
  ["ENODEV", "PI_UPS_I2C_NO_BUS"],
  ["ETIMEDOUT", "PI_UPS_I2C_TIMEOUT"],
  ["EREMOTEIO", "PI_UPS_I2C_NACK"],
]);

/** What the kernel's error means for us; file errors carry negative numbers, the add-on's positive ones. */
export function i2cCodeOf(cause: unknown): I2cErrorCode {
  if (!(cause instanceof Error)) return "PI_UPS_I2C_IO";
  const { code, errno } = cause as NodeJS.ErrnoException;
  return codesByName.get(code ?? "") ?? codesByNumber.get(Math.abs(errno ?? 0)) ?? ("PI_UPS_I2C_IO" as const);
}

class NodeI2cBus implements I2cBus {
  readonly #busNumber: number;
  readonly #load: ReturnType<typeof lazyAddon<I2cBusModule>>;
  #handle: I2cBusHandle | null = null;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(busNumber: number, importModule: () => Promise<unknown>) {
    this.#busNumber = busNumber;
    this.#load = lazyAddon("i2c-bus", importModule, isI2cBusModule);
  }

  read(address: number, register: number, length: number): Promise<Result<Uint8Array>> {
    return this.#transfer(address, async (handle) => {
      if (length === 2) {
        const word = await handle.readWord(address, register);
        return Uint8Array.of(word & 0xff, word >> 8);
      }
      const { bytesRead, buffer } = await handle.readI2cBlock(
        address,
        register,
        length,
        Buffer.alloc(length),
      );
      return Uint8Array.from(buffer.subarray(0, bytesRead));
    });
  }

  write(address: number, register: number, data: Uint8Array): Promise<Result<void>> {
    return this.#transfer(address, async (handle) => {
      const [first = 0, second = 0] = data;
      if (data.length === 2) await handle.writeWord(address, register, first | (second << 8));
      else await handle.writeI2cBlock(address, register, data.length, Buffer.from(data));
    });
  }

  receive(address: number): Promise<Result<number>> {
    return this.#transfer(address, (handle) => handle.receiveByte(address));
  }

  async close(): Promise<void> {
    await this.#tail;
    await this.#drop();
  }

  /** One at a time: the first transfer to an address has set it before the next one begins. */
  #transfer<T>(address: number, run: (handle: I2cBusHandle) => Promise<T>): Promise<Result<T>> {
    const turn = this.#tail.then(() => this.#run(address, run));
    this.#tail = turn;
    return turn;
  }

  async #run<T>(address: number, run: (handle: I2cBusHandle) => Promise<T>): Promise<Result<T>> {
    const place = { bus: this.#busNumber, address };
    const addon = await this.#load();
    if (!addon.ok) return i2cFailure("PI_UPS_I2C_NO_ADDON", { ...place, found: addon.why });
    try {
      this.#handle ??= await addon.module.openPromisified(this.#busNumber);
      return { ok: true, value: await run(this.#handle) };
    } catch (cause) {
      const code = i2cCodeOf(cause);
      // The file of a refused address stays cached in the package: only a new bus asks for the address again.
      if (code === "PI_UPS_I2C_BUSY") await this.#drop();
      return i2cFailure(code, { ...place, found: wordsOf(cause) });
    }
  }

  async #drop(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    try {
      await handle?.close();
    } catch {
      // A file that cannot be closed is already gone; the next transfer opens a new one.
    }
  }
}

function wordsOf(cause: unknown): string {
  return cause instanceof Error ? cause.message.replace(/^[\s,:]+/, "") : String(cause);
}

/**
 * `/dev/i2c-<busNumber>`. Opens nothing before the first transfer; opens again after EBUSY and after `close`.
 * Failures carry the codes of `drivers/i2c-errors.ts` and a sentence that names the cure.
 */
export function createNodeI2cBus(busNumber: number, options: NodeI2cBusOptions = {}): I2cBus {
  // The name is a variable so that neither bundler nor type checker looks for an optional package.
  const name = "i2c-bus";
  return new NodeI2cBus(busNumber, options.importModule ?? (() => import(name)));
}
