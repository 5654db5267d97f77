// The line that tells whether mains is present: level in, meaning out, opened again when it could not be or died.
import type { BoardLine } from "../boards/board.ts";
import type { ReadFailure, Result } from "../core/model.ts";
import type { Clock, Gpio, GpioInput } from "../ports/ports.ts";
import { type KeptOpen, keptOpen } from "./line-kept-open.ts";

/** What a raw level means on this line. */
export function levelMeans(line: BoardLine, high: boolean): boolean {
  return line.trueWhen === "high" ? high : !high;
}

export interface AcLine {
  /** Opens the line and starts watching it; a second call while it is open does nothing. */
  open(): Promise<Result<void>>;
  /** Mains present at this moment, not debounced. Tries to open a line again that could not be opened or is dead. */
  read(): Promise<Result<boolean>>;
  close(): Promise<void>;
}

class GpioAcLine implements AcLine {
  readonly #line: BoardLine;
  readonly #gpio: Gpio;
  readonly #onEdge: (acPresent: boolean) => void;
  readonly #kept: KeptOpen;
  #input: GpioInput | null = null;
  #unwatch: () => void = () => {};

  constructor(line: BoardLine, gpio: Gpio, clock: Clock, onEdge: (acPresent: boolean) => void) {
    this.#line = line;
    this.#gpio = gpio;
    this.#onEdge = onEdge;
    this.#kept = keptOpen({ open: () => this.#open(), close: () => this.#release() }, clock);
  }

  open(): Promise<Result<void>> {
    return this.#kept.open();
  }

  async read(): Promise<Result<boolean>> {
    await this.#kept.again();
    const input = this.#input;
    if (input === null) return this.#kept.failure ?? notOpen(this.#line.bcm);
    const level = await input.read();
    if (this.#input === input) this.#kept.took(level);
    return level.ok ? { ok: true, value: levelMeans(this.#line, level.value) } : level;
  }

  async close(): Promise<void> {
    await this.#kept.end();
    await this.#release();
  }

  async #open(): Promise<Result<void>> {
    if (this.#input !== null) return { ok: true, value: undefined };
    const opened = await this.#gpio.input(this.#line.bcm, this.#line.bias);
    if (!opened.ok) return opened;
    this.#input = opened.value;
    this.#unwatch = opened.value.watch((high) => this.#onEdge(levelMeans(this.#line, high)));
    return { ok: true, value: undefined };
  }

  async #release(): Promise<void> {
    this.#unwatch();
    this.#unwatch = () => {};
    const input = this.#input;
    this.#input = null;
    await input?.close();
  }
}

function notOpen(bcm: number): ReadFailure {
  return {
    ok: false,
    code: "PI_UPS_GPIO_NOT_OPEN",
    message: `GPIO${bcm} is not open: the device was not started, or was stopped.`,
  };
}

/** The board's mains line. Does no I/O before `open`. */
export function createAcLine(
  line: BoardLine,
  gpio: Gpio,
  clock: Clock,
  onEdge: (acPresent: boolean) => void,
): AcLine {
  return new GpioAcLine(line, gpio, clock, onEdge);
}
