// Invented figures for the card picker: a UPS on mains with one outage behind it. The card marks them as "Demo".

import { addPage } from "./event-book.ts";
import { readFacts } from "./facts.ts";
import type { UpsModel } from "./ups-model.ts";
import type { Device, ListedEvent } from "./wire.ts";

const hourMs = 3_600_000;

export function createDemoModel(hours: number): UpsModel {
  const endMs = Date.now();
  const startMs = endMs - hours * hourMs;
  const [lostMs, backMs] = [startMs + 0.3 * (endMs - startMs), startMs + 0.42 * (endMs - startMs)];
  const nothing = () => undefined;
  // Only what the card reads; nobody else sees this device.
  const device = {
    device_id: "",
    name: "Rack UPS",
    connected: true,
    last_seen: null,
    bye: null,
    thresholds: { low_percent: 20, critical_percent: 10 },
    integration_version: "",
    values: { ac_present: true, battery_percent: 96, charging: true, runtime_min: 280 },
    entities: {},
  } as unknown as Device;
  const event = (seq: number, atMs: number, type: string, value: number, unit: string) =>
    ({
      id: type,
      seq,
      time: new Date(atMs).toISOString(),
      type,
      value,
      unit,
      detail: {},
    }) as unknown as ListedEvent;
  const events = [
    event(2, backMs, "ac_power_restored", (backMs - lostMs) / 1000, "s"),
    event(1, lostMs, "ac_power_loss", 100, "%"),
  ];
  return {
    open: nothing,
    close: nothing,
    feed: {
      device,
      refusal: null,
      book: addPage({}, "all", { events, next_cursor: null }),
      loading: new Set(),
      want: nothing,
      more: nothing,
    },
    watched: [],
    nowMs: Date.now,
    facts: () => readFacts({}, {}, device, []),
    trend: () => ({
      startMs,
      endMs,
      stretches: [
        [
          { atMs: startMs, pct: 100 },
          { atMs: lostMs, pct: 100 },
          { atMs: backMs, pct: 71 },
          { atMs: endMs, pct: 96 },
        ],
      ],
      bands: [{ kind: "outage", startMs: lostMs, endMs: backMs }],
      live: true,
      loading: false,
    }),
    state: nothing,
    cancelShutdown: () => Promise.resolve(),
  };
}
