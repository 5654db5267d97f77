// The first words of a run: `agent_started` tells how the last run ended, as far as the disk knows.
import type { Instant, LastRun } from "./model.ts";
import { duration, type Note, note } from "./note.ts";
import { toRfc3339 } from "./rfc3339.ts";

/** The note of `agent_started`. */
export function startedNote(lastRun: LastRun, version: string, at: Instant): Note {
  const time = (wallMs: number) => toRfc3339({ wallMs, utcOffsetMin: at.utcOffsetMin });
  const ago = (wallMs: number) => duration(at.wallMs - wallMs);
  const detail = { agent_version: version, last_run: lastRun.kind };
  switch (lastRun.kind) {
    case "none":
      return note("agent_started", "Agent started for the first time.", { detail });
    case "stopped":
      return note(
        "agent_started",
        `Agent started. The last run was stopped ${ago(lastRun.at)} ago (${lastRun.reason}).`,
        {
          detail: { ...detail, last_run_at: time(lastRun.at), last_run_reason: lastRun.reason },
        },
      );
    case "shutdown":
      return note(
        "agent_started",
        `Agent started. The Pi went down cleanly ${ago(lastRun.at)} ago: ${lastRun.text}`,
        {
          detail: { ...detail, last_run_at: time(lastRun.at), last_run_reason: lastRun.reason },
        },
      );
    case "died":
      return note(
        "agent_started",
        `Agent started. The last run ended without a goodbye; its last sign of life is ${ago(lastRun.lastSeenAt)} old.`,
        { detail: { ...detail, last_run_at: time(lastRun.lastSeenAt) } },
      );
    default:
      return lastRun satisfies never;
  }
}
