// Carries out what a person asked of the board's switches, and says in a sentence what became of it.
import type { ChargeWindow } from "../core/engine.ts";
import type { Result } from "../core/model.ts";
import { toRfc3339 } from "../core/rfc3339.ts";
import type { Controls } from "../drivers/controls.ts";
import type { SwitchCommand } from "../ports/control.ts";
import type { Answer } from "../ports/ha-link.ts";
import type { Log, RunStore } from "../ports/ports.ts";

/** In the zone of this machine, which is the one that the person wrote the time in. */
function localTime(wallMs: number): string {
  const at = new Date(wallMs);
  return toRfc3339({ wallMs, utcOffsetMin: -at.getTimezoneOffset() });
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

function saidOf(command: SwitchCommand): string {
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
      return command.delayS === null
        ? "The power cut is called off."
        : `The board cuts the Pi's power, not before ${command.delayS} s from now.`;
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

/** What must not be switched at this moment, whatever the board can; null: it may be. */
export function refusedNow(
  command: SwitchCommand,
  goingDown: boolean,
  window: ChargeWindow | null,
): Answer | null {
  if (goingDown) {
    return {
      accepted: false,
      code: "PI_UPS_SHUTDOWN_RUNNING",
      message: "The Pi is going down; nothing is switched any more.",
    };
  }
  if (command.kind !== "allow_charge" || window === null) return null;
  const message = `The configuration decides about charging (charge.stop_percent: ${window.stopPct}). Set it to 100 to switch by hand.`;
  return { accepted: false, code: "PI_UPS_CHARGE_WINDOW", message };
}

/** Asks the board. The refusal of a board that does not have the switch has the code `PI_UPS_NO_SWITCH`. */
export async function switchBoard(
  controls: Controls,
  command: SwitchCommand,
  boardName: string,
  { log, runStore }: { readonly log: Log; readonly runStore: RunStore },
): Promise<Answer> {
  const done = await carryOut(controls, command);
  if (done === undefined) {
    const message = `The ${boardName} has no switch ${command.kind}. \`pi-ups switch\` lists what it has.`;
    return { accepted: false, code: "PI_UPS_NO_SWITCH", message };
  }
  if (!done.ok) {
    log.log("warning", `The board was not switched: ${done.message}`, {
      code: done.code,
      switch: command.kind,
    });
    return { accepted: false, code: done.code, message: done.message };
  }
  // A pin keeps its level when the agent is killed: the next run has to know that it stands at "do not charge".
  if (command.kind === "allow_charge") runStore.setChargeForbidden(!command.on);
  const message = saidOf(command);
  log.log("notice", message, { switch: command.kind });
  return { accepted: true, code: null, message };
}
