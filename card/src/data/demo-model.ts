// Invented figures for the card picker: a UPS on mains with one outage behind it. The card marks them as "Demo".

import type { TrendData } from "../chart/cursor.ts";
import { toStretches } from "../chart/path.ts";
import type { CardConfig } from "../config.ts";
import { addPage, emptyBook } from "./event-book.ts";
import { readFacts } from "./facts.ts";
import { steadyNow } from "./server-clock.ts";
import type { UpsModel } from "./ups-model.ts";
import type { Device, ListedEvent } from "./wire.ts";

const minuteMs = 60_000;

function demoDevice(nowMs: number): Device {
  return {
    device_id: "demo",
    agent_id: "demo",
    name: "Rack UPS",
    board: {
      id: "x1201",
      name: "Geekworm X1201",
      manufacturer: "Geekworm",
      model: "X1201",
      simulated: false,
      experimental: false,
    },
    connected: true,
    last_seen: new Date(nowMs).toISOString(),
    bye: null,
    thresholds: { low_percent: 20, critical_percent: 10, low_cell_v: 3.4, critical_cell_v: 3.2 },
    commands: [],
    event_types: [],
    agent_version: "",
    integration_version: "",
    values: { ac_present: true, battery_percent: 96, charging: true, runtime_min: 280, battery_low: false },
    entities: {},
  };
}

function demoEvent(seq: number, atMs: number, parts: Partial<ListedEvent>): ListedEvent {
  return {
    id: `demo-${seq}`,
    seq,
    time: new Date(atMs).toISOString(),
    type: "ac_power_loss",
    value: null,
    threshold: null,
    unit: null,
    message: "",
    detail: {},
    synced_late: false,
    ...parts,
  };
}

export function createDemoModel(config: CardConfig): UpsModel {
  const startedMs = steadyNow();
  const device = demoDevice(startedMs);
  const lostMs = startedMs - config.hours * 20 * minuteMs;
  const backMs = lostMs + config.hours * 2.5 * minuteMs;
  const events = [
    demoEvent(3, backMs + minuteMs, { type: "charging_started", value: 78, unit: "%" }),
    demoEvent(2, backMs, {
      type: "ac_power_restored",
      value: (backMs - lostMs) / 1000,
      unit: "s",
      detail: { lowest_percent: 78 },
    }),
    demoEvent(1, lostMs, { value: 100, unit: "%" }),
  ];
  const book = addPage(emptyBook, "all", { events, next_cursor: null });
  const charge = [
    { atMs: startedMs - config.hours * 60 * minuteMs, pct: 100 },
    { atMs: lostMs, pct: 100 },
    ...[95, 90, 84, 78].map((pct, i) => ({ atMs: lostMs + ((i + 1) / 4) * (backMs - lostMs), pct })),
    ...[82, 86, 90, 93, 95, 96].map((pct, i) => ({
      atMs: backMs + ((i + 1) / 6) * (startedMs - backMs),
      pct,
    })),
  ];
  const trend: TrendData = {
    startMs: startedMs - config.hours * 60 * minuteMs,
    endMs: startedMs,
    stretches: toStretches(charge, startedMs),
    bands: [{ kind: "outage", startMs: lostMs, endMs: backMs, open: false }],
    live: true,
    loading: false,
  };
  return {
    open: () => undefined,
    close: () => undefined,
    device,
    refusal: null,
    anyDevices: true,
    book,
    watched: [],
    nowMs: steadyNow,
    facts: () => readFacts({}, {}, device, book.events),
    trend: () => trend,
    display: () => null,
    entityId: () => null,
    loading: new Set(),
    want: () => undefined,
    more: () => undefined,
    cancelShutdown: () => Promise.resolve(),
  };
}
