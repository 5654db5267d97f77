// What a press of a PiJuice's button asks for. The board keeps a function for each kind of press of each button, which its
// owner chooses in pijuice_config; only those that mean the system's end are the agent's, the others are the board's own
// or a user's program's. Facts: PiSupply/PiJuice (Software/Source/pijuice.py, Firmware: button.c, button.h).
import type { ButtonAction, Result } from "../core/model.ts";
import { impossible } from "./chip-failures.ts";
import { pijuiceCommands as commands, type PijuiceWire } from "./pijuice-wire.ts";

export interface PijuicePress {
  /** 1 to 3, as printed on the board. */
  readonly button: number;
  readonly action: ButtonAction;
}

/** PRESS, RELEASE, SINGLE_PRESS, DOUBLE_PRESS, LONG_PRESS1, LONG_PRESS2 count from 1; 0 is no event. */
const lastEvent = 6;
const functionBytes = 12;

/** SYS_FUNC_HALT, SYS_FUNC_HALT_POW_OFF, SYS_FUNC_SYS_OFF_HALT and SYS_FUNC_REBOOT. */
const systemFunctions: ReadonlyMap<number, ButtonAction> = new Map([
  [0x11, "power_off"],
  [0x12, "power_off"],
  [0x13, "power_off"],
  [0x14, "reboot"],
]);

/** The events of the buttons 1 to 3, a nibble each. Code: `PI_UPS_GAUGE_IMPOSSIBLE`. */
export function pijuiceEvents([low = 0, high = 0]: Uint8Array): Result<readonly number[]> {
  const events = [low & 0x0f, low >> 4, high & 0x0f];
  if (high > 0x0f || events.some((event) => event > lastEvent)) {
    return impossible("The PiJuice says unknown button events, which cannot be.");
  }
  return { ok: true, value: events };
}

/** What this event asks for, by the button's functions; null: nothing of the agent. */
export function pijuiceAction(event: number, functions: Uint8Array): ButtonAction | null {
  return systemFunctions.get(functions[2 * (event - 1)] ?? 0) ?? null;
}

/** The first press that is the agent's. Reads only. Code besides those of the wire: `PI_UPS_GAUGE_IMPOSSIBLE`. */
export async function readPijuicePress(wire: PijuiceWire): Promise<Result<PijuicePress | null>> {
  const buttons = await wire.read(commands.buttons, 2);
  if (!buttons.ok) return buttons;
  const events = pijuiceEvents(buttons.value);
  if (!events.ok) return events;
  for (const [index, command] of commands.buttonFunctions.entries()) {
    const event = events.value[index] ?? 0;
    if (event === 0) continue;
    const functions = await wire.read(command, functionBytes);
    if (!functions.ok) return functions;
    const action = pijuiceAction(event, functions.value);
    if (action !== null) return { ok: true, value: { button: index + 1, action } };
  }
  return { ok: true, value: null };
}
