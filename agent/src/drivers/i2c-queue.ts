// One I2C bus, one queue: transfers never overlap, each gets three tries and a time limit.
// Real buses lose a transfer now and then, and overlapping first transfers confuse the i2c-bus library.
import type { Result } from "../core/model.ts";
import type { Clock, I2cBus } from "../ports/ports.ts";
import { type I2cErrorCode, i2cFailure, passingI2cErrors } from "./i2c-errors.ts";
import { createInTurn } from "./in-turn.ts";

export interface I2cQueueOptions {
  /** Number of the bus, for the sentences only. Default 1. */
  readonly bus?: number;
  /** Tries for one transfer. Default 3. */
  readonly tries?: number;
  /** Pause before a further try, ms. Default 20. */
  readonly retryDelayMs?: number;
  /** Time limit of one try, ms. Default 250; a transfer of 4 bytes takes under 1 ms at 100 kHz. */
  readonly timeoutMs?: number;
}

/** A bus whose transfers are serialised, retried and limited in time. */
export interface I2cQueue extends I2cBus {
  readonly queued: true;
}

/** After the others, a write may have reached the device: repeating it could do it twice. */
const undone: ReadonlySet<string> = new Set<I2cErrorCode>(["PI_UPS_I2C_NACK"]);

const never: ReadonlySet<string> = new Set();

function noReceive(bus: number, address: number): Result<never> {
  return i2cFailure("PI_UPS_I2C_IO", {
    bus,
    address,
    found: "this bus cannot read a byte without a register",
  });
}

class Queue implements I2cQueue {
  readonly queued = true;
  readonly #raw: I2cBus;
  readonly #clock: Clock;
  readonly #bus: number;
  readonly #tries: number;
  readonly #retryDelayMs: number;
  readonly #timeoutMs: number;
  readonly #inTurn = createInTurn();
  /** A transfer that outlived its time limit: the wire is not free before it has settled. */
  #overdue: Promise<unknown> | null = null;
  #closed = false;

  constructor(raw: I2cBus, clock: Clock, options: I2cQueueOptions) {
    this.#raw = raw;
    this.#clock = clock;
    this.#bus = options.bus ?? 1;
    this.#tries = options.tries ?? 3;
    this.#retryDelayMs = options.retryDelayMs ?? 20;
    this.#timeoutMs = options.timeoutMs ?? 250;
  }

  read(address: number, register: number, length: number): Promise<Result<Uint8Array>> {
    return this.#enqueue(address, () => this.#raw.read(address, register, length), passingI2cErrors);
  }

  write(address: number, register: number, data: Uint8Array): Promise<Result<void>> {
    return this.#enqueue(address, () => this.#raw.write(address, register, data), undone);
  }

  /** Never repeated: a device that counts on after each byte may already have done so. */
  receive(address: number): Promise<Result<number>> {
    const transfer = () => this.#raw.receive?.(address) ?? Promise.resolve(noReceive(this.#bus, address));
    return this.#enqueue(address, transfer, never);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // A transfer that hangs in the kernel must not hold up a shutdown.
    await this.#inTurn(() => this.#within(this.#raw.close()));
  }

  #enqueue<T>(
    address: number,
    transfer: () => Promise<Result<T>>,
    retryOn: ReadonlySet<string>,
  ): Promise<Result<T>> {
    return this.#inTurn(() => this.#run(address, transfer, retryOn));
  }

  async #run<T>(
    address: number,
    transfer: () => Promise<Result<T>>,
    retryOn: ReadonlySet<string>,
  ): Promise<Result<T>> {
    for (let attempt = 1; ; attempt += 1) {
      if (this.#closed) return i2cFailure("PI_UPS_I2C_CLOSED", { bus: this.#bus, address });
      const result = await this.#once(address, transfer);
      if (result.ok || !retryOn.has(result.code)) return result;
      if (attempt >= this.#tries) return { ...result, message: `${result.message} Tried ${attempt} times.` };
      await this.#clock.sleep(this.#retryDelayMs);
    }
  }

  async #once<T>(address: number, transfer: () => Promise<Result<T>>): Promise<Result<T>> {
    const timedOut = () =>
      i2cFailure("PI_UPS_I2C_TIMEOUT", {
        bus: this.#bus,
        address,
        found: `no end within ${this.#timeoutMs} ms`,
      });
    if (this.#overdue !== null && (await this.#within(this.#overdue)) === late) return timedOut();
    const running = settle(transfer, (found) =>
      i2cFailure("PI_UPS_I2C_IO", { bus: this.#bus, address, found }),
    );
    const outcome = await this.#within(running);
    if (outcome !== late) return outcome;
    const overdue = running.then(() => {
      if (this.#overdue === overdue) this.#overdue = null;
    });
    this.#overdue = overdue;
    return timedOut();
  }

  /** What the promise gives, or `late` after the time limit. */
  #within<T>(promise: Promise<T>): Promise<T | typeof late> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(this.#timeoutMs, () => resolve(late));
      void promise.then((value) => {
        cancel();
        resolve(value);
      });
    });
  }
}

const late = Symbol("late");

/** A bus must not throw; if one does, that is one failed transfer and not the end of the queue. */
async function settle<T>(
  transfer: () => Promise<Result<T>>,
  failed: (found: string) => Result<T>,
): Promise<Result<T>> {
  try {
    return await transfer();
  } catch (cause) {
    return failed(cause instanceof Error ? cause.message : String(cause));
  }
}

/**
 * Wraps a raw bus. Wrapping a queue gives the same queue, so that no transfer is retried nine times.
 * `close` lets the running transfer end, refuses the waiting ones with `PI_UPS_I2C_CLOSED` and closes the raw bus.
 */
export function createI2cQueue(
  raw: I2cBus | I2cQueue,
  clock: Clock,
  options: I2cQueueOptions = {},
): I2cQueue {
  return "queued" in raw ? raw : new Queue(raw, clock, options);
}
