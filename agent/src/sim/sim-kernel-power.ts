// What kernel drivers would tell about the simulated board: the same files as under /sys/class/power_supply.
import type { Board } from "../boards/board.ts";
import type { Result } from "../core/model.ts";
import type { KernelPower } from "../ports/ports.ts";
import type { ChipSurroundings } from "./chip-registers.ts";

/** A machine without power supplies. */
export const noKernelPower: KernelPower = {
  powerSupplies: () => Promise.resolve({ ok: true, value: [] }),
  powerSupply: (name) => Promise.resolve(noSupply(name)),
  hwmon: () => Promise.resolve({ ok: true, value: null }),
  setPowerSupply: (name) => Promise.resolve(noSupply(name)),
};

function noSupply(name: string): Extract<Result<never>, { ok: false }> {
  return {
    ok: false,
    code: "PI_UPS_NO_POWER_SUPPLY",
    message: `There is no power supply "${name}" under /sys/class/power_supply.`,
  };
}

/** The kernel's view of this board; empty for boards that no kernel driver owns. */
export function createSimKernelPower(
  _board: Board,
  _around: ChipSurroundings,
  _fault: () => "nack" | "garbage" | null,
): KernelPower {
  return noKernelPower;
}
