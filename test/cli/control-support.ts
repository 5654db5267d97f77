// An agent's control as a value, for tests of the socket: what was asked is remembered, what is answered is chosen.
import { UpsError } from "../../agent/src/core/ups-error.ts";
import type { AgentControl, StatusReport } from "../../agent/src/ports/control.ts";
import type { Log } from "../../agent/src/ports/ports.ts";
import type { UpsEvent } from "../../agent/src/protocol/events.ts";

export const report: StatusReport = {
  agent: {
    id: "test-pi",
    name: "Test Pi",
    version: "1.2.3",
    boot_id: "b00t",
    started_at: "2026-11-23T04:00:00.000+01:00",
    uptime_s: 1094,
    pid: 4711,
  },
  board: {
    id: "x1201",
    name: "Geekworm X1201",
    simulated: false,
    confidence: "documented",
    senses: ["ac", "voltage", "charge", "charging", "temperature"],
  },
  gpio: null,
  pi: { model: null, under_voltage_seen: null, rails: [], rails_power_w: null },
  time: "2026-11-23T04:18:14.000+01:00",
  power: "on_mains",
  power_since: "2026-11-23T01:06:14.000+01:00",
  ac_present: true,
  battery_percent: 96.4,
  battery_percent_raw: 96.41,
  battery_percent_estimated: false,
  battery_voltage_v: 4.121,
  charging: true,
  battery_low: false,
  runtime_min: 84.3,
  runtime_state: "estimate",
  runtime_confidence: "medium",
  temperature_c: 48.2,
  health: "good",
  health_percent: 92,
  capacity_mah: 5520,
  resistance_mohm: 96,
  cycles: 0.31,
  stale: false,
  last_good_at: "2026-11-23T04:18:13.900+01:00",
  faults: [],
  shutdown: { state: "idle", deadline: null, reason: null, text: null, by: null, remote_allowed: true },
  home_assistant: { configured: true, connected: true, state: "connected", code: null, message: null },
  events: { last_seq: 41, unsent: 0 },
};

export const event: UpsEvent = {
  id: "b00t-7",
  seq: 41,
  time: "2026-11-23T04:18:14.123+01:00",
  type: "ac_power_loss",
  value: 96,
  threshold: null,
  unit: "%",
  message: "Mains lost at 96 %.",
  detail: { battery_percent: 96 },
};

export interface Asked {
  readonly method: string;
  readonly args: readonly unknown[];
}

export function recordingControl(changes: Partial<AgentControl> = {}): {
  readonly control: AgentControl;
  readonly asked: Asked[];
} {
  const asked: Asked[] = [];
  const note = <T>(method: string, args: readonly unknown[], answer: T): T => {
    asked.push({ method, args });
    return answer;
  };
  const yes = { accepted: true, code: null, message: "Done." };
  const control: AgentControl = {
    status: () => note("status", [], report),
    events: (query) => note("events", [query], [event]),
    requestShutdown: (delayMs, text) => note("requestShutdown", [delayMs, text], Promise.resolve(yes)),
    cancelShutdown: () => note("cancelShutdown", [], Promise.resolve(yes)),
    simulate: (command) => note("simulate", [command], Promise.resolve(yes)),
    measurements: () => note("measurements", [], []),
    switches: () => note("switches", [], ["buzzer"] as const),
    switchBoard: (command) => note("switchBoard", [command], Promise.resolve(yes)),
    ...changes,
  };
  return { control, asked };
}

export function recordingLog(): { readonly log: Log; readonly lines: string[] } {
  const lines: string[] = [];
  return {
    lines,
    log: { log: (level, message, fields) => lines.push(`${level}: ${message} ${JSON.stringify(fields)}`) },
  };
}

/** The code with which something is refused; the text of any other error. */
export async function codeThrown(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return error instanceof UpsError ? error.code : String(error);
}
