// What is wrong with the UPS or with our view of it: a list of present faults, each with a stable code and a sentence.
// A contradiction between the AC pin and the battery is a fault, because a pin can die silently either way
// (mor-lock/x120x-dkms: docs/incidents.md 2; 18 forced shutdowns by a stuck pin).
import type { Instant } from "./model.ts";
import { type Note, note, round } from "./note.ts";
import { changeOver, type Trend } from "./trend.ts";

export type FaultCode =
  | "PI_UPS_GAUGE_SILENT"
  | "PI_UPS_AC_PIN_UNREADABLE"
  | "PI_UPS_AC_LOST_BUT_RISING"
  | "PI_UPS_AC_PRESENT_BUT_FALLING"
  | "PI_UPS_POWEROFF_FAILED"
  | "PI_UPS_JOURNAL_UNWRITABLE";

export interface Fault {
  readonly code: FaultCode;
  readonly message: string;
  readonly since: Instant;
}

export type Faults = readonly Fault[];

/** Worst first: what keeps us from protecting the Pi comes before what only puzzles. */
const order: readonly FaultCode[] = [
  "PI_UPS_POWEROFF_FAILED",
  "PI_UPS_GAUGE_SILENT",
  "PI_UPS_AC_PIN_UNREADABLE",
  "PI_UPS_AC_LOST_BUT_RISING",
  "PI_UPS_AC_PRESENT_BUT_FALLING",
  "PI_UPS_JOURNAL_UNWRITABLE",
];

/** Makes a fault present (with `message`) or absent (null); notes only on a change. */
export function setFault(
  faults: Faults,
  code: FaultCode,
  message: string | null,
  at: Instant,
): { readonly faults: Faults; readonly notes: readonly Note[] } {
  const present = faults.find((fault) => fault.code === code);
  if (message === null) {
    if (present === undefined) return { faults, notes: [] };
    return {
      faults: faults.filter((fault) => fault !== present),
      notes: [note("ups_fault_cleared", `Fault over: ${present.message}`, { value: code })],
    };
  }
  if (present !== undefined) return { faults, notes: [] };
  const all = [...faults, { code, message, since: at }];
  return {
    faults: all.sort((a, b) => order.indexOf(a.code) - order.indexOf(b.code)),
    notes: [note("ups_fault", message, { value: code })],
  };
}

export function hasFault(faults: Faults, code: FaultCode): boolean {
  return faults.some((fault) => fault.code === code);
}

/** Long enough that the gauge has settled after the edge and a load change has passed. */
const contradictionWindowMs = 180_000;

/**
 * The sentence of a contradiction between the pin and the battery's trend, or null.
 * Both percent and voltage must agree against the pin: either alone moves with load and settling.
 */
export function contradiction(
  acPresent: boolean | null,
  trend: Trend,
): {
  readonly code: "PI_UPS_AC_LOST_BUT_RISING" | "PI_UPS_AC_PRESENT_BUT_FALLING";
  readonly message: string;
} | null {
  const change = changeOver(trend, contradictionWindowMs);
  if (change === null || acPresent === null) return null;
  const minutes = contradictionWindowMs / 60_000;
  if (!acPresent && change.pct >= 1 && change.mv >= 5) {
    return {
      code: "PI_UPS_AC_LOST_BUT_RISING",
      message: `The AC pin says mains is lost, but the battery rose by ${round(change.pct, 1)} points in ${minutes} minutes: the pin cannot be trusted, and no shutdown is based on it.`,
    };
  }
  if (acPresent && change.pct <= -1 && change.mv <= -5) {
    return {
      code: "PI_UPS_AC_PRESENT_BUT_FALLING",
      message: `The AC pin says mains is present, but the battery fell by ${round(-change.pct, 1)} points in ${minutes} minutes: check the pin (gpio=6=pu), the plug and the power supply.`,
    };
  }
  return null;
}
