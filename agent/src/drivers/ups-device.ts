// The board as one thing: chips and lines of the board data behind `start`, `sample`, `onAcEdge` and `stop`.
// It reads only. It cannot tell a real bus from a simulated one.
import type { Board } from "../boards/board.ts";
import type { GaugeReading, Result, Sample } from "../core/model.ts";
import type { Clock, Gpio, I2cBus, Thermometer } from "../ports/ports.ts";
import { type AcLine, createAcLine } from "./ac-line.ts";
import { createGauge, type Gauge, type GaugeIdentity } from "./gauge.ts";
import { createI2cQueue } from "./i2c-queue.ts";

export interface UpsDevicePorts {
  /** The raw bus, or an `I2cQueue` when several devices share it. */
  readonly i2c: I2cBus;
  readonly gpio: Gpio;
  readonly thermometer: Thermometer;
  readonly clock: Clock;
}

/** What was found at start. */
export interface UpsStart {
  readonly gauge: GaugeIdentity;
}

export interface UpsDevice {
  /**
   * Opens the lines and checks that the chips are there, reading only. Idempotent.
   * A failure does not end the device: `sample` goes on, says what fails, and tries again.
   */
  start(): Promise<Result<UpsStart>>;
  /** One look at everything that the board has. Never rejects; what failed is a failure in the sample. */
  sample(): Promise<Sample>;
  /**
   * Calls at each edge of the mains line, not debounced, with what the new level means.
   * The returned function ends it. May be called before `start`.
   */
  onAcEdge(listener: (acPresent: boolean) => void): () => void;
  /** Gives the lines back. Idempotent; the bus stays with whoever made it. */
  stop(): Promise<void>;
}

class GaugeAndLines implements UpsDevice {
  readonly #board: Board;
  readonly #gauge: Gauge;
  readonly #acLine: AcLine | null;
  readonly #thermometer: Thermometer;
  readonly #listeners = new Set<(acPresent: boolean) => void>();
  #identity: GaugeIdentity | null = null;

  constructor(board: Board, ports: UpsDevicePorts) {
    this.#board = board;
    const bus = createI2cQueue(ports.i2c, ports.clock, { bus: board.i2cBus });
    this.#gauge = createGauge(board.gauge.chip, bus, board.gauge.address, ports.clock);
    this.#thermometer = ports.thermometer;
    const line = board.lines.acPresent;
    this.#acLine =
      line === undefined
        ? null
        : createAcLine(line, ports.gpio, ports.clock, (acPresent) => {
            for (const listener of [...this.#listeners]) listener(acPresent);
          });
  }

  async start(): Promise<Result<UpsStart>> {
    const opened = await this.#acLine?.open();
    const found = await this.#identify();
    if (!found.ok) return found;
    if (opened?.ok === false) return opened;
    return { ok: true, value: { gauge: found.value } };
  }

  async sample(): Promise<Sample> {
    const [gauge, acPresent, temperatureC] = await Promise.all([
      this.#readGauge(),
      this.#acLine?.read(),
      this.#thermometer.readC(),
    ]);
    return {
      gauge,
      ...(acPresent === undefined ? {} : { acPresent }),
      ...this.#chargeAllowed(),
      temperatureC,
    };
  }

  onAcEdge(listener: (acPresent: boolean) => void): () => void {
    // A fresh function per call, so that the same listener given twice is two subscriptions.
    const entry = (acPresent: boolean) => listener(acPresent);
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  async stop(): Promise<void> {
    await this.#acLine?.close();
  }

  async #readGauge(): Promise<Result<GaugeReading>> {
    if (this.#identity === null) {
      const found = await this.#identify();
      if (!found.ok) return found;
    }
    return this.#gauge.read();
  }

  async #identify(): Promise<Result<GaugeIdentity>> {
    if (this.#identity !== null) return { ok: true, value: this.#identity };
    const found = await this.#gauge.probe();
    if (found.ok) this.#identity = found.value;
    return found;
  }

  /**
   * Charging is allowed unless somebody drives the charge line, and this agent does not drive it.
   * The line is not read back: it is an output of the Pi, and asking for it as an input would release it
   * under another program that holds charging off. Such a program shows as "no charge trend", not here.
   */
  #chargeAllowed(): Pick<Sample, "chargeAllowed"> {
    return this.#board.lines.chargeAllowed === undefined ? {} : { chargeAllowed: { ok: true, value: true } };
  }
}

/** The device for a board. Does no I/O before `start` or `sample`. */
export function createUpsDevice(board: Board, ports: UpsDevicePorts): UpsDevice {
  return new GaugeAndLines(board, ports);
}
