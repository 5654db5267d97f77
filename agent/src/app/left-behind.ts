// What a run must not leave behind on the board, and what it mends when an earlier one was killed before it could: a kernel
// keeps the level of a pin, and a chip its register, for as long as the board has power.
import type { Board } from "../boards/board.ts";
import type { UpsDevice } from "../drivers/ups-device.ts";
import type { Log, RunStore } from "../ports/ports.ts";
import { pressesButton, switchBoard } from "./switching.ts";

export interface LeftBehindParts {
  readonly device: UpsDevice;
  readonly board: Board;
  readonly runStore: RunStore;
  readonly log: Log;
}

/**
 * Ends a press of the board's button that an earlier run was killed in. Held on, it would cut the power of a running Pi
 * (after 8 s on an X728), so this comes before anything that can take time.
 */
export async function endLeftPress(parts: LeftBehindParts): Promise<void> {
  const { device, board, runStore, log } = parts;
  if (!runStore.pressBegun() || !pressesButton(board)) return;
  log.log(
    "warning",
    "An earlier run was killed while it pressed the board's button; the pin is brought to rest.",
    {
      code: "PI_UPS_PRESS_LEFT",
    },
  );
  await switchBoard(device.controls(), { kind: "power_cut", delayS: null }, board, parts);
}

/** Nobody would allow charging again after this run: pins give themselves back, registers stay as they are. */
export async function allowChargeAtEnd(parts: LeftBehindParts, told: boolean | null): Promise<void> {
  const { device, board, runStore } = parts;
  if (told !== false && !runStore.chargeForbidden()) return;
  await switchBoard(device.controls(), { kind: "allow_charge", on: true }, board, parts);
}
