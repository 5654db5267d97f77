// A pin that the agent switches: driven from the first request on, read back after each write, and given back in its safe
// state. Kernels of the Pi keep the level of a released output, so that the safe level is written before the release.
import type { OutputLine } from "../boards/board.ts";
import type { Result } from "../core/model.ts";
import type { Gpio, GpioOutput } from "../ports/ports.ts";
import { createInTurn } from "./in-turn.ts";

const done: Result<void> = { ok: true, value: undefined };

/** The level that makes the line's statement true or false. */
export function levelFor(line: OutputLine, statement: boolean): boolean {
  return (line.trueWhen === "high") === statement;
}

export interface SwitchedLine {
  /** Makes the line's statement true or false. Code besides those of the pins: `PI_UPS_LINE_NOT_TAKEN`. */
  set(statement: boolean): Promise<Result<void>>;
  /** Writes the safe state and gives the line back. A line that was never driven is not touched. Idempotent. */
  release(): Promise<void>;
}

class GpioSwitchedLine implements SwitchedLine {
  readonly #line: OutputLine;
  readonly #safe: boolean;
  readonly #gpio: Gpio;
  #output: GpioOutput | null = null;
  /** One request at a time: two at once would open the line twice. */
  readonly #inTurn = createInTurn();

  constructor(line: OutputLine, safe: boolean, gpio: Gpio) {
    this.#line = line;
    this.#safe = safe;
    this.#gpio = gpio;
  }

  set(statement: boolean): Promise<Result<void>> {
    return this.#inTurn(() => this.#drive(levelFor(this.#line, statement)));
  }

  release(): Promise<void> {
    return this.#inTurn(async () => {
      const output = this.#output;
      this.#output = null;
      await output?.write(levelFor(this.#line, this.#safe));
      await output?.close();
    });
  }

  async #drive(high: boolean): Promise<Result<void>> {
    const output = this.#output;
    if (output === null) return this.#open(high);
    const written = await output.write(high);
    return written.ok ? this.#check(output, high) : written;
  }

  async #open(high: boolean): Promise<Result<void>> {
    const opened = await this.#gpio.output(this.#line.bcm, high);
    if (!opened.ok) return opened;
    this.#output = opened.value;
    return this.#check(opened.value, high);
  }

  async #check(output: GpioOutput, high: boolean): Promise<Result<void>> {
    const level = await output.read();
    if (!level.ok) return level;
    if (level.value === high) return done;
    const word = (isHigh: boolean) => (isHigh ? "high" : "low");
    return {
      ok: false,
      code: "PI_UPS_LINE_NOT_TAKEN",
      message: `GPIO${this.#line.bcm} was driven ${word(high)} but reads ${word(level.value)}: something else holds it. Check the board in the configuration, and what else is wired to the pin.`,
    };
  }
}

/** Does no I/O before `set`. `safe` is what the line says after `release`. */
export function createSwitchedLine(line: OutputLine, safe: boolean, gpio: Gpio): SwitchedLine {
  return new GpioSwitchedLine(line, safe, gpio);
}
