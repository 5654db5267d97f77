// The first words of a run: `agent_started` tells how the last run ended, as far as the disk knows, and an outage that
// an earlier run saw begin is not forgotten.
import type { CoreInput } from "./engine.ts";
import type { Instant, LastRun } from "./model.ts";
import { duration, type Note, note } from "./note.ts";
import { toRfc3339 } from "./rfc3339.ts";
import type { Outage } from "./state.ts";

/** `2 h 5 min ago`; the time itself while this run's clock is behind the last run's (no network yet). */
function when(wallMs: number, at: Instant): string {
  const agoMs = at.wallMs - wallMs;
  return agoMs < 0 ? `at ${toRfc3339({ ...at, wallMs })}` : `${duration(agoMs)} ago`;
}

/** The note of `agent_started`. Detail: `last_run`, `last_run_at`, `last_run_reason`, `agent_version`. */
export function startedNote(lastRun: LastRun, version: string, at: Instant): Note {
  const time = (wallMs: number) => toRfc3339({ ...at, wallMs });
  const detail = { agent_version: version, last_run: lastRun.kind };
  const say = (words: string, more: Note["detail"]) =>
    note("agent_started", words, { detail: { ...detail, ...more } });
  switch (lastRun.kind) {
    case "none":
      return say("Agent started for the first time.", {});
    case "stopped":
      return say(`Agent started. The last run was stopped ${when(lastRun.at, at)} (${lastRun.reason}).`, {
        last_run_at: time(lastRun.at),
        last_run_reason: lastRun.reason,
      });
    case "shutdown":
      return say(`Agent started. The Pi went down cleanly ${when(lastRun.at, at)}: ${lastRun.text}`, {
        last_run_at: time(lastRun.at),
        last_run_reason: lastRun.reason,
      });
    case "died":
      return say(
        `Agent started. The last run ended without a goodbye; its last sign of life was ${when(lastRun.lastSeenAt, at)}.`,
        { last_run_at: time(lastRun.lastSeenAt) },
      );
    default:
      return lastRun satisfies never;
  }
}

/** The outage in which an earlier run ended: if mains is there now, that is news. */
export function earlierOutage({
  lastRun,
  openOutageSinceMs,
}: Extract<CoreInput, { type: "started" }>): Outage | null {
  const afterShutdown = lastRun.kind === "shutdown" && lastRun.reason !== "requested";
  const wallMs = openOutageSinceMs ?? null;
  if (!afterShutdown && wallMs === null) return null;
  return { begun: { kind: "earlier_run", wallMs, afterShutdown }, lowestPct: null };
}
