// Carries out what a person asked of the board's switches, and says in a sentence what became of it.
import type { Board } from "../boards/board.ts";
import type { CoreConfig } from "../core/engine.ts";
import type { Result } from "../core/model.ts";
import { toRfc3339 } from "../core/rfc3339.ts";
import { type Controls, switchesOf } from "../drivers/controls.ts";
import type { SwitchCommand } from "../ports/control.ts";
import type { Answer } from "../ports/ha-link.ts";
import type { Log, RunStore } from "../ports/ports.ts";

/** To the second, in the zone of this machine, which is the one that the person wrote the time in. */
function localTime(wallMs: number): string {
  const at = new Date(wallMs);
  return toRfc3339({ wallMs, utcOffsetMin: -at.getTimezoneOffset() }).replace(/\.\d+/, "");
}

type Switching = Promise<Result<void>> | undefined;

function carryOut(controls: Controls, command: SwitchCommand): Switching {
  switch (command.kind) {
    case "allow_charge":
      return controls.allowCharge?.(command.on);
    case "restart_on_mains":
      return controls.restartOnMains?.(command.on);
    case "buzzer":
      return controls.buzzer?.(command.on);
    case "power_cut":
      return controls.powerCut?.(command.delayS);
    case "wake_on_charge":
      return controls.wakeOnCharge?.(command.percent);
    case "wake_at":
      return controls.wakeAt?.(command.wallMs);
    case "watchdog":
      return controls.watchdog?.(command.minutes);
    case "led":
      return controls.led?.(command.index, command);
    default:
      return command satisfies never;
  }
}

function powerCutSaid(delayS: number | null, board: Board): string {
  if (pressesButton(board)) {
    return delayS === null
      ? "The pin that presses the board's button is at rest."
      : "The board's button was pressed: the board asks the system to go down, and cuts the power once it is down.";
  }
  return delayS === null
    ? "The power cut is called off."
    : `The board cuts the Pi's power, not before ${delayS} s from now.`;
}

function saidOf(command: SwitchCommand, board: Board): string {
  switch (command.kind) {
    case "allow_charge":
      return command.on ? "Charging is allowed." : "Charging is forbidden.";
    case "restart_on_mains":
      return command.on
        ? "After a power cut the board starts the Pi when mains is back."
        : "The board does not start the Pi by itself when mains is back.";
    case "buzzer":
      return command.on ? "The buzzer sounds." : "The buzzer is silent.";
    case "power_cut":
      return powerCutSaid(command.delayS, board);
    case "wake_on_charge":
      return command.percent === null
        ? "The board does not wait for a charge."
        : `The board starts the Pi when the battery has ${command.percent} %.`;
    case "wake_at":
      return command.wallMs === null
        ? "The alarm is off."
        : `The board starts the Pi at ${localTime(command.wallMs)}.`;
    case "watchdog":
      return command.minutes === 0
        ? "The board's watchdog is off."
        : `The board resets the Pi after ${command.minutes} min without a sign of life.`;
    case "led":
      return command.red + command.green + command.blue === 0
        ? `LED ${command.index} is off.`
        : `LED ${command.index} has its colour.`;
    default:
      return command satisfies never;
  }
}

function refusal(code: string, message: string): Answer {
  return { accepted: false, code, message };
}

/** What must not be switched at this moment, whatever the board can; null: it may be. */
export function refusedNow(
  command: SwitchCommand,
  ending: "power_off" | "stop" | null,
  { board, buttonsEnabled, chargeWindow }: CoreConfig,
): Answer | null {
  if (ending === "power_off") {
    return refusal("PI_UPS_SHUTDOWN_RUNNING", "The Pi is going down; nothing is switched any more.");
  }
  if (ending === "stop") {
    return refusal("PI_UPS_STOPPING", "The agent is ending; nothing is switched any more. Ask the next one.");
  }
  if (command.kind === "power_cut" && pressesButton(board) && command.delayS !== null && !buttonsEnabled) {
    const message =
      "The power cut of this board is a press of its button, which this configuration ignores (buttons.enabled: false): the Pi would stay up, and the board would cut its power in the middle of the next reboot. Set it to true to use the power cut.";
    return refusal("PI_UPS_BUTTONS_IGNORED", message);
  }
  if (command.kind !== "allow_charge" || chargeWindow === null) return null;
  const message = `The configuration decides about charging (charge.stop_percent: ${chargeWindow.stopPct}). Set it to 100 to switch by hand.`;
  return refusal("PI_UPS_CHARGE_WINDOW", message);
}

/** The power cut of these boards is a pin that presses their button for a while. */
export function pressesButton({ lines }: Pick<Board, "lines">): boolean {
  return lines.powerCut !== undefined;
}

/** Pins keep their level when the agent is killed: what moves away from rest is in the book before it moves. */
function bookBefore(command: SwitchCommand, board: Board, runStore: RunStore): void {
  if (command.kind === "allow_charge" && !command.on) runStore.setChargeForbidden(true);
  if (command.kind === "power_cut" && pressesButton(board) && command.delayS === 0) {
    runStore.setPressBegun(true);
  }
}

/** A press that was refused, or has ended, has left its pin at rest, unless the board says that it is stuck. */
function bookAfter(command: SwitchCommand, board: Board, done: Result<void>, runStore: RunStore): void {
  if (command.kind === "allow_charge" && done.ok) runStore.setChargeForbidden(!command.on);
  if (command.kind !== "power_cut" || !pressesButton(board)) return;
  const rests = done.ok || (command.delayS === 0 && done.code !== "PI_UPS_POWER_CUT_STUCK");
  if (rests) runStore.setPressBegun(false);
}

/** Asks the board. The refusal of a board that does not have the switch has the code `PI_UPS_NO_SWITCH`. */
export async function switchBoard(
  controls: Controls,
  command: SwitchCommand,
  board: Board,
  { log, runStore }: { readonly log: Log; readonly runStore: RunStore },
): Promise<Answer> {
  const has = switchesOf(controls).includes(command.kind);
  if (has) bookBefore(command, board, runStore);
  const done = has ? await carryOut(controls, command) : undefined;
  if (done === undefined) {
    const message = `The ${board.name} has no switch ${command.kind}. \`pi-ups switch\` lists what it has.`;
    return refusal("PI_UPS_NO_SWITCH", message);
  }
  bookAfter(command, board, done, runStore);
  if (!done.ok) {
    log.log("warning", `The board was not switched: ${done.message}`, {
      code: done.code,
      switch: command.kind,
    });
    return refusal(done.code, done.message);
  }
  const message = saidOf(command, board);
  log.log("notice", message, { switch: command.kind });
  return { accepted: true, code: null, message };
}
