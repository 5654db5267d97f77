// The line that tells whether mains is present: level in, meaning out, and opened again when it could not be at start.
import type { BoardLine } from "../boards/board.ts";
import type { ReadFailure, Result } from "../core/model.ts";
import type { Clock, Gpio, GpioInput } from "../ports/ports.ts";
import { reopenAfterMs } from "./line-kept-open.ts";

/** What a raw level means on this line. */
export function levelMeans(line: BoardLine, high: boolean): boolean {
  return line.trueWhen === "high" ? high : !high;
}

export interface AcLine {
  /** Opens the line and starts watching it; a second call while it is open does nothing. */
  open(): Promise<Result<void>>;
  /** Mains present at this moment, not debounced. Tries to open the line again if it could not be opened. */
  read(): Promise<Result<boolean>>;
  close(): Promise<void>;
}

class GpioAcLine implements AcLine {
  readonly #line: BoardLine;
  readonly #gpio: Gpio;
  readonly #clock: Clock;
  readonly #onEdge: (acPresent: boolean) => void;
  #input: GpioInput | null = null;
  #unwatch: () => void = () => {};
  #failure: ReadFailure | null = null;
  #triedAtMs = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(line: BoardLine, gpio: Gpio, clock: Clock, onEdge: (acPresent: boolean) => void) {
    this.#line = line;
    this.#gpio = gpio;
    this.#clock = clock;
    this.#onEdge = onEdge;
  }

  async open(): Promise<Result<void>> {
    this.#closed = false;
    if (this.#input !== null) return { ok: true, value: undefined };
    this.#triedAtMs = this.#clock.now().monoMs;
    const opened = await this.#gpio.input(this.#line.bcm, this.#line.bias);
    if (!opened.ok) {
      this.#failure = opened;
      return opened;
    }
    if (this.#closed) {
      await opened.value.close();
      return { ok: true, value: undefined };
    }
    this.#input = opened.value;
    this.#unwatch = opened.value.watch((high) => this.#onEdge(levelMeans(this.#line, high)));
    return { ok: true, value: undefined };
  }

  async read(): Promise<Result<boolean>> {
    const input = this.#input ?? (await this.#reopened());
    if (input === null) return this.#failure ?? notOpen(this.#line.bcm);
    const level = await input.read();
    return level.ok ? { ok: true, value: levelMeans(this.#line, level.value) } : level;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#unwatch();
    this.#unwatch = () => {};
    const input = this.#input;
    this.#input = null;
    await input?.close();
  }

  async #reopened(): Promise<GpioInput | null> {
    if (this.#closed || this.#clock.now().monoMs - this.#triedAtMs < reopenAfterMs) return null;
    await this.open();
    return this.#input;
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
