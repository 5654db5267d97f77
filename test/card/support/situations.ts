// The states of the card that people meet, one scenario each; screenshots and text assertions share them.
import type { ListedEvent } from "../../../agent/src/protocol/messages.ts";
import { event, hour, iso, minute, nowMs, type Scenario, scenario } from "./scenario.ts";

/** A straight fall from one level to another, one sample a percent. */
function fall(fromHours: number, toHours: number, from: number, to: number): [number, number][] {
  const steps = Math.abs(from - to);
  return Array.from({ length: steps + 1 }, (_, index) => {
    const share = index / steps;
    return [fromHours + share * (toHours - fromHours), Math.round(from + share * (to - from))];
  });
}

function lost(hoursAgo: number, pct: number, parts: Partial<ListedEvent> = {}): ListedEvent {
  return event(hoursAgo, "ac_power_loss", {
    value: pct,
    unit: "%",
    message: `Mains lost at ${pct} %.`,
    ...parts,
  });
}

function restored(
  hoursAgo: number,
  seconds: number,
  lowest: number,
  parts: Partial<ListedEvent> = {},
): ListedEvent {
  const detail = { lowest_percent: lowest, outage_since_shutdown: false };
  return event(hoursAgo, "ac_power_restored", { value: seconds, unit: "s", detail, ...parts });
}

const yesterday = [
  restored(15.63, 192, 97, { synced_late: true }),
  lost(15.63 + 192 / 3600, 100, { synced_late: true }),
  event(40, "agent_started", { detail: { last_run: "none" }, message: "Agent started for the first time." }),
];

const morning = {
  charge: [[30, 100], ...fall(9.1, 8.13, 100, 86), ...fall(8.1, 6.4, 86, 100)] as [number, number][],
  mains: [
    [30, "on"],
    [9.1, "off"],
    [8.13, "on"],
  ] as [number, string][],
  events: [
    event(6.4, "battery_full", { value: 100, unit: "%", threshold: 99, detail: { cell_voltage_v: 4.18 } }),
    event(8.1, "charging_started", { value: 86, unit: "%" }),
    restored(8.13, 58 * 60, 86),
    lost(9.1, 100),
    ...yesterday,
  ],
};

export const onMains = scenario(morning);

export const charging = scenario({
  ...morning,
  charge: [[30, 100], ...fall(9.1, 1.1, 100, 34), ...fall(1.1, 0, 34, 58)],
  mains: [
    [30, "on"],
    [9.1, "off"],
    [1.1, "on"],
  ],
  values: { battery_percent: 58, charging: true, battery_voltage_v: 4.02, runtime_min: 170 },
  events: [
    event(1.09, "charging_started", { value: 34, unit: "%" }),
    restored(1.1, 8 * 3600, 34),
    lost(9.1, 100),
    ...yesterday,
  ],
});

export const onBattery = scenario({
  values: {
    ac_present: false,
    battery_percent: 61,
    battery_voltage_v: 3.81,
    battery_power_w: -6.8,
    runtime_min: 71,
  },
  charge: [[30, 96], ...fall(0.211, 0.01, 96, 61)],
  mains: [
    [30, "on"],
    [0.211, "off"],
  ],
  events: [
    event(0.2, "charging_stopped", {
      value: 95,
      unit: "%",
      message: "Charging stopped at 95 %: mains lost.",
    }),
    lost(0.211, 96),
    ...yesterday,
  ],
});

export const low = scenario({
  values: {
    ac_present: false,
    battery_percent: 18,
    battery_voltage_v: 3.46,
    battery_low: true,
    runtime_min: 13,
    battery_power_w: -6.8,
  },
  charge: [[30, 100], ...fall(1.4, 0.01, 100, 18)],
  mains: [
    [30, "on"],
    [1.4, "off"],
  ],
  events: [
    event(0.1, "battery_voltage_low", {
      value: 19.9,
      threshold: 20,
      unit: "%",
      message: "Battery low: 19.9 %, limit 20 %.",
    }),
    lost(1.4, 100),
    ...yesterday,
  ],
});

export const graceMs = 30_000;
/** 24 seconds before the power-off. */
export const countingDown = scenario({
  values: {
    ac_present: false,
    battery_percent: 10,
    battery_voltage_v: 3.31,
    battery_low: true,
    runtime_min: 3,
    battery_power_w: -6.8,
    shutdown_state: "counting_down",
    shutdown_deadline: iso(nowMs + 24_000),
    shutdown_reason: "battery_percent_critical",
  },
  charge: [[30, 100], ...fall(1.52, 0.003, 100, 10)],
  mains: [
    [30, "on"],
    [1.52, "off"],
  ],
  events: [
    event((graceMs - 24_000) / hour, "shutdown_scheduled", {
      value: 30,
      unit: "s",
      message: "Power-off in 30 s: Battery at 10 %, limit 10 %.",
      detail: { reason: "battery_percent_critical", by: "battery" },
    }),
    event(0.0017, "battery_voltage_critical", { value: 10, threshold: 10, unit: "%" }),
    event(0.2, "battery_voltage_low", { value: 20, threshold: 20, unit: "%" }),
    lost(1.52, 100),
  ],
});

const shutdownEvents = [
  event(0.5, "shutdown_started", {
    message: "Powering off: Battery at 10 %, limit 10 %.",
    detail: { reason: "battery_percent_critical" },
  }),
  event(0.51, "shutdown_scheduled", { value: 30, unit: "s", detail: { reason: "battery_percent_critical" } }),
  event(0.511, "battery_voltage_critical", { value: 3.19, threshold: 3.2, unit: "V" }),
  event(0.7, "battery_voltage_low", { value: 20, threshold: 20, unit: "%" }),
  lost(1.9, 100),
];

export const shutDown = scenario({
  device: {
    connected: false,
    last_seen: iso(nowMs - 0.5 * hour),
    bye: {
      reason: "shutdown",
      detail: "battery_percent_critical",
      message: "Battery at 10 %, limit 10 %.",
      at: iso(nowMs - 0.5 * hour),
    },
  },
  values: { ac_present: false, battery_percent: 10, battery_low: true, shutdown_state: "done" },
  charge: [[30, 100], ...fall(1.9, 0.51, 100, 10), [0.499, "unavailable"] as unknown as [number, number]],
  mains: [
    [30, "on"],
    [1.9, "off"],
    [0.499, "unavailable"],
  ],
  events: shutdownEvents,
});

/** The morning after: the Pi booted when mains came back, and the list tells the whole story. */
export const afterShutdown = scenario({
  values: {
    ac_present: true,
    battery_percent: 14,
    charging: true,
    battery_low: true,
    runtime_min: null,
    battery_voltage_v: 3.62,
  },
  charge: [
    [30, 100],
    ...fall(1.9, 0.51, 100, 10),
    [0.499, "unavailable"] as unknown as [number, number],
    ...fall(0.1, 0.01, 10, 14),
  ],
  mains: [
    [30, "on"],
    [1.9, "off"],
    [0.499, "unavailable"],
    [0.1, "on"],
  ],
  events: [
    event(0.09, "charging_started", { value: 10, unit: "%" }),
    event(0.098, "ac_power_restored", {
      message: "Mains is back after the shutdown.",
      detail: { outage_since_shutdown: true },
    }),
    event(0.1, "agent_started", {
      message: "Agent started. The Pi went down cleanly 24 min ago: Battery at 10 %, limit 10 %.",
      detail: {
        last_run: "shutdown",
        last_run_at: iso(nowMs - 0.5 * hour),
        last_run_reason: "battery_percent_critical",
      },
    }),
    ...shutdownEvents,
  ],
});

export const noContact = scenario({
  device: { connected: false, last_seen: iso(nowMs - 29 * minute) },
  values: { ac_present: false, battery_percent: 61 },
  charge: [[30, 100], ...fall(1, 29 / 60, 96, 61), [29 / 60, "unavailable"] as unknown as [number, number]],
  mains: [
    [30, "on"],
    [1, "off"],
    [29 / 60, "unavailable"],
  ],
  events: [lost(1, 96), ...yesterday],
});

export const fault = scenario({
  values: {
    ac_present: true,
    battery_percent: 74,
    problem: true,
    runtime_min: null,
    problem_message:
      "Mains shows as present, but the battery fell by 1.4 points in 3 minutes: check the plug and the power supply; `pi-ups doctor` looks at the rest.",
  },
  charge: [[30, 100], ...fall(3, 0.01, 100, 74)],
  events: [
    event(0.05, "ups_fault", {
      value: "PI_UPS_AC_PRESENT_BUT_FALLING",
      message:
        "Mains shows as present, but the battery fell by 1.4 points in 3 minutes: check the plug and the power supply; `pi-ups doctor` looks at the rest.",
    }),
    ...yesterday,
  ],
});

export const stale = scenario({
  ...morning,
  values: {
    battery_percent: 93,
    stale: true,
    problem: true,
    problem_message: "The fuel gauge at 0x36 has not answered for 5 reads.",
  },
});
export const unknown = scenario({
  values: {
    ac_present: null,
    battery_percent: null,
    charging: null,
    runtime_min: null,
    battery_voltage_v: null,
    battery_low: null,
  },
  charge: [],
  mains: [],
});
/** A board that measures a voltage only: nobody measured the percent. */
export const estimated = scenario({
  ...morning,
  values: { battery_percent: 96, battery_percent_estimated: true },
});

export const simulated: Scenario = {
  ...onMains,
  device: { ...onMains.device, board: { ...onMains.device.board, simulated: true } },
};

export const situations: Readonly<Record<string, Scenario>> = {
  "on-mains": onMains,
  charging,
  "on-battery": onBattery,
  low,
  "counting-down": countingDown,
  "shut-down": shutDown,
  "after-shutdown": afterShutdown,
  "no-contact": noContact,
  fault,
  stale,
  unknown,
  estimated,
  simulated,
};
