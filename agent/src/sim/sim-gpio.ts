// Simulated GPIO lines: the world sets levels from outside, the Pi's software reads, watches or drives them.
import type { ReadFailure, Result } from "../core/model.ts";
import type { Gpio, GpioInput, GpioOutput } from "../ports/ports.ts";

interface Line {
  /** Level put on the line by the board; null: nothing drives it. */
  outside: boolean | null;
  /** Level driven by the Pi; null: the Pi does not drive it. */
  driven: boolean | null;
  /** An output that is open; a driven line without one was left so. */
  owner: LineOutput | null;
  /** Level of an undriven line. */
  resting: boolean;
  readonly watchers: Set<(high: boolean) => void>;
}

export interface SimGpio extends Gpio {
  /** The board puts this level on the line; watchers are called before it returns. */
  setLevel(bcm: number, high: boolean): void;
  /** The level on the line, whoever makes it. */
  level(bcm: number): boolean;
  /** Calls when the Pi's software begins, changes or ends driving a line. */
  onDriven(listener: (bcm: number) => void): void;
  /** The Pi has lost its power: nothing drives the lines any more. */
  powerDown(): void;
}

function closedLine(bcm: number): ReadFailure {
  return {
    ok: false,
    code: "PI_UPS_GPIO_NOT_OPEN",
    message: `GPIO${bcm} was closed; open it again before use.`,
  };
}

function busyLine(bcm: number): ReadFailure {
  return {
    ok: false,
    code: "PI_UPS_GPIO_BUSY",
    message: `GPIO${bcm} is in use as an output; close that one before it is opened again.`,
  };
}

class LineInput implements GpioInput {
  readonly #bcm: number;
  readonly #line: Line;
  readonly #own = new Set<(high: boolean) => void>();
  #closed = false;

  constructor(bcm: number, line: Line) {
    this.#bcm = bcm;
    this.#line = line;
  }

  read(): Promise<Result<boolean>> {
    return Promise.resolve(this.#closed ? closedLine(this.#bcm) : { ok: true, value: levelOf(this.#line) });
  }

  watch(onEdge: (high: boolean) => void): () => void {
    const watcher = (high: boolean) => onEdge(high);
    this.#own.add(watcher);
    this.#line.watchers.add(watcher);
    return () => {
      this.#own.delete(watcher);
      this.#line.watchers.delete(watcher);
    };
  }

  close(): Promise<void> {
    this.#closed = true;
    for (const watcher of this.#own) this.#line.watchers.delete(watcher);
    this.#own.clear();
    return Promise.resolve();
  }
}

class LineOutput implements GpioOutput {
  readonly #bcm: number;
  readonly #line: Line;
  readonly #drive: (high: boolean | null) => void;

  constructor(bcm: number, line: Line, drive: (high: boolean | null) => void) {
    this.#bcm = bcm;
    this.#line = line;
    this.#drive = drive;
  }

  read(): Promise<Result<boolean>> {
    return Promise.resolve(this.#owns() ? { ok: true, value: levelOf(this.#line) } : closedLine(this.#bcm));
  }

  write(high: boolean): Promise<Result<void>> {
    if (!this.#owns()) return Promise.resolve(closedLine(this.#bcm));
    this.#drive(high);
    return Promise.resolve({ ok: true, value: undefined });
  }

  close(): Promise<void> {
    if (this.#owns()) {
      this.#line.owner = null;
      this.#drive(null);
    }
    return Promise.resolve();
  }

  leave(): Promise<void> {
    if (this.#owns()) this.#line.owner = null;
    return Promise.resolve();
  }

  #owns(): boolean {
    return this.#line.owner === this;
  }
}

function levelOf(line: Line): boolean {
  return line.driven ?? line.outside ?? line.resting;
}

class Lines implements SimGpio {
  readonly #lines = new Map<number, Line>();
  readonly #drivenListeners: ((bcm: number) => void)[] = [];

  input(bcm: number, bias: "pull_up" | "pull_down" | "none"): Promise<Result<GpioInput>> {
    const line = this.#line(bcm);
    if (line.owner !== null) return Promise.resolve(busyLine(bcm));
    if (line.driven !== null) this.#drive(bcm, null);
    line.resting = bias === "pull_up";
    return Promise.resolve({ ok: true, value: new LineInput(bcm, line) });
  }

  output(bcm: number, initialHigh: boolean): Promise<Result<GpioOutput>> {
    const line = this.#line(bcm);
    if (line.owner !== null) return Promise.resolve(busyLine(bcm));
    const output = new LineOutput(bcm, line, (high) => this.#drive(bcm, high));
    line.owner = output;
    this.#drive(bcm, initialHigh);
    return Promise.resolve({ ok: true, value: output });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  setLevel(bcm: number, high: boolean): void {
    const line = this.#line(bcm);
    this.#change(line, () => {
      line.outside = high;
    });
  }

  level(bcm: number): boolean {
    return levelOf(this.#line(bcm));
  }

  onDriven(listener: (bcm: number) => void): void {
    this.#drivenListeners.push(listener);
  }

  powerDown(): void {
    for (const [bcm, line] of this.#lines) {
      line.owner = null;
      if (line.driven !== null) this.#drive(bcm, null);
    }
  }

  #drive(bcm: number, high: boolean | null): void {
    const line = this.#line(bcm);
    this.#change(line, () => {
      line.driven = high;
    });
    for (const listener of this.#drivenListeners) listener(bcm);
  }

  #line(bcm: number): Line {
    const known = this.#lines.get(bcm);
    if (known !== undefined) return known;
    const line: Line = { outside: null, driven: null, owner: null, resting: false, watchers: new Set() };
    this.#lines.set(bcm, line);
    return line;
  }

  #change(line: Line, change: () => void): void {
    const before = levelOf(line);
    change();
    const after = levelOf(line);
    if (after !== before) for (const watcher of [...line.watchers]) watcher(after);
  }
}

/** The lines of a simulated 40-pin header; all float until the world puts a level on them. */
export function createSimGpio(): SimGpio {
  return new Lines();
}
