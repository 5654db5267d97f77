// The charger supply of x120x-dkms: a mode, two limits, and a GPIO behind them that the driver sets at each of its polls.
// Facts: mor-lock/x120x-dkms, src/x120x.c (charge hysteresis, set_property).
import type { PowerSupplyFacts } from "../ports/ports.ts";
import type { ChipSurroundings } from "./chip-registers.ts";

const limits = { start: "charge_control_start_threshold", end: "charge_control_end_threshold" } as const;
const modes = ["Fast", "Long Life"] as const;
/** In the mode Fast. */
const fast = { start: 95, end: 100 } as const;

export interface SimCharger {
  /** Looks at the battery as the driver does twice a second. */
  poll(): void;
  facts(name: string): PowerSupplyFacts;
  /** Takes a value as the driver does; false: it answers EINVAL. */
  set(attribute: string, value: string): boolean;
}

export function createSimCharger(around: ChipSurroundings): SimCharger {
  let mode: (typeof modes)[number] = "Fast";
  let start = 75;
  let end = 80;
  let inhibited = false;

  function poll(): void {
    const band = mode === "Long Life" ? { start, end } : fast;
    const pct = Math.round(around.measure().chargePct);
    if (pct >= band.end) inhibited = true;
    else if (pct <= band.start) inhibited = false;
    // In the mode Fast it only stops at 100 %, where the charger has stopped by itself.
    around.allowCharge(mode === "Fast" || !inhibited);
  }

  function status(acPresent: boolean): string {
    if (!acPresent) return "Discharging";
    return mode === "Long Life" && inhibited ? "Not charging" : "Charging";
  }

  return {
    poll,
    facts(name) {
      const { acPresent } = around.measure();
      return {
        NAME: name,
        TYPE: "Mains",
        ONLINE: acPresent ? "1" : "0",
        STATUS: status(acPresent),
        CHARGE_TYPE: mode,
        CHARGE_CONTROL_START_THRESHOLD: String(start),
        CHARGE_CONTROL_END_THRESHOLD: String(end),
      };
    },
    set(attribute, value) {
      const number = Number(value);
      if (attribute === limits.start && number >= 0 && number < end) start = number;
      else if (attribute === limits.end && number <= 100 && number > start) end = number;
      else if (attribute === "charge_type") {
        const wanted = modes.find((one) => one === value);
        if (wanted === undefined) return false;
        mode = wanted;
        if (mode === "Fast") inhibited = false;
      } else return false;
      poll();
      return true;
    },
  };
}
