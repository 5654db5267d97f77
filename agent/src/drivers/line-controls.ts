// Everything that a board switches or says through pins, put together from its lines. Pins are taken by what the board's
// data says, never by guess, and each one is left in the state that does no harm.
import type { BoardLines } from "../boards/board.ts";
import type { BoardFault, ButtonAction, Result, Sample } from "../core/model.ts";
import type { Clock, Gpio } from "../ports/ports.ts";
import { type ButtonLine, createButtonLine } from "./button-line.ts";
import { type ChargeLine, createChargeLine } from "./charge-line.ts";
import { notPossible } from "./chip-failures.ts";
import type { Controls } from "./controls.ts";
import { createBootOkLine } from "./line-boot-ok.ts";
import { type KeptOpen, keptOpen } from "./line-kept-open.ts";
import { createSwitchedLine, type SwitchedLine } from "./line-output.ts";
import { createPowerCutLine, type PowerCutLine } from "./line-power-cut.ts";

export interface LineParts {
  /**
   * Opens what has to be held or watched from the start; a failure leaves the rest working, is a fault of the board in
   * every sample, and is mended by a later one when it can be. Idempotent.
   */
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

/** A line that is needed from the start, and what it means that it cannot be opened. */
interface Needed {
  readonly line: KeptOpen;
  readonly kind: string;
  readonly meaning: string;
}

/**
 * The software's press of the board's button. It knows no "later": a person who asks for time is told, and not shut down
 * at once. And it needs our ears: the board answers by asking the system to go down, and cuts the power at the next fall
 * of boot-OK, which after an unheard request is a reboot.
 */
function pressed(powerCut: PowerCutLine, hears: KeptOpen | null, delayS: number | null) {
  const refuse = (message: string): Promise<Result<void>> => Promise.resolve(notPossible(message));
  if (delayS !== null && delayS !== 0) {
    return refuse(
      `The power cut of this board is a press of its button: the Pi goes down at once, and the power is cut when it is down. It cannot wait ${delayS} s; ask for 0s.`,
    );
  }
  const deaf = hears?.failure ?? null;
  if (delayS === null || deaf === null) return powerCut.cut(delayS);
  return refuse(
    `The board would ask the system to go down, and nobody would hear it: its button is not watched. ${deaf.message}`,
  );
}

function controlsOf({ charge, powerCut, buzzer }: Switched, hears: KeptOpen | null): Controls {
  return {
    ...(charge === null ? {} : { allowCharge: (allowed: boolean) => charge.allow(allowed) }),
    ...(powerCut === null ? {} : { powerCut: (delayS: number | null) => pressed(powerCut, hears, delayS) }),
    ...(buzzer === null ? {} : { buzzer: (on: boolean) => buzzer.set(on) }),
  };
}

/** Never rejects. */
async function keepHearing(button: ButtonLine, hears: KeptOpen): Promise<void> {
  await hears.again();
  const read = await button.check();
  if (read !== null) hears.took(read);
}

function stuckFault(button: ButtonLine | null, bcm: number): readonly BoardFault[] {
  if (button?.stuck !== true) return [];
  return [
    {
      kind: "button_stuck",
      message: `GPIO${bcm} says for more than a minute that the board's button is pressed. Presses are not seen; check that the board in the configuration is the one that is fitted.`,
    },
  ];
}

function missingFaults(needed: readonly Needed[]): readonly BoardFault[] {
  return needed.flatMap(({ line, kind, meaning }) =>
    line.failure === null ? [] : [{ kind, message: `${meaning} ${line.failure.message}` }],
  );
}

function neededOf(bootOk: KeptOpen | null, button: KeptOpen | null): readonly Needed[] {
  const parts = [
    {
      line: bootOk,
      kind: "boot_ok_not_driven",
      meaning: "The board is not told that the system is up, so it may cut the power without waiting for it.",
    },
    { line: button, kind: "button_not_watched", meaning: "Presses of the board's button are not seen." },
  ];
  return parts.flatMap(({ line, ...rest }) => (line === null ? [] : [{ line, ...rest }]));
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
  const saysUp = bootOk === null ? null : keptOpen({ open: () => bootOk.hold() }, clock);
  const hears =
    button === null ? null : keptOpen({ open: () => button.open(), close: () => button.close() }, clock);
  const needed = neededOf(saysUp, hears);
  const buttonBcm = lines.button?.bcm ?? 0;
  return {
    start: async () => {
      const held = await saysUp?.open();
      const watched = await hears?.open();
      if (held?.ok === false) return held;
      return watched ?? { ok: true, value: undefined };
    },
    sample: () => {
      void saysUp?.again();
      if (button !== null && hears !== null) void keepHearing(button, hears);
      const faults = [...missingFaults(needed), ...stuckFault(button, buttonBcm)];
      return {
        ...(charge === null ? {} : { chargeAllowed: { ok: true, value: charge.allowed } }),
        ...(needed.length === 0 ? {} : { boardFaults: { ok: true, value: faults } }),
      };
    },
    controls: controlsOf({ charge, powerCut, buzzer }, hears),
    stop: async () => {
      for (const { line } of needed) await line.end();
      await button?.close();
      await buzzer?.release();
      await charge?.release();
      await powerCut?.release();
      await bootOk?.leave();
    },
  };
}
