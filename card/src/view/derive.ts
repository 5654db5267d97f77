// From what is known to what is shown: one pure function. Nothing is shown that is not known: a UPS without contact is
// not "on battery", an unknown charge is not 0 %, a runtime that nobody estimated is a dash.
import type { Facts } from "../data/facts.ts";
import type { Device } from "../data/wire.ts";
import type { Refusal } from "../ha.ts";
import type { BatteryView, FlowView, Notice, Runtime, Status, Tone, Trouble, UpsView, View } from "./view.ts";

export interface Snapshot {
  readonly facts: Facts;
  readonly device: Pick<Device, "board" | "thresholds" | "commands">;
  /** As the user named it. */
  readonly name: string;
  readonly demo: boolean;
}

const fullPct = 100;

/** Headline by precedence: what ends the Pi first, then what the battery does, then what is wrong, then mains. */
function deriveStatus(facts: Facts, commands: readonly string[]): Status {
  if (!facts.connected) return awayStatus(facts);
  const { shutdown } = facts;
  if (shutdown.state === "executing" || shutdown.state === "done") {
    return { kind: "shutting_down", reason: shutdown.reason };
  }
  const onBattery = facts.acPresent === false;
  if (shutdown.state === "counting_down") {
    return {
      kind: "counting_down",
      deadlineMs: shutdown.deadlineMs,
      scheduledMs: shutdown.sinceMs,
      reason: shutdown.reason,
      text: shutdown.text,
      onBattery,
      sinceMs: facts.onBatterySinceMs,
      cancellable: commands.includes("cancel_shutdown"),
    };
  }
  if (onBattery) return batteryStatus(facts);
  if (facts.problem) return { kind: "fault", text: facts.problemText, onBattery: false };
  if (facts.charging === true) return { kind: "charging" };
  if (facts.acPresent === true) {
    return {
      kind: "on_mains",
      full: facts.chargePct !== null && facts.chargePct >= fullPct,
      charging: facts.charging ?? null,
    };
  }
  return facts.chargePct === null ? { kind: "waiting" } : { kind: "mains_unknown" };
}

/** Off mains a fault does not take the place of the headline, except that the pin itself may be lying. */
function batteryStatus(facts: Facts): Status {
  if (facts.problem && facts.charging === true)
    return { kind: "fault", text: facts.problemText, onBattery: true };
  return { kind: facts.batteryLow === true ? "low" : "on_battery", sinceMs: facts.onBatterySinceMs };
}

function awayStatus(facts: Facts): Status {
  const { bye } = facts;
  if (bye?.reason === "shutdown") {
    return { kind: "shut_down", atMs: bye.atMs, reason: bye.detail, waiting: bye.detail !== "requested" };
  }
  if (bye !== null) return { kind: "stopped", atMs: bye.atMs };
  return { kind: "no_contact", sinceMs: facts.lastSeenMs, lastAc: facts.acPresent ?? null };
}

function deriveTone(status: Status, facts: Facts): Tone {
  switch (status.kind) {
    case "on_mains":
    case "charging":
      return facts.batteryLow === true ? "warn" : "ok";
    case "on_battery":
      return "warn";
    case "low":
    case "counting_down":
    case "shutting_down":
    case "fault":
      return "bad";
    case "shut_down":
    case "stopped":
    case "no_contact":
    case "mains_unknown":
    case "waiting":
      return "muted";
    default:
      return status satisfies never;
  }
}

function deriveBattery(facts: Facts, thresholds: Device["thresholds"]): BatteryView {
  return {
    pct: facts.chargePct,
    trust: !facts.connected ? "last_known" : facts.stale ? "stale" : "live",
    lowPct: thresholds?.low_percent ?? null,
    criticalPct: thresholds?.critical_percent ?? null,
  };
}

function deriveRuntime(facts: Facts): Runtime {
  if (!facts.connected || facts.runtimeMin === null) return { kind: "unknown" };
  return { kind: "about", minutes: facts.runtimeMin, settling: facts.runtimeSettling };
}

function deriveFlow(facts: Facts): FlowView | null {
  if (!facts.connected) {
    return facts.bye === null
      ? { mains: "unknown", moving: "none", toUps: "unknown", toPi: "unknown" }
      : null;
  }
  const mains = facts.acPresent === true ? "on" : facts.acPresent === false ? "off" : "unknown";
  return {
    mains,
    moving: mains === "off" ? "to_pi" : facts.charging === true ? "to_ups" : "none",
    toUps: mains === "on" ? "flowing" : mains === "off" ? "cut" : "unknown",
    // The agent runs on that Pi: as long as it talks, the Pi has power.
    toPi: "flowing",
  };
}

function deriveNotices(facts: Facts, status: Status): readonly Notice[] {
  if (!facts.connected) return [];
  const problem =
    facts.problem && status.kind !== "fault" ? [{ kind: "problem", text: facts.problemText } as const] : [];
  return facts.stale ? [...problem, { kind: "stale" }] : problem;
}

export function deriveView({ facts, device, name, demo }: Snapshot): UpsView {
  const status = deriveStatus(facts, device.commands);
  return {
    kind: "ups",
    name,
    status,
    tone: deriveTone(status, facts),
    battery: deriveBattery(facts, device.thresholds),
    runtime: deriveRuntime(facts),
    flow: deriveFlow(facts),
    notices: deriveNotices(facts, status),
    badge: demo
      ? "demo"
      : device.board.simulated
        ? "simulated"
        : device.board.experimental
          ? "experimental"
          : null,
  };
}

/** What to show while there is no device. */
export function deriveAbsence(wanted: string, refusal: Refusal | null, anyDevices: boolean | null): View {
  if (refusal === null) return { kind: "loading" };
  return { kind: "trouble", trouble: troubleOf(wanted, refusal, anyDevices) };
}

function troubleOf(wanted: string, refusal: Refusal, anyDevices: boolean | null): Trouble {
  switch (refusal.code) {
    case "PI_UPS_UNKNOWN_DEVICE":
      return anyDevices === false ? { kind: "no_devices" } : { kind: "no_such_device", wanted };
    case "unknown_command":
      return { kind: "no_integration" };
    case "unauthorized":
      return { kind: "not_allowed" };
    default:
      return { kind: "refused", refusal };
  }
}
