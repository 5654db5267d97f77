// The board's side of its pins: charge line, button pulses, the software's press of the button, and the power cut that
// follows when the system is down. Modelled on the X728: pulse lengths are those of its scripts and its button table;
// that it cuts the power some seconds after GPIO12 has fallen is inferred, and how many seconds is assumed.
import type { BoardLine, BoardLines, OutputLine } from "../boards/lines.ts";
import type { ButtonAction } from "../core/model.ts";
import type { Clock } from "../ports/ports.ts";
import type { SimGpio } from "./sim-gpio.ts";

/** What the board says on the button line, ms high. */
export const buttonPulseMs: Readonly<Record<ButtonAction, number>> = { reboot: 400, power_off: 1000 };
/** A press of the power button, by the software or a finger: shorter does nothing, longer than the last cuts at once. */
const pressMs = { reboot: 1000, powerOff: 2000, forced: 8000 } as const;
/** From the fall of boot-OK to the cut. */
const cutAfterMs = 3000;

export interface LineBoardParts {
  readonly lines: BoardLines;
  readonly gpio: SimGpio;
  readonly clock: Clock;
  /** The charge line says so. */
  allowCharge(allowed: boolean): void;
  /** The board will cut the Pi's power in so many ms. */
  cutPower(afterMs: number): void;
}

export interface LineBoard {
  /** Presses the board's button; false: the board has none on a pin. A press during another one's pulse is lost. */
  press(action: ButtonAction): boolean;
  /** Ends all timers. */
  stop(): void;
}

function levelOf(line: BoardLine | OutputLine, statement: boolean): boolean {
  return (line.trueWhen === "high") === statement;
}

class RunningLineBoard implements LineBoard {
  readonly #parts: LineBoardParts;
  #endPulse: (() => void) | null = null;
  #pressedAtMs: number | null = null;
  #cancelForced: () => void = () => {};
  /** The board waits for the system to go down, and will then cut the power. */
  #waitsForEnd = false;

  constructor(parts: LineBoardParts) {
    this.#parts = parts;
    const { lines, gpio } = parts;
    if (lines.chargeAllowed !== undefined) this.#set(lines.chargeAllowed, true);
    if (lines.button !== undefined) this.#set(lines.button, false);
    for (const line of [lines.powerCut, lines.bootOk]) if (line !== undefined) this.#set(line, false);
    gpio.onDriven((bcm) => this.#follow(bcm));
  }

  press(action: ButtonAction): boolean {
    const { button } = this.#parts.lines;
    if (button === undefined) return false;
    if (this.#endPulse !== null) return true;
    this.#set(button, true);
    this.#endPulse = this.#parts.clock.after(buttonPulseMs[action], () => {
      this.#endPulse = null;
      this.#set(button, false);
    });
    if (action === "power_off") this.#waitForEnd();
    return true;
  }

  stop(): void {
    this.#endPulse?.();
    this.#endPulse = null;
    this.#cancelForced();
  }

  #follow(bcm: number): void {
    const { chargeAllowed, powerCut, bootOk } = this.#parts.lines;
    if (chargeAllowed?.bcm === bcm) this.#parts.allowCharge(this.#says(chargeAllowed));
    if (powerCut?.bcm === bcm) this.#followPress(this.#says(powerCut));
    if (bootOk?.bcm === bcm && this.#waitsForEnd && !this.#says(bootOk)) this.#end();
  }

  #followPress(pressed: boolean): void {
    const nowMs = this.#parts.clock.now().monoMs;
    if (pressed) {
      if (this.#pressedAtMs !== null) return;
      this.#pressedAtMs = nowMs;
      this.#cancelForced = this.#parts.clock.after(pressMs.forced, () => this.#parts.cutPower(0));
      return;
    }
    const heldMs = this.#pressedAtMs === null ? 0 : nowMs - this.#pressedAtMs;
    this.#pressedAtMs = null;
    this.#cancelForced();
    if (heldMs >= pressMs.powerOff) this.press("power_off");
    else if (heldMs >= pressMs.reboot) this.press("reboot");
  }

  /** A system that never said that it is up counts as down already. */
  #waitForEnd(): void {
    const { bootOk } = this.#parts.lines;
    this.#waitsForEnd = bootOk !== undefined;
    if (bootOk !== undefined && !this.#says(bootOk)) this.#end();
  }

  #end(): void {
    this.#waitsForEnd = false;
    this.#parts.cutPower(cutAfterMs);
  }

  #says(line: OutputLine): boolean {
    return this.#parts.gpio.level(line.bcm) === levelOf(line, true);
  }

  #set(line: BoardLine | OutputLine, statement: boolean): void {
    this.#parts.gpio.setLevel(line.bcm, levelOf(line, statement));
  }
}

/** Puts the board's resting levels on its lines and follows what the Pi drives. */
export function createLineBoard(parts: LineBoardParts): LineBoard {
  return new RunningLineBoard(parts);
}
