// Everything that a board switches through pins, put together from its lines.
import type { BoardLines } from "../boards/board.ts";
import type { ButtonAction, Result, Sample } from "../core/model.ts";
import type { Clock, Gpio } from "../ports/ports.ts";
import { createChargeLine } from "./charge-line.ts";
import type { Controls } from "./controls.ts";

export interface LineParts {
  /** Opens what has to be held or watched from the start; a failure leaves the rest working. Idempotent. */
  start(): Promise<Result<void>>;
  /** What the lines add to a sample. */
  sample(): Partial<Sample>;
  readonly controls: Controls;
  /** Gives every line back in its safe state. Idempotent. */
  stop(): Promise<void>;
}

/** Does no I/O before `start` or a control. `onButton` hears presses that were decoded. */
export function createLineParts(
  lines: BoardLines,
  gpio: Gpio,
  _clock: Clock,
  _onButton: (action: ButtonAction) => void,
): LineParts {
  const charge = lines.chargeAllowed === undefined ? null : createChargeLine(lines.chargeAllowed, gpio);
  return {
    start: () => Promise.resolve({ ok: true, value: undefined }),
    sample: () => (charge === null ? {} : { chargeAllowed: { ok: true, value: charge.allowed } }),
    controls: charge === null ? {} : { allowCharge: (allowed) => charge.allow(allowed) },
    stop: async () => {
      await charge?.release();
    },
  };
}
