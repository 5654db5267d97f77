// From what is known to what is shown: one pure function. Nothing is shown that is not known: a UPS without contact is
// not "on battery", an unknown charge is not 0 %, a runtime that nobody estimated is a dash.
import type { Facts } from "../data/facts.ts";
import type { Device } from "../data/wire.ts";
import type { BatteryView, FlowView, IconName, Status, Tone, UpsView } from "./view.ts";

export interface Snapshot {
  readonly facts: Facts;
  readonly device: Pick<Device, "board" | "thresholds" | "commands">;
  /** As the user named it. */
  readonly name: string;
  readonly demo: boolean;
}

const fullPct = 100;

function countingDown({ shutdown, onBatterySinceMs }: Facts, commands: readonly string[]): Status {
  const { deadlineMs, sinceMs: scheduledMs, reason, text } = shutdown;
  const cancellable = commands.includes("cancel_shutdown");
  return {
    kind: "counting_down",
    deadlineMs,
    scheduledMs,
    reason,
    text,
    sinceMs: onBatterySinceMs,
    cancellable,
  };
}

/** Headline by precedence: what ends the Pi first, then what the battery does, then what is wrong, then mains. */
function deriveStatus(facts: Facts, commands: readonly string[]): Status {
  const { shutdown, acPresent, charging, chargePct } = facts;
  if (!facts.connected) return awayStatus(facts);
  if (shutdown.state === "counting_down") return countingDown(facts, commands);
  if (shutdown.state !== "idle") return { kind: "shutting_down", reason: shutdown.reason };
  // Off mains a fault does not take the headline's place, unless the battery rises: then the AC pin itself may be lying.
  const onBattery = acPresent === false;
  if (facts.problem && (!onBattery || charging === true))
    return { kind: "fault", text: facts.problemText, onBattery };
  if (onBattery)
    return { kind: facts.batteryLow === true ? "low" : "on_battery", sinceMs: facts.onBatterySinceMs };
  if (charging === true) return { kind: "charging" };
  if (acPresent === true) return { kind: "on_mains", full: chargePct !== null && chargePct >= fullPct };
  return { kind: "mains_unknown" };
}

function awayStatus({ bye, lastSeenMs, acPresent }: Facts): Status {
  if (bye === null) return { kind: "no_contact", sinceMs: lastSeenMs, lastAc: acPresent ?? null };
  if (bye.reason !== "shutdown") return { kind: "stopped", atMs: bye.atMs };
  return { kind: "shut_down", atMs: bye.atMs, waiting: bye.detail !== "requested" };
}

const looks: Readonly<Record<Status["kind"], readonly [Tone, IconName]>> = {
  on_mains: ["ok", "plug"],
  charging: ["ok", "bolt"],
  on_battery: ["warn", "battery"],
  low: ["bad", "battery"],
  counting_down: ["bad", "power"],
  shutting_down: ["bad", "power"],
  shut_down: ["muted", "power"],
  stopped: ["muted", "power"],
  no_contact: ["muted", "noContact"],
  fault: ["bad", "alert"],
  mains_unknown: ["muted", "battery"],
};

function deriveBattery(facts: Facts, thresholds: Device["thresholds"]): BatteryView {
  return {
    pct: facts.chargePct,
    trust: !facts.connected ? "last_known" : facts.stale ? "stale" : "live",
    lowPct: thresholds?.low_percent ?? null,
    criticalPct: thresholds?.critical_percent ?? null,
  };
}

function deriveFlow({ connected, bye, acPresent, charging }: Facts): FlowView | null {
  if (!connected) return bye === null ? { mains: "unknown", moving: null, feedsPi: false } : null;
  const mains = acPresent === true ? "on" : acPresent === false ? "off" : "unknown";
  const moving = mains === "off" ? "to_pi" : charging === true ? "to_ups" : null;
  return { mains, moving, feedsPi: true };
}

export function deriveView({
  facts,
  device: { board, thresholds, commands },
  name,
  demo,
}: Snapshot): UpsView {
  const status = deriveStatus(facts, commands);
  const { kind } = status;
  const { connected, runtimeMin: minutes, runtimeSettling: settling } = facts;
  const [tone, icon] = looks[kind];
  const battery = deriveBattery(facts, thresholds);
  return {
    name,
    status,
    // Mains is back, but the battery is still low.
    tone:
      tone === "ok" && (facts.batteryLow === true || (battery.pct ?? 100) <= (battery.lowPct ?? 0))
        ? "warn"
        : tone,
    icon,
    battery,
    runtime: connected && minutes !== null ? { minutes, settling } : null,
    flow: deriveFlow(facts),
    problem: connected && facts.problem && kind !== "fault" ? facts.problemText : undefined,
    badge: demo ? "demo" : board.simulated ? "simulated" : null,
  };
}
