// What is wrong with the UPS or with our view of it: a list of present faults, each with a stable code and a sentence.
import type { BoardFaultCode } from "./board-faults.ts";
import type { Instant } from "./model.ts";
import { duration, type Note, note } from "./note.ts";

export type FaultCode =
  | "PI_UPS_GAUGE_SILENT"
  | "PI_UPS_GAUGE_STUCK"
  | "PI_UPS_AC_PIN_UNREADABLE"
  | "PI_UPS_AC_LOST_BUT_RISING"
  | "PI_UPS_AC_PRESENT_BUT_FALLING"
  | "PI_UPS_AC_FLAPPING"
  | "PI_UPS_CHARGE_CONTROL_FAILED"
  | BoardFaultCode
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
  "PI_UPS_GAUGE_STUCK",
  "PI_UPS_AC_PIN_UNREADABLE",
  "PI_UPS_AC_LOST_BUT_RISING",
  "PI_UPS_AC_PRESENT_BUT_FALLING",
  "PI_UPS_AC_FLAPPING",
  "PI_UPS_CHARGE_CONTROL_FAILED",
  "PI_UPS_JOURNAL_UNWRITABLE",
];

/** The board's own faults stand behind those that we found: the board goes on, or says so by its silence. */
function rank(code: FaultCode): number {
  const place = order.indexOf(code);
  return place < 0 ? order.length : place;
}

/** What it was, without what was to be done about it. */
function overMessage({ message, since }: Fault, at: Instant): string {
  const [what = message] = message.split(/(?<=\.) (?=[A-Z])/);
  return `Fault over after ${duration(at.monoMs - since.monoMs)}: ${what}`;
}

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
      notes: [note("ups_fault_cleared", overMessage(present, at), { value: code })],
    };
  }
  if (present !== undefined) return { faults, notes: [] };
  const all = [...faults, { code, message, since: at }];
  return {
    faults: all.sort((a, b) => rank(a.code) - rank(b.code)),
    notes: [note("ups_fault", message, { value: code })],
  };
}

export function hasFault(faults: Faults, code: FaultCode): boolean {
  return faults.some((fault) => fault.code === code);
}
