// What can be switched on a board, whatever switches it: a register, a pin or a file of the kernel.
import type { SwitchName } from "../boards/board.ts";
import type { Result } from "../core/model.ts";
import { createInTurn } from "./in-turn.ts";

/** A colour, 0-255 each. */
export interface LedColour {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}

/**
 * A switch that the board does not have is absent. Each one reads back what it wrote where the board allows it, and
 * fails with a sentence when the board did not take it.
 */
export interface Controls {
  allowCharge?(allowed: boolean): Promise<Result<void>>;
  /** Cuts the Pi's power `delayS` seconds from now at the earliest (the board may take longer); null cancels. */
  powerCut?(delayS: number | null): Promise<Result<void>>;
  restartOnMains?(on: boolean): Promise<Result<void>>;
  /** Percent 0-100; null switches it off. */
  wakeOnCharge?(chargePct: number | null): Promise<Result<void>>;
  /** Unix time, ms; null switches the alarm off. */
  wakeAt?(wallMs: number | null): Promise<Result<void>>;
  /** Minutes without a sign of life after which the board resets the Pi; 0 switches it off. */
  watchdog?(minutes: number): Promise<Result<void>>;
  /** `index` counts from 1. */
  led?(index: number, colour: LedColour): Promise<Result<void>>;
  buzzer?(on: boolean): Promise<Result<void>>;
}

const switchOf: { readonly [K in keyof Controls]-?: SwitchName } = {
  allowCharge: "allow_charge",
  powerCut: "power_cut",
  restartOnMains: "restart_on_mains",
  wakeOnCharge: "wake_on_charge",
  wakeAt: "wake_at",
  watchdog: "watchdog",
  led: "led",
  buzzer: "buzzer",
};

/** The switches that these controls have. */
export function switchesOf(controls: Controls): readonly SwitchName[] {
  return (Object.keys(switchOf) as (keyof Controls)[])
    .filter((key) => controls[key] !== undefined)
    .map((key) => switchOf[key]);
}

type Order = (...figures: readonly unknown[]) => Promise<Result<void>>;

/**
 * The same switches, one whole order at a time: an order is several writes and reads, and of two that mix the board would
 * keep a part of each.
 */
export function ordersInTurn(controls: Controls): Controls {
  const inTurn = createInTurn();
  const queued = Object.entries(controls).map(([name, order]: readonly [string, Order]) => [
    name,
    (...figures: readonly unknown[]) => inTurn(() => order.apply(controls, [...figures])),
  ]);
  return Object.fromEntries(queued);
}
