// The pin that tells the board that the system is up. Its fall means "the system is down, the power may go", so that the
// agent, once it drives the pin, never lets it fall: a stop or a restart leaves it driven. It falls by itself when the Pi
// halts, because then nothing drives its pins. That the board takes the fall for the end is inferred from the vendor's
// scripts, which set the pin at start and never clear it (github.com/geekworm-com/x728-script, xPWR.sh).
import type { OutputLine } from "../boards/board.ts";
import type { Result } from "../core/model.ts";
import type { Gpio, GpioOutput } from "../ports/ports.ts";
import { levelFor } from "./line-output.ts";

export interface BootOkLine {
  /** Says "up". A line that was left driven is taken over without a fall. Idempotent. */
  hold(): Promise<Result<void>>;
  /** Ends our part in it; the line goes on saying "up". Idempotent. */
  leave(): Promise<void>;
}

class GpioBootOkLine implements BootOkLine {
  readonly #line: OutputLine;
  readonly #gpio: Gpio;
  #output: GpioOutput | null = null;

  constructor(line: OutputLine, gpio: Gpio) {
    this.#line = line;
    this.#gpio = gpio;
  }

  async hold(): Promise<Result<void>> {
    if (this.#output !== null) return { ok: true, value: undefined };
    const opened = await this.#gpio.output(this.#line.bcm, levelFor(this.#line, true));
    if (!opened.ok) return opened;
    this.#output = opened.value;
    return { ok: true, value: undefined };
  }

  async leave(): Promise<void> {
    const output = this.#output;
    this.#output = null;
    await output?.leave();
  }
}

/** Does no I/O before `hold`. */
export function createBootOkLine(line: OutputLine, gpio: Gpio): BootOkLine {
  return new GpioBootOkLine(line, gpio);
}
