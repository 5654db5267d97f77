// `status --json` and the status line: every key of the contract, unknown as null, not sensed as absent.
import { describe, expect, it } from "vitest";
import { type StatusFacts, statusLine, statusReport } from "../../agent/src/app/status.ts";
import type { Instant, Sense, Snapshot } from "../../agent/src/core/model.ts";
import type { LinkStatus } from "../../agent/src/ports/ha-link.ts";
import { firstMs } from "./support/events.ts";

const at = (second: number): Instant => ({
  monoMs: second * 1000,
  wallMs: firstMs + second * 1000,
  utcOffsetMin: 60,
});

const facts: StatusFacts = {
  agent: { id: "kitchen-pi", name: "Kitchen Pi", version: "1.2.3", bootId: "b00t" },
  startedAt: at(0),
  pid: 4711,
  board: { id: "x1201", name: "Geekworm X1201", confidence: "documented" },
  simulated: false,
  senses: new Set<Sense>(["ac", "voltage", "charge", "charging", "temperature"]),
  remoteShutdownAllowed: true,
  homeAssistantConfigured: true,
  gpioChosen: () => null,
  piReport: () => ({ model: null, rails: [], underVoltageSeen: null }),
};

const onMains: Snapshot = {
  at: at(3600),
  power: "on_mains",
  powerSince: at(5),
  acPresent: true,
  chargePct: 95.96,
  chargePctRaw: 95.9609375,
  cellMv: 4081.25,
  packMv: 4081.25,
  charging: false,
  temperatureC: 48.31,
  chargeEstimated: false,
  healthPct: null,
  capacityMah: null,
  resistanceMohm: null,
  runtime: { kind: "unknown", why: "no outage yet" },
  health: "unknown",
  cycles: 1.23456,
  batteryLow: false,
  faults: [],
  stale: false,
  lastGoodAt: at(3600),
  shutdown: { kind: "idle" },
};

const connected: LinkStatus = { kind: "connected", sinceMs: firstMs };
const events = { lastSeq: 7, unsent: 2 };
const report = (parts: Partial<Snapshot> = {}, link: LinkStatus = connected) =>
  statusReport({ ...onMains, ...parts }, facts, link, events);

describe("further figures of the board", () => {
  it("are there where it has some, also while none can be read", () => {
    const figures = [{ name: "cell_1", value: 4.05, unit: "V" }] as const;
    expect(report({ figures }).board_figures).toEqual(figures);
    expect(report({ figures: [] }).board_figures).toEqual([]);
    expect("board_figures" in report()).toBe(false);
  });
});

describe("the current into the Pi", () => {
  it("is there where something measures it, null while it cannot be read", () => {
    expect(report({ outputMa: 1204.4 }).output_current_a).toBe(1.204);
    expect(report({ outputMa: null }).output_current_a).toBeNull();
    expect("output_current_a" in report()).toBe(false);
  });
});

describe("the report", () => {
  it("has every key, rounded to what the board can resolve", () => {
    expect(report()).toEqual({
      agent: {
        id: "kitchen-pi",
        name: "Kitchen Pi",
        version: "1.2.3",
        boot_id: "b00t",
        started_at: "2026-11-23T05:18:14.123+01:00",
        uptime_s: 3600,
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
      time: "2026-11-23T06:18:14.123+01:00",
      power: "on_mains",
      power_since: "2026-11-23T05:18:19.123+01:00",
      ac_present: true,
      battery_percent: 96,
      battery_percent_raw: 95.961,
      battery_percent_estimated: false,
      battery_voltage_v: 4.081,
      charging: false,
      battery_low: false,
      runtime_min: null,
      runtime_state: "unknown",
      runtime_confidence: null,
      temperature_c: 48.3,
      health: "unknown",
      health_percent: null,
      capacity_mah: null,
      resistance_mohm: null,
      cycles: 1.23,
      stale: false,
      last_good_at: "2026-11-23T06:18:14.123+01:00",
      faults: [],
      shutdown: { state: "idle", deadline: null, reason: null, text: null, by: null, remote_allowed: true },
      home_assistant: { configured: true, connected: true, state: "connected", code: null, message: null },
      events: { last_seq: 7, unsent: 2 },
    });
  });

  it("says null for what is unknown, never 0", () => {
    const unknown = report({
      power: "unknown",
      powerSince: null,
      acPresent: null,
      chargePct: null,
      chargePctRaw: null,
      cellMv: null,
      packMv: null,
      charging: null,
      temperatureC: null,
      batteryLow: null,
      lastGoodAt: null,
    });
    for (const key of [
      "power_since",
      "ac_present",
      "battery_percent",
      "battery_voltage_v",
      "charging",
    ] as const) {
      expect(unknown[key], key).toBe(null);
    }
    expect([unknown.temperature_c, unknown.battery_low, unknown.last_good_at]).toEqual([null, null, null]);
  });

  it("leaves out what the board cannot sense", () => {
    const { acPresent: _ac, charging: _charging, temperatureC: _temperature, ...blind } = onMains;
    const keys = Object.keys(statusReport(blind, facts, connected, events));
    for (const key of ["ac_present", "charging", "temperature_c", "battery_current_a"]) {
      expect(keys).not.toContain(key);
    }
  });

  it("tells a countdown, its deadline and who asked", () => {
    const by = { kind: "home_assistant", user: "anna" } as const;
    const shutdown = {
      kind: "counting_down",
      deadline: at(3630),
      since: at(3600),
      reason: "requested",
      text: "Bye.",
      by,
    } as const;
    expect(report({ shutdown }).shutdown).toEqual({
      state: "counting_down",
      deadline: "2026-11-23T06:18:44.123+01:00",
      reason: "requested",
      text: "Bye.",
      by: "home_assistant (anna)",
      remote_allowed: true,
    });
    const done = { ...shutdown, kind: "done", by: { kind: "battery" } } as const;
    expect(report({ shutdown: done }).shutdown).toMatchObject({
      state: "done",
      deadline: null,
      by: "battery",
    });
  });

  it("tells why Home Assistant is not connected", () => {
    const trouble = { code: "PI_UPS_HA_UNREACHABLE", message: "Nobody answers." };
    expect(report({}, { kind: "connecting", error: trouble }).home_assistant).toMatchObject({
      connected: false,
      state: "connecting",
      ...trouble,
    });
    expect(report({}, { kind: "waiting", ...trouble }).home_assistant).toMatchObject({
      state: "waiting",
      ...trouble,
    });
    expect(report({}, { kind: "off" }).home_assistant).toMatchObject({
      connected: false,
      state: "off",
      code: null,
    });
  });

  it("keeps a runtime that settles apart from an estimate", () => {
    expect(report({ runtime: { kind: "estimate", minutes: 84.26, confidence: "medium" } })).toMatchObject({
      runtime_min: 84.3,
      runtime_state: "estimate",
      runtime_confidence: "medium",
    });
    expect(report({ runtime: { kind: "settling", minutes: null } })).toMatchObject({
      runtime_min: null,
      runtime_state: "settling",
    });
  });
});

describe("the line", () => {
  const line = (parts: Partial<Snapshot> = {}, link: LinkStatus = { kind: "off" }, unsent = 0) =>
    statusLine({ ...onMains, ...parts }, link, unsent);

  it("says what a person asks first", () => {
    expect(line()).toBe("on mains for 59 min 55 s, battery 96 %, 4.08 V, 48 °C");
    expect(
      line(
        { power: "on_battery", runtime: { kind: "estimate", minutes: 84, confidence: "high" } },
        connected,
        3,
      ),
    ).toBe(
      "on battery for 59 min 55 s, battery 96 %, 4.08 V, about 1 h 25 min left, 48 °C, Home Assistant connected, 3 events unsent",
    );
  });

  it("gives an estimate no more digits than it is worth, and tells where mains is not sensed", () => {
    const left = (minutes: number) =>
      line({ power: "on_battery", runtime: { kind: "estimate", minutes, confidence: "low" } });
    expect(left(6.55)).toContain(", about 7 min left,");
    expect(left(0.2)).toContain(", less than 1 min left,");
    expect(left(59.6)).toContain(", about 1 h left,");
    const { acPresent: _, ...unsensed } = onMains;
    expect(statusLine({ ...unsensed, power: "unknown", powerSince: null }, { kind: "off" }, 0)).toBe(
      "mains not sensed, battery 96 %, 4.08 V, 48 °C",
    );
  });

  it("says how old figures are, and what is wrong", () => {
    const faults = [{ code: "PI_UPS_GAUGE_SILENT", message: "No answer.", since: at(3500) }];
    expect(line({ stale: true, lastGoodAt: at(3480), faults })).toBe(
      "on mains for 59 min 55 s, battery 96 %, 4.08 V (kept from 2 min ago), 48 °C, PI_UPS_GAUGE_SILENT",
    );
  });

  it("leaves out what is unknown", () => {
    expect(
      line({ power: "unknown", powerSince: null, chargePct: null, packMv: null, temperatureC: null }),
    ).toBe("mains unknown");
  });
});
