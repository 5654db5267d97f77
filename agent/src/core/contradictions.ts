// Where the AC pin and the battery tell different stories. A pin can die silently either way, and a board that believed
// one forced 18 shutdowns on its Pi (mor-lock/x120x-dkms: docs/incidents.md 2); so a contradiction is a fault.
import type { FaultCode } from "./faults.ts";
import { round } from "./note.ts";
import type { GaugeState } from "./plausibility.ts";
import { type Change, changeOver, changesOver, currentNoiseMa, type Measured, type Trend } from "./trend.ts";

/**
 * Percent and voltage must both agree against the pin: either alone moves with load and settling. The short window finds
 * small packs, the long one a slow charge into a large one (0.25 %/min and 1.2 mV/min on a 20 Ah X1206).
 */
const proofs = [
  { windowMs: 180_000, pct: 1, mv: 5 },
  { windowMs: 480_000, pct: 0.75, mv: 3 },
] as const;
/** A battery that was just filled rests: voltage and percent sink for a while, and mains is there all the same. */
const restsAbovePct = 95;
/** How the last minutes must look for a contradiction to be over. */
const overWindowMs = 180_000;
const fallsAgainPct = -0.1;

export type Conflict =
  | { readonly kind: "none" }
  /** There is one: its code and a sentence that says so. */
  | { readonly kind: "found"; readonly code: FaultCode; readonly message: string }
  /** The trend agrees with the pin again. */
  | { readonly kind: "over"; readonly code: FaultCode };

function strongest(trend: Trend, direction: 1 | -1): Change | null {
  for (const { windowMs, pct, mv } of proofs) {
    const change = changeOver(trend, windowMs);
    if (change !== null && direction * change.pct >= pct && direction * change.mv >= mv) return change;
  }
  return null;
}

function said(change: Change): string {
  return `${round(Math.abs(change.pct), 1)} points in ${round(change.overMs / 60_000)} minutes`;
}

/**
 * A percent that is estimated from a voltage rises when a load ends, for some minutes and ever slower. Proof is a
 * current that charges, or nine minutes that rise evenly.
 */
const evenly = { windowMs: 180_000, windows: 3, mv: 3 } as const;

function riseOf(trend: Trend, how: Measured): Change | null {
  const { currentMa, estimated } = how;
  if (!estimated) return strongest(trend, 1);
  if (currentMa !== undefined) return currentMa > currentNoiseMa ? strongest(trend, 1) : null;
  const parts = changesOver(trend, evenly.windowMs, evenly.windows);
  const even = parts?.every(({ mv, pct }) => mv >= evenly.mv && pct > 0) ?? false;
  return even ? changeOver(trend, evenly.windowMs * evenly.windows) : null;
}

/** A voltage that rests after a charge falls as well: an estimate alone proves nothing. */
function fallOf(trend: Trend, how: Measured): Change | null {
  const { currentMa, estimated } = how;
  if (estimated && (currentMa === undefined || currentMa > -currentNoiseMa)) return null;
  return strongest(trend, -1);
}

function whileLost(trend: Trend, how: Measured): Conflict {
  const code = "PI_UPS_AC_LOST_BUT_RISING";
  const rise = riseOf(trend, how);
  if (rise !== null) {
    const message = `Mains shows as lost, but the battery rose by ${said(rise)}: the board's word on mains cannot be trusted, and no power-off is based on it.`;
    return { kind: "found", code, message };
  }
  const last = changeOver(trend, overWindowMs);
  return last !== null && last.pct <= fallsAgainPct ? { kind: "over", code } : { kind: "none" };
}

function whilePresent(trend: Trend, how: Measured): Conflict {
  const code = "PI_UPS_AC_PRESENT_BUT_FALLING";
  const fall = fallOf(trend, how);
  const resting = (trend.latest?.chargePct ?? 0) >= restsAbovePct;
  if (fall !== null && !resting) {
    const message = `Mains shows as present, but the battery fell by ${said(fall)}: check the plug and the power supply; \`pi-ups doctor\` looks at the rest.`;
    return { kind: "found", code, message };
  }
  const last = changeOver(trend, overWindowMs);
  return last !== null && last.pct >= 0 ? { kind: "over", code } : { kind: "none" };
}

/** Compares the confirmed mains state (null: unknown) with the battery's trend since the last AC edge or load step. */
export function contradiction(
  acPresent: boolean | null,
  trend: Trend,
  how: Measured = { estimated: false },
): Conflict {
  if (acPresent === null) return { kind: "none" };
  return acPresent ? whilePresent(trend, how) : whileLost(trend, how);
}

const stuckMs = 300_000;
const stuckReads = 10;

/**
 * A gauge that says exactly the same for minutes while the battery drives the Pi has hung: even 0.5 W out of 20 Ah moves
 * its 1/256 % register 14 times in five minutes. On mains nothing moves for hours, so nothing is said there.
 * Returns the fault's sentence, or null.
 */
export function stuckGauge(
  gauge: GaugeState,
  onBatterySinceMonoMs: number | null,
  estimated = false,
): string | null {
  const { good, same } = gauge;
  // A voltage in steps of 4 mV may well stand still for minutes; a current does not.
  if (estimated && good?.reading.currentMa === undefined) return null;
  if (good === null || same === null || onBatterySinceMonoMs === null) return null;
  const lengthMs = good.at.monoMs - Math.max(same.sinceMonoMs, onBatterySinceMonoMs);
  if (same.reads < stuckReads || lengthMs < stuckMs) return null;
  return `The gauge has said exactly ${round(good.reading.cellMv)} mV and ${round(good.reading.chargePct, 1)} % for ${round(lengthMs / 60_000)} minutes on battery: it has hung, and its figures are old. Power the HAT off and on.`;
}
