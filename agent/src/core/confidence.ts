// How far a runtime estimate can be trusted: by what is known about the shape of this battery's discharge, and by how
// long this outage has been watched.
import type { LoadState } from "./load.ts";
import type { EstimateConfidence } from "./model.ts";
import { coverage, type DischargeProfile } from "./profile.ts";
import { fallPct, spanMs } from "./slope.ts";

/** What the confidence rests on. */
export interface ConfidenceFacts {
  readonly profile: DischargeProfile | null;
  /** The pack's charge per percent was measured in an earlier outage. */
  readonly chargeMeasured: boolean;
  /** The estimate is made of a sensed current. */
  readonly byCurrent: boolean;
  /** The percent is the core's own estimate. */
  readonly estimated: boolean;
  /** The voltage under this load ends the outage before the critical percent does. */
  readonly endsByVoltage: boolean;
}

const watchedFor = { spanMs: 600_000, fallPct: 2 } as const;
const seenPart = 0.8;
/** So many points of this outage tell the charge of a percent. */
const drawnPct = 10;

/** Whether earlier outages showed how the battery falls from here to the cut-off. */
export function isSeen(profile: DischargeProfile | null, cutPct: number, pct: number): boolean {
  return profile !== null && (pct <= cutPct || coverage(profile, cutPct, pct) >= seenPart);
}

/**
 * high: an earlier outage showed how this battery falls down to the cut-off, and this one has been watched for ten
 * minutes and two points, or its current is known. medium: the earlier outage is known but this one is young, or the
 * current is known and the pack's charge was measured. low: a straight line through a gauge whose shape nobody has seen.
 * One class less where the percent itself is only estimated from a voltage (cells differ from each other and the table),
 * and where the voltage ends the outage (a dip of the load decides about minutes).
 */
export function confidenceOf(
  load: LoadState,
  pct: number,
  cutPct: number,
  { byCurrent, chargeMeasured, endsByVoltage, estimated, profile }: ConfidenceFacts,
): EstimateConfidence {
  const seen = isSeen(profile, cutPct, pct);
  const { points } = load;
  const watched = byCurrent || (spanMs(points) >= watchedFor.spanMs && fallPct(points) >= watchedFor.fallPct);
  const drawn = load.drawn === null ? 0 : load.drawn.fromPct - pct;
  const charge = byCurrent && (chargeMeasured || drawn >= drawnPct);
  const rank = seen && watched ? 2 : seen || charge ? 1 : 0;
  const less = (estimated ? 1 : 0) + (endsByVoltage ? 1 : 0);
  return (["low", "medium", "high"] as const)[Math.max(0, rank - less)] ?? "low";
}
