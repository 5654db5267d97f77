// Everything that a board switches or says through pins, put together from its lines. Pins are taken by what the board's
// data says, never by guess, and each one is left in the state that does no harm.
import type { BoardLines } from "../boards/board.ts";
import type { BoardFault, ButtonAction, Result, Sample } from "../core/model.ts";
import type { Clock, Gpio } from "../ports/ports.ts";
import { type ButtonLine, createButtonLine } from "./button-line.ts";
import { type ChargeLine, createChargeLine } from "./charge-line.ts";
import type { Controls } from "./controls.ts";
import { createBootOkLine } from "./line-boot-ok.ts";
import { createSwitchedLine, type SwitchedLine } from "./line-output.ts";
import { createPowerCutLine, type PowerCutLine } from "./line-power-cut.ts";

export interface LineParts {
  /** Opens what has to be held or watched from the start; a failure leaves the rest working. Idempotent. */
  start(): Promise<Result<void>>;
  /** What the lines add to a sample. */
  sample(): Partial<Sample>;
  readonly controls: Controls;
  /** Gives every line back in its safe state; a power-off pulse ends first. Idempotent. */
  stop(): Promise<void>;
}

/** The lines that can be switched; null: the board has no such line. */
interface Switched {
  readonly charge: ChargeLine | null;
  readonly powerCut: PowerCutLine | null;
  readonly buzzer: SwitchedLine | null;
}

/** The board's button knows no "later": a person who asks for time is told, and not shut down at once. */
function pressed(powerCut: PowerCutLine, delayS: number | null): Promise<Result<void>> {
  if (delayS === null || delayS === 0) return powerCut.cut(delayS);
  const message = `The power cut of this board is a press of its button: the Pi goes down at once, and the power is cut when it is down. It cannot wait ${delayS} s; ask for 0s.`;
  return Promise.resolve({ ok: false, code: "PI_UPS_NOT_POSSIBLE", message });
}

function controlsOf({ charge, powerCut, buzzer }: Switched): Controls {
  return {
    ...(charge === null ? {} : { allowCharge: (allowed: boolean) => charge.allow(allowed) }),
    ...(powerCut === null ? {} : { powerCut: (delayS: number | null) => pressed(powerCut, delayS) }),
    ...(buzzer === null ? {} : { buzzer: (on: boolean) => buzzer.set(on) }),
  };
}

function faultsOf(button: ButtonLine, bcm: number): readonly BoardFault[] {
  if (!button.stuck) return [];
  return [
    {
      kind: "button_stuck",
      message: `GPIO${bcm} says for more than a minute that the board's button is pressed. Presses are not seen; check that the board in the configuration is the one that is fitted.`,
    },
  ];
}

/** Does no I/O before `start` or a control. `onButton` hears presses that were decoded. */
export function createLineParts(
  lines: BoardLines,
  gpio: Gpio,
  clock: Clock,
  onButton: (action: ButtonAction) => void,
): LineParts {
  const charge = lines.chargeAllowed === undefined ? null : createChargeLine(lines.chargeAllowed, gpio);
  const powerCut = lines.powerCut === undefined ? null : createPowerCutLine(lines.powerCut, gpio, clock);
  const buzzer = lines.buzzer === undefined ? null : createSwitchedLine(lines.buzzer, false, gpio);
  const bootOk = lines.bootOk === undefined ? null : createBootOkLine(lines.bootOk, gpio);
  const button = lines.button === undefined ? null : createButtonLine(lines.button, gpio, clock, onButton);
  const buttonBcm = lines.button?.bcm ?? 0;
  return {
    start: async () => {
      const held = await bootOk?.hold();
      const watched = await button?.open();
      if (held?.ok === false) return held;
      return watched ?? { ok: true, value: undefined };
    },
    sample: () => ({
      ...(charge === null ? {} : { chargeAllowed: { ok: true, value: charge.allowed } }),
      ...(button === null ? {} : { boardFaults: { ok: true, value: faultsOf(button, buttonBcm) } }),
    }),
    controls: controlsOf({ charge, powerCut, buzzer }),
    stop: async () => {
      await button?.close();
      await buzzer?.release();
      await charge?.release();
      await powerCut?.release();
      await bootOk?.leave();
    },
  };
}
