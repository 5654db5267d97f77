// The pin that forbids charging: driven only once somebody asked for it, held while the agent runs, and given back in the
// allowing state, so that no stopped agent leaves a battery uncharged.
import type { OutputLine } from "../boards/board.ts";
import type { Result } from "../core/model.ts";
import type { Gpio } from "../ports/ports.ts";
import { createSwitchedLine, type SwitchedLine } from "./line-output.ts";

export interface ChargeLine {
  /**
   * Drives the line from the first call on, also to allow: an agent that died may have left it forbidding, and the
   * kernel keeps such a level. So ask only where charging is this agent's business. See `SwitchedLine` for the codes.
   */
  allow(allowed: boolean): Promise<Result<void>>;
  /** As this agent drives it; true while it does not drive it. */
  readonly allowed: boolean;
  /** Allows charging and gives the line back. Idempotent. */
  release(): Promise<void>;
}

class GpioChargeLine implements ChargeLine {
  readonly #line: SwitchedLine;
  allowed = true;

  constructor(line: SwitchedLine) {
    this.#line = line;
  }

  async allow(allowed: boolean): Promise<Result<void>> {
    const taken = await this.#line.set(allowed);
    if (taken.ok) this.allowed = allowed;
    return taken;
  }

  async release(): Promise<void> {
    await this.#line.release();
    this.allowed = true;
  }
}

/** Does no I/O before `allow`. */
export function createChargeLine(line: OutputLine, gpio: Gpio): ChargeLine {
  return new GpioChargeLine(createSwitchedLine(line, true, gpio));
}
