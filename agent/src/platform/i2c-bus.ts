// The real I2C bus over the npm package i2c-bus (5.2.3), loaded only when it is used. Not tried on hardware.
// The package caches a file per address before the address is set, so first transfers must not overlap, and a bus that
// met EBUSY must not be used again (found by reading its peripheral()).
// Transfers are SMBus ones: a byte, a word (two bytes in wire order), or an I2C block of up to 32; every adapter of a Pi has them.
import type { ReadFailure, Result } from "../core/model.ts";
import { type I2cErrorCode, i2cFailure } from "../drivers/i2c-errors.ts";
import { createInTurn } from "../drivers/in-turn.ts";
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
  readByte(address: number, command: number): Promise<number>;
  writeByte(address: number, command: number, byte: number): Promise<unknown>;
  /** Sends the register alone. */
  sendByte(address: number, byte: number): Promise<unknown>;
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
  [108, "PI_UPS_I2C_NO_BUS"], // ESHUTDOWN: the adapter was taken away
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
  ["ESHUTDOWN", "PI_UPS_I2C_NO_BUS"],
  ["ETIMEDOUT", "PI_UPS_I2C_TIMEOUT"],
  ["EREMOTEIO", "PI_UPS_I2C_NACK"],
]);

/** What the kernel's error means for us; file errors carry negative numbers, the add-on's positive ones. */
export function i2cCodeOf(cause: unknown): I2cErrorCode {
  if (!(cause instanceof Error)) return "PI_UPS_I2C_IO";
  const { code, errno } = cause as NodeJS.ErrnoException;
  return codesByName.get(code ?? "") ?? codesByNumber.get(Math.abs(errno ?? 0)) ?? ("PI_UPS_I2C_IO" as const);
}

/** What SMBus allows in one block. */
const longestBlock = 32;

/**
 * After these the device or the wire was at fault. After all others the file may be: one whose address was refused stays
 * cached in the package, and one of a bus that went away stays dead when the bus is back. Only a new bus opens new files.
 */
const fileIsGood: ReadonlySet<I2cErrorCode> = new Set(["PI_UPS_I2C_NACK", "PI_UPS_I2C_TIMEOUT"]);

class PackageBus implements I2cBus {
  readonly #busNumber: number;
  readonly #load: ReturnType<typeof lazyAddon<I2cBusModule>>;
  #handle: I2cBusHandle | null = null;
  readonly #inTurn = createInTurn();

  constructor(busNumber: number, importModule: () => Promise<unknown>) {
    this.#busNumber = busNumber;
    this.#load = lazyAddon("i2c-bus", importModule, isI2cBusModule);
  }

  read(address: number, register: number, length: number): Promise<Result<Uint8Array>> {
    if (length < 1 || length > longestBlock) return Promise.resolve(this.#badLength(address, length));
    return this.#transfer(address, async (handle) => {
      if (length === 1) return Uint8Array.of(await handle.readByte(address, register));
      if (length === 2) {
        const word = await handle.readWord(address, register);
        return Uint8Array.of(word & 0xff, word >> 8);
      }
      const empty = Buffer.alloc(length);
      const { bytesRead, buffer } = await handle.readI2cBlock(address, register, length, empty);
      // The rest of the buffer are our own zeros, and zero is a value.
      if (bytesRead !== length) throw new Error(`${bytesRead} of ${length} bytes came`);
      return Uint8Array.from(buffer.subarray(0, length));
    });
  }

  write(address: number, register: number, data: Uint8Array): Promise<Result<void>> {
    if (data.length > longestBlock) return Promise.resolve(this.#badLength(address, data.length));
    return this.#transfer(address, async (handle) => {
      const [first = 0, second = 0] = data;
      if (data.length === 0) await handle.sendByte(address, register);
      else if (data.length === 1) await handle.writeByte(address, register, first);
      else if (data.length === 2) await handle.writeWord(address, register, first | (second << 8));
      else await handle.writeI2cBlock(address, register, data.length, Buffer.from(data));
    });
  }

  /** Nothing is written for it, not even the empty write by which i2cdetect asks. */
  receive(address: number): Promise<Result<number>> {
    return this.#transfer(address, (handle) => handle.receiveByte(address));
  }

  close(): Promise<void> {
    return this.#inTurn(() => this.#drop());
  }

  /** One at a time: the first transfer to an address has set it before the next one begins. */
  #transfer<T>(address: number, run: (handle: I2cBusHandle) => Promise<T>): Promise<Result<T>> {
    return this.#inTurn(() => this.#run(address, run));
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
      if (!fileIsGood.has(code)) await this.#drop();
      return i2cFailure(code, { ...place, found: wordsOf(cause) });
    }
  }

  #badLength(address: number, length: number): ReadFailure {
    const found = `${length} bytes were asked for, and one transfer takes 1 to ${longestBlock}`;
    return i2cFailure("PI_UPS_I2C_IO", { bus: this.#busNumber, address, found });
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
 * `/dev/i2c-<busNumber>`. Opens nothing before the first transfer; opens again after `close` and after every failure
 * that the open file may be the cause of.
 * Failures carry the codes of `drivers/i2c-errors.ts` and a sentence that names the cure.
 */
export function createNodeI2cBus(busNumber: number, options: NodeI2cBusOptions = {}): Required<I2cBus> {
  // The name is a variable so that neither bundler nor type checker looks for an optional package.
  const name = "i2c-bus";
  return new PackageBus(busNumber, options.importModule ?? (() => import(name)));
}
