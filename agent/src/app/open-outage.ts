// An outage that an earlier run saw begin and nobody saw end: the journal knows.
import type { EventJournal } from "../ports/ports.ts";

/** Unix ms of the journal's last `ac_power_loss` when no `ac_power_restored` followed it; else null. */
export function openOutageSinceMs(journal: Pick<EventJournal, "list">): number | null {
  const last = journal.list({ types: ["ac_power_loss", "ac_power_restored"], limit: 1 }).at(-1);
  if (last === undefined || last.type !== "ac_power_loss") return null;
  const atMs = Date.parse(last.time);
  return Number.isFinite(atMs) ? atMs : null;
}
