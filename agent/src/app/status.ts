// What `pi-ups status` and the status line say, read off the snapshot: names, units and rounding for people and programs.
import type { Instant, Requester, Sense, Snapshot } from "../core/model.ts";
import { aboutMinutes, duration, round } from "../core/note.ts";
import { toRfc3339 } from "../core/rfc3339.ts";
import type { GpioReport, StatusReport } from "../ports/control.ts";
import type { LinkStatus } from "../ports/ha-link.ts";
import type { PiReport } from "../ports/ports.ts";

/** What does not change while the agent runs. */
export interface StatusFacts {
  readonly agent: {
    readonly id: string;
    readonly name: string;
    readonly version: string;
    readonly bootId: string;
  };
  readonly startedAt: Instant;
  readonly pid: number;
  readonly board: {
    readonly id: string;
    readonly name: string;
    readonly confidence: "documented" | "experimental";
  };
  readonly simulated: boolean;
  readonly senses: ReadonlySet<Sense>;
  readonly remoteShutdownAllowed: boolean;
  readonly homeAssistantConfigured: boolean;
  readonly gpioChosen: () => GpioReport | null;
  readonly piReport: () => PiReport;
}

export interface StatusEvents {
  readonly lastSeq: number;
  readonly unsent: number;
}

function volts(mv: number | null): number | null {
  return mv === null ? null : round(mv / 1000, 3);
}

function rounded(value: number | null): number | null {
  return value === null ? null : round(value);
}

function time(at: Instant | null): string | null {
  return at === null ? null : toRfc3339(at);
}

function byWords(by: Requester): string {
  return by.kind === "home_assistant" && by.user !== null ? `home_assistant (${by.user})` : by.kind;
}

function shutdownOf(snapshot: Snapshot, allowed: boolean): StatusReport["shutdown"] {
  const { shutdown } = snapshot;
  if (shutdown.kind === "idle") {
    return { state: "idle", deadline: null, reason: null, text: null, by: null, remote_allowed: allowed };
  }
  return {
    state: shutdown.kind,
    deadline: shutdown.kind === "counting_down" ? toRfc3339(shutdown.deadline) : null,
    reason: shutdown.reason,
    text: shutdown.text,
    by: byWords(shutdown.by),
    remote_allowed: allowed,
  };
}

function linkOf(link: LinkStatus, configured: boolean): StatusReport["home_assistant"] {
  const trouble = link.kind === "waiting" ? link : link.kind === "connecting" ? link.error : null;
  return {
    configured,
    connected: link.kind === "connected",
    state: link.kind,
    code: trouble?.code ?? null,
    message: trouble?.message ?? null,
  };
}

function piOf({ model, rails, underVoltageSeen }: PiReport): StatusReport["pi"] {
  const powerMw = rails.reduce((sum, { mv, ma }) => sum + (mv * ma) / 1000, 0);
  return {
    model,
    under_voltage_seen: underVoltageSeen,
    rails: rails.map(({ name, mv, ma }) => ({
      name,
      voltage_v: round(mv / 1000, 3),
      current_a: round(ma / 1000, 3),
    })),
    rails_power_w: rails.length === 0 ? null : round(powerMw / 1000, 2),
  };
}

/** `pi-ups status --json`. */
export function statusReport(
  snapshot: Snapshot,
  facts: StatusFacts,
  link: LinkStatus,
  events: StatusEvents,
): StatusReport {
  const { agent, board } = facts;
  const { runtime } = snapshot;
  return {
    agent: {
      id: agent.id,
      name: agent.name,
      version: agent.version,
      boot_id: agent.bootId,
      started_at: toRfc3339(facts.startedAt),
      uptime_s: round((snapshot.at.monoMs - facts.startedAt.monoMs) / 1000),
      pid: facts.pid,
    },
    board: {
      id: board.id,
      name: board.name,
      simulated: facts.simulated,
      confidence: board.confidence,
      senses: [...facts.senses],
    },
    gpio: facts.gpioChosen(),
    pi: piOf(facts.piReport()),
    time: toRfc3339(snapshot.at),
    power: snapshot.power,
    power_since: time(snapshot.powerSince),
    ...(snapshot.acPresent === undefined ? {} : { ac_present: snapshot.acPresent }),
    ...(snapshot.dcOut === undefined
      ? {}
      : { dc_out: { ok: snapshot.dcOut.ok, voltage_v: volts(snapshot.dcOut.railMv) } }),
    ...(snapshot.outputMa === undefined ? {} : { output_current_a: volts(snapshot.outputMa) }),
    ...(snapshot.overcurrent === undefined ? {} : { overcurrent: snapshot.overcurrent }),
    battery_percent: snapshot.chargePct === null ? null : round(snapshot.chargePct, 1),
    battery_percent_raw: snapshot.chargePctRaw === null ? null : round(snapshot.chargePctRaw, 3),
    battery_percent_estimated: snapshot.chargeEstimated,
    battery_voltage_v: volts(snapshot.packMv),
    ...(snapshot.currentMa === undefined ? {} : { battery_current_a: volts(snapshot.currentMa) }),
    ...(snapshot.charging === undefined ? {} : { charging: snapshot.charging }),
    battery_low: snapshot.batteryLow,
    ...(snapshot.figures === undefined ? {} : { board_figures: snapshot.figures }),
    runtime_min: runtime.kind === "unknown" || runtime.minutes === null ? null : round(runtime.minutes, 1),
    runtime_state: runtime.kind,
    runtime_confidence: runtime.kind === "estimate" ? runtime.confidence : null,
    ...(snapshot.temperatureC === undefined
      ? {}
      : { temperature_c: snapshot.temperatureC === null ? null : round(snapshot.temperatureC, 1) }),
    health: snapshot.health,
    health_percent: rounded(snapshot.healthPct),
    capacity_mah: rounded(snapshot.capacityMah),
    resistance_mohm: rounded(snapshot.resistanceMohm),
    cycles: round(snapshot.cycles, 2),
    stale: snapshot.stale,
    last_good_at: time(snapshot.lastGoodAt),
    faults: snapshot.faults.map(({ code, message, since }) => ({ code, message, since: toRfc3339(since) })),
    shutdown: shutdownOf(snapshot, facts.remoteShutdownAllowed),
    home_assistant: linkOf(link, facts.homeAssistantConfigured),
    events: { last_seq: events.lastSeq, unsent: events.unsent },
  };
}

const powerWords = { unknown: "mains unknown", on_mains: "on mains", on_battery: "on battery" } as const;

function ageWords({ at, stale, lastGoodAt }: Snapshot): string {
  if (!stale || lastGoodAt === null) return "";
  return ` (kept from ${duration(at.monoMs - lastGoodAt.monoMs)} ago)`;
}

/** One line for the log: what a person would ask first, unknown things left out. */
export function statusLine(snapshot: Snapshot, link: LinkStatus, unsent: number): string {
  const since = snapshot.powerSince;
  const power = snapshot.acPresent === undefined ? "mains not sensed" : powerWords[snapshot.power];
  const parts = [since === null ? power : `${power} for ${duration(snapshot.at.monoMs - since.monoMs)}`];
  if (snapshot.chargePct !== null)
    parts.push(`battery ${snapshot.chargeEstimated ? "about " : ""}${round(snapshot.chargePct)} %`);
  if (snapshot.packMv !== null) parts.push(`${(snapshot.packMv / 1000).toFixed(2)} V${ageWords(snapshot)}`);
  if (snapshot.charging === true) parts.push("charging");
  if (snapshot.runtime.kind === "estimate") parts.push(`${aboutMinutes(snapshot.runtime.minutes)} left`);
  if (snapshot.temperatureC !== undefined && snapshot.temperatureC !== null) {
    parts.push(`${round(snapshot.temperatureC)} °C`);
  }
  for (const fault of snapshot.faults) parts.push(fault.code);
  if (link.kind !== "off") parts.push(`Home Assistant ${link.kind}`);
  if (unsent > 0) parts.push(`${unsent} events unsent`);
  return parts.join(", ");
}
