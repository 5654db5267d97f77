// One UPS board as the agent sees it: chips, lines and the Pi behind a single sample, and the edge of the mains line.
import type { Board } from "../boards/board.ts";
import type { ButtonAction, ReadFailure, Result, Sample } from "../core/model.ts";
import type { Clock, Gpio, I2cBus, KernelPower, PiSignals, Thermometer } from "../ports/ports.ts";
import { type AcLine, createAcLine } from "./ac-line.ts";
import type { ChipDriver, ChipIdentity, ChipSample } from "./chip.ts";
import { createChip } from "./chips.ts";
import { type Controls, ordersInTurn } from "./controls.ts";
import { createI2cQueue } from "./i2c-queue.ts";
import { createLineParts, type LineParts } from "./line-controls.ts";
import { mergeSamples } from "./merge-samples.ts";

export interface UpsDevicePorts {
  /** The raw bus, or an `I2cQueue` when several devices share it. */
  readonly i2c: I2cBus;
  readonly gpio: Gpio;
  readonly kernel: KernelPower;
  readonly thermometer: Thermometer;
  /** Absent: this machine tells nothing about its supply. */
  readonly piSignals?: PiSignals;
  readonly clock: Clock;
}

/** What was found at start, in the order of the board's chips. */
export interface UpsStart {
  readonly chips: readonly ChipIdentity[];
}

export interface UpsDevice {
  /**
   * Loads the drivers, opens the lines and checks that the chips are there, reading only. Idempotent.
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
  /** Calls for each press of the board's button. The returned function ends it. May be called before `start`. */
  onButton(listener: (action: ButtonAction) => void): () => void;
  /** What can be switched; complete after `start`. */
  controls(): Controls;
  /** Gives the lines back. Idempotent; the bus stays with whoever made it. */
  stop(): Promise<void>;
}

/** A chip of the board: its driver, its switches, and whether it has been seen. */
interface Fitted {
  readonly driver: ChipDriver;
  /** One order at a time, whatever the driver. */
  readonly controls: Controls;
  /** The probe that found it, or that is under way; null: it is to be asked. */
  probe: Promise<Result<ChipIdentity>> | null;
}

class Listeners<T> {
  readonly #all = new Set<(value: T) => void>();

  /** A fresh entry per call, so that the same listener given twice is two subscriptions. */
  add(listener: (value: T) => void): () => void {
    const entry = (value: T) => listener(value);
    this.#all.add(entry);
    return () => {
      this.#all.delete(entry);
    };
  }

  tell(value: T): void {
    for (const listener of [...this.#all]) listener(value);
  }
}

class BoardDevice implements UpsDevice {
  readonly #board: Board;
  readonly #ports: UpsDevicePorts;
  readonly #acLine: AcLine | null;
  readonly #lines: LineParts;
  readonly #edges = new Listeners<boolean>();
  readonly #presses = new Listeners<ButtonAction>();
  #loading: Promise<readonly Fitted[]> | null = null;
  #chips: readonly Fitted[] = [];

  constructor(board: Board, ports: UpsDevicePorts) {
    const { gpio, clock } = ports;
    this.#board = board;
    this.#ports = ports;
    const line = board.lines.acPresent;
    this.#acLine =
      line === undefined ? null : createAcLine(line, gpio, clock, (acPresent) => this.#edges.tell(acPresent));
    this.#lines = createLineParts(board.lines, gpio, clock, (action) => this.#presses.tell(action));
  }

  async start(): Promise<Result<UpsStart>> {
    const opened = await this.#acLine?.open();
    const held = await this.#lines.start();
    const found: ChipIdentity[] = [];
    let failure: ReadFailure | null = null;
    for (const chip of await this.#fitted()) {
      const identity = await identify(chip);
      if (identity.ok) found.push(identity.value);
      else failure ??= identity;
    }
    if (failure !== null) return failure;
    if (opened?.ok === false) return opened;
    return held.ok ? { ok: true, value: { chips: found } } : held;
  }

  async sample(): Promise<Sample> {
    const [chips, processorC, pi] = await Promise.all([
      this.#readChips(),
      this.#ports.thermometer.readC(),
      this.#ports.piSignals?.read(),
    ]);
    // Last: a slow bus takes a second, and a level from before it would undo an edge that was told meanwhile.
    const acPresent = await this.#acLine?.read();
    const { button, ...sample } = mergeSamples([...chips, this.#lines.sample()]);
    if (button !== undefined) this.#presses.tell(button);
    return {
      temperatureC: processorC,
      ...pi,
      ...sample,
      ...(acPresent === undefined ? {} : { acPresent }),
    };
  }

  onAcEdge(listener: (acPresent: boolean) => void): () => void {
    return this.#edges.add(listener);
  }

  onButton(listener: (action: ButtonAction) => void): () => void {
    return this.#presses.add(listener);
  }

  /** As with samples, for each switch the first chip in the board's list that has it counts, and then the lines. */
  controls(): Controls {
    const parts = [...this.#chips.map(({ controls }) => controls), this.#lines.controls];
    return Object.assign({}, ...parts.toReversed());
  }

  async stop(): Promise<void> {
    await this.#acLine?.close();
    await this.#lines.stop();
  }

  async #readChips(): Promise<readonly ChipSample[]> {
    const samples: ChipSample[] = [];
    for (const chip of await this.#fitted()) {
      const found = await identify(chip);
      samples.push(found.ok ? await chip.driver.read() : chip.driver.failed(found));
    }
    return samples;
  }

  #fitted(): Promise<readonly Fitted[]> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  async #load(): Promise<readonly Fitted[]> {
    const { i2c, kernel, clock } = this.#ports;
    const { chips, i2cBus, battery } = this.#board;
    const bus = createI2cQueue(i2c, clock, { bus: i2cBus });
    const { cellsInSeries } = battery;
    const drivers = chips.map((use) =>
      createChip(use, { bus, busNumber: i2cBus, kernel, clock, cellsInSeries }),
    );
    this.#chips = (await Promise.all(drivers)).map((driver) => ({
      driver,
      controls: ordersInTurn(driver.controls ?? {}),
      probe: null,
    }));
    return this.#chips;
  }
}

/** A start that takes long and the first samples ask together: two probes at once would take each other's news. */
function identify(chip: Fitted): Promise<Result<ChipIdentity>> {
  chip.probe ??= chip.driver.probe().then((found) => {
    if (!found.ok) chip.probe = null;
    return found;
  });
  return chip.probe;
}

/** The device for a board. Does no I/O before `start` or `sample`. */
export function createUpsDevice(board: Board, ports: UpsDevicePorts): UpsDevice {
  return new BoardDevice(board, ports);
}
