// The pin that forbids charging: driven only once somebody asked for it, held while the agent runs, and given back in the
// allowing state, so that no stopped agent leaves a battery uncharged.
import type { OutputLine } from "../boards/board.ts";
import type { Result } from "../core/model.ts";
import type { Gpio, GpioOutput } from "../ports/ports.ts";

export interface ChargeLine {
  /** Allowing a line that was never driven drives nothing: another program may hold it. */
  allow(allowed: boolean): Promise<Result<void>>;
  /** As this agent drives it; true while it does not drive it. */
  readonly allowed: boolean;
  /** Allows charging and gives the line back. Idempotent. */
  release(): Promise<void>;
}

class GpioChargeLine implements ChargeLine {
  readonly #line: OutputLine;
  readonly #gpio: Gpio;
  #output: GpioOutput | null = null;
  allowed = true;

  constructor(line: OutputLine, gpio: Gpio) {
    this.#line = line;
    this.#gpio = gpio;
  }

  async allow(allowed: boolean): Promise<Result<void>> {
    if (this.#output === null && allowed) return { ok: true, value: undefined };
    const written = await this.#drive((this.#line.trueWhen === "high") === allowed);
    if (written.ok) this.allowed = allowed;
    return written;
  }

  async release(): Promise<void> {
    const output = this.#output;
    this.#output = null;
    this.allowed = true;
    if (output === null) return;
    await output.write(this.#line.trueWhen === "high");
    await output.close();
  }

  async #drive(high: boolean): Promise<Result<void>> {
    if (this.#output !== null) return this.#output.write(high);
    const opened = await this.#gpio.output(this.#line.bcm, high);
    if (!opened.ok) return opened;
    this.#output = opened.value;
    return { ok: true, value: undefined };
  }
}

/** Does no I/O before `allow(false)`. */
export function createChargeLine(line: OutputLine, gpio: Gpio): ChargeLine {
  return new GpioChargeLine(line, gpio);
}
