// Mains lost and restored: from the pin's level to the confirmed event, and what begins and ends with an outage.
import { chargingWithoutMains } from "./charging.ts";
import { endDischarge } from "./counters.ts";
import { debounce, dropCandidate, takeGap } from "./debounce.ts";
import { debounceWhile, takeFlapConfirmed, takeFlapLevel, takeFlapTime } from "./flapping.ts";
import type { Instant, Result } from "./model.ts";
import { duration, type Note, note, percentWords, round } from "./note.ts";
import { toRfc3339 } from "./rfc3339.ts";
import { takeMainsBack, takeSafe } from "./shutdown.ts";
import type { Outage } from "./state.ts";
import { restartTrend } from "./trend.ts";
import type { Turn } from "./turn.ts";

function batteryFacts(turn: Turn): Note["detail"] {
  const { reading } = turn;
  if (reading === null) return {};
  const cells = turn.config.board.battery.cellsInSeries;
  return {
    battery_percent: round(reading.chargePct, 1),
    battery_voltage_v: round((reading.cellMv * cells) / 1000, 3),
    cell_voltage_v: round(reading.cellMv / 1000, 3),
  };
}

function lostMessage(turn: Turn, begun: Outage["begun"]): string {
  const pct =
    turn.reading === null ? "" : ` at ${percentWords(turn.reading.chargePct, turn.state.chargeEstimated)}`;
  switch (begun.kind) {
    case "seen":
      return `Mains lost${pct}.`;
    case "found":
      return `Mains is lost${pct}: it was when the agent started.`;
    case "earlier_run":
      return `Mains is still lost${pct}.`;
    default:
      return begun satisfies never;
  }
}

function takeLost(turn: Turn, first: boolean, edgeAt: Instant): void {
  const pct = turn.reading?.chargePct ?? null;
  const begun: Outage["begun"] =
    turn.state.outage?.begun ?? (first ? { kind: "found", at: edgeAt } : { kind: "seen", edgeAt });
  turn.record([
    note("ac_power_loss", lostMessage(turn, begun), {
      value: pct === null ? null : round(pct, 1),
      unit: pct === null ? null : "%",
      detail: {
        ...batteryFacts(turn),
        edge_time: toRfc3339(edgeAt),
        since_before_start: begun.kind !== "seen",
      },
    }),
  ]);
  turn.change({ outage: { begun, lowestPct: pct }, trend: restartTrend(turn.at) });
  const stopped = chargingWithoutMains(turn.state.charging, pct);
  if (!turn.config.senses.has("charging")) return;
  turn.change({ charging: stopped.state });
  turn.record(stopped.notes);
}

/** Length of the outage until `edgeAt` in ms; null when it is not known. */
function lengthMs({ begun }: Outage, edgeAt: Instant): number | null {
  switch (begun.kind) {
    case "seen":
      return Math.max(0, edgeAt.monoMs - begun.edgeAt.monoMs);
    case "found":
      return Math.max(0, edgeAt.monoMs - begun.at.monoMs);
    case "earlier_run": {
      // Only the wall clocks of two runs tell; when they disagree (no network yet), nothing does.
      const wall = begun.wallMs === null ? -1 : edgeAt.wallMs - begun.wallMs;
      return wall < 0 ? null : wall;
    }
    default:
      return begun satisfies never;
  }
}

function restoredMessage({ begun, lowestPct }: Outage, length: number | null, estimated: boolean): string {
  const tail = lowestPct === null ? "" : `, lowest ${percentWords(lowestPct, estimated)}`;
  switch (begun.kind) {
    case "seen":
      return `Mains restored after ${duration(length ?? 0)}${tail}.`;
    case "found":
      return `Mains restored; it was lost for at least ${duration(length ?? 0)}${tail}.`;
    case "earlier_run": {
      const after = begun.afterShutdown ? " after the shutdown" : "";
      return length === null
        ? `Mains is back${after}.`
        : `Mains is back${after}; it was lost ${duration(length)} ago.`;
    }
    default:
      return begun satisfies never;
  }
}

function restoredNote(turn: Turn, outage: Outage, edgeAt: Instant): Note {
  const length = lengthMs(outage, edgeAt);
  const { begun, lowestPct } = outage;
  return note("ac_power_restored", restoredMessage(outage, length, turn.state.chargeEstimated), {
    value: length === null ? null : round(length / 1000),
    unit: length === null ? null : "s",
    detail: {
      ...batteryFacts(turn),
      ...(length === null ? {} : { duration_s: round(length / 1000, 3) }),
      ...(lowestPct === null ? {} : { lowest_percent: round(lowestPct, 1) }),
      edge_time: toRfc3339(edgeAt),
      outage_since_shutdown: begun.kind === "earlier_run" && begun.afterShutdown,
    },
  });
}

function takeRestored(turn: Turn, edgeAt: Instant): void {
  const { outage, counters } = turn.state;
  if (outage !== null) turn.record([restoredNote(turn, outage, edgeAt)]);
  turn.change({ outage: null, trend: restartTrend(turn.at), counters: endDischarge(counters) });
  turn.saveCounters(true);
  turn.shutdown(takeMainsBack(turn.state.shutdown, turn.at));
}

/** Counts changes of the line; a line that will not hold still is one fault, and its end says how often it changed. */
function takeFlap(turn: Turn, level: boolean | null): void {
  const before = turn.state.flap;
  const { monoMs } = turn.at;
  const seen = level === null ? before : takeFlapLevel(before, level, monoMs);
  const after = takeFlapTime(seen, monoMs);
  if (after === before) return;
  turn.change({ flap: after });
  if (after.flapping !== null) {
    turn.fault("PI_UPS_AC_FLAPPING", flappingMessage);
  } else if (before.flapping !== null) {
    const { changes, sinceMonoMs } = before.flapping;
    const summary = `The mains line changed ${changes} times in ${duration(monoMs - sinceMonoMs)}, and is still now.`;
    turn.endFault("PI_UPS_AC_FLAPPING", summary);
  }
}

const flappingMessage =
  "The mains line changes all the time: a weak supply, a loose plug or a bad contact. Until it is still for ten seconds, a level counts only after it lasted a second.";

/** Takes a level of the AC pin (true: present), or with null only the passing of time. */
export function takeAc(turn: Turn, level: boolean | null): void {
  const first = turn.state.ac.confirmed === null;
  takeFlap(turn, level);
  const times = debounceWhile(turn.state.flap, turn.config.debounce);
  const { state, confirmed } = debounce(turn.state.ac, level, turn.at, times);
  turn.change({ ac: state });
  if (confirmed === null) return;
  if (!first) turn.change({ flap: takeFlapConfirmed(turn.state.flap, turn.at.monoMs) });
  // What the pin contradicted was its last level; of the new one nothing is known yet.
  turn.fault("PI_UPS_AC_LOST_BUT_RISING", null);
  turn.fault("PI_UPS_AC_PRESENT_BUT_FALLING", null);
  const edgeAt = state.edgeAt ?? turn.at;
  if (confirmed) takeRestored(turn, edgeAt);
  else takeLost(turn, first, edgeAt);
}

/** Takes the pin as a sample read it. A pin that cannot be read proves nothing: a countdown that rests on it ends. */
export function takeAcRead(turn: Turn, read: Result<boolean>): void {
  const { faultAfterFailures, holdSamples } = turn.config.thresholds;
  if (read.ok) {
    const goodRow = turn.state.acReads.goodRow + 1;
    turn.change({ acReads: { failures: 0, goodRow } });
    if (goodRow >= holdSamples) turn.fault("PI_UPS_AC_PIN_UNREADABLE", null);
    takeAc(turn, read.value);
    return;
  }
  const failures = turn.state.acReads.failures + 1;
  const silent = failures >= faultAfterFailures;
  const ac = silent ? dropCandidate(turn.state.ac) : takeGap(turn.state.ac);
  turn.change({ acReads: { failures, goodRow: 0 }, ac });
  if (!silent) return;
  const byPin = turn.config.board.lines.acPresent !== undefined;
  const message = `${byPin ? "The AC pin" : "Mains"} cannot be read: ${read.message}`;
  turn.fault("PI_UPS_AC_PIN_UNREADABLE", message);
  const cause = { why: `${byPin ? "the AC pin" : "mains"} cannot be read`, by: "ac_pin" };
  turn.shutdown(takeSafe(turn.state.shutdown, cause, turn.at));
}
