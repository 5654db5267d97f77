// Whether the battery charges, as the board's own status bit says it: a change counts when it has lasted for a while.
// A bit that chatters (a charger at its limit, a loose plug) would fill the journal with starts and stops.
import type { Result } from "./model.ts";

export interface ChargeStatus {
  /** What counts; null before the first answer, and when too many failed. */
  readonly held: boolean | null;
  /** Since when the board has said the opposite, without a break; null: it does not. */
  readonly differsSinceMonoMs: number | null;
  /** Failed reads in a row. */
  readonly failures: number;
}

export const initialChargeStatus: ChargeStatus = { held: null, differsSinceMonoMs: null, failures: 0 };

/** As long as the quickest proof of a charge by percent and voltage (charging.ts): people see both alike. */
const statusHoldMs = 10_000;

/** Takes one look at the bit; a failed one proves nothing, and too many in a row are "unknown". */
export function takeChargeStatus(
  status: ChargeStatus,
  read: Result<boolean>,
  monoMs: number,
  faultAfterFailures: number,
): ChargeStatus {
  if (!read.ok) {
    const failures = status.failures + 1;
    return failures < faultAfterFailures ? { ...status, failures } : { ...initialChargeStatus, failures };
  }
  const said: ChargeStatus = { held: read.value, differsSinceMonoMs: null, failures: 0 };
  if (status.held === null || status.held === read.value) return said;
  const sinceMonoMs = status.differsSinceMonoMs ?? monoMs;
  if (monoMs - sinceMonoMs >= statusHoldMs) return said;
  return { ...status, differsSinceMonoMs: sinceMonoMs, failures: 0 };
}
