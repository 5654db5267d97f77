// The list of events: pages and live events side by side, words for every type of the protocol, short outages folded.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventTypes as protocolTypes } from "../../agent/src/core/model.ts";
import type { ListedEvent } from "../../agent/src/protocol/messages.ts";
import { addLive, addPage, type EventBook, listOf } from "../../card/src/data/event-book.ts";
import { eventTypes, typesOf } from "../../card/src/data/event-types.ts";
import { stringsFor } from "../../card/src/i18n/strings.ts";
import { eventRows } from "../../card/src/view/event-rows.ts";
import { createFormat } from "../../card/src/view/format.ts";
import { event, nowMs } from "./support/scenario.ts";

const words = {
  strings: stringsFor("en"),
  format: createFormat({ language: "en", time_format: "24", time_zone: "server" }, "Europe/Berlin"),
  estimated: false,
  nowMs,
  eventName: (type: string) => `<${type}>`,
};
const plain = (text: string) => text.replaceAll("\u00a0", " ");
const second = 1 / 3600;

function rowsOf(events: readonly ListedEvent[], said = words) {
  const book = addPage({}, "all", { events, next_cursor: null });
  return eventRows(listOf(book, "all")?.events ?? [], said);
}
const told = (events: readonly ListedEvent[]) =>
  rowsOf(events).map((row) => plain([row.title, ...row.details].join(" · ")));

describe("event types", () => {
  it("are those of the protocol, each under one filter", () => {
    expect(Object.keys(eventTypes).sort()).toEqual([...protocolTypes].sort());
    const filtered = (["power", "battery", "shutdown", "faults"] as const).flatMap(
      (filter) => typesOf(filter) ?? [],
    );
    expect(filtered.sort()).toEqual([...protocolTypes].sort());
  });
});

describe("percents that nobody measured", () => {
  const details = (parts: Partial<ListedEvent>) =>
    rowsOf([event(1, parts.type ?? "", parts)], { ...words, estimated: true }).map((row) =>
      plain(row.details.join(" · ")),
    );

  it("are told as estimates; limits and volts are not", () => {
    expect(details({ type: "ac_power_loss", value: 96, unit: "%" })).toEqual(["at about 96 %"]);
    expect(
      details({ type: "ac_power_restored", value: 3480, unit: "s", detail: { lowest_percent: 86.4 } }),
    ).toEqual(["after 58 min · lowest about 86 %"]);
    expect(details({ type: "battery_voltage_low", value: 19.9, threshold: 20, unit: "%" })).toEqual([
      "about 20 % · limit 20 %",
    ]);
    expect(details({ type: "battery_voltage_critical", value: 3.19, threshold: 3.2, unit: "V" })).toEqual([
      "3.19 V per cell · limit 3.20 V",
    ]);
  });
});

describe("words", () => {
  const detail = (parts: Partial<ListedEvent>) =>
    told([event(1, parts.type ?? "", parts)])[0]?.split("> · ")[1] ?? "";

  it.each([
    [{ type: "ac_power_loss", value: 96, unit: "%" }, "at 96 %"],
    [{ type: "ac_power_loss" }, ""],
    [
      { type: "ac_power_restored", value: 3480, unit: "s", detail: { lowest_percent: 86.4 } },
      "after 58 min · lowest 86 %",
    ],
    [{ type: "ac_power_restored", detail: { outage_since_shutdown: true } }, "after a clean shutdown"],
    [
      { type: "battery_voltage_critical", value: 3.19, threshold: 3.2, unit: "V" },
      "3.19 V per cell · limit 3.20 V",
    ],
    [{ type: "battery_voltage_low", value: 19.9, threshold: 20, unit: "%" }, "20 % · limit 20 %"],
    [
      { type: "battery_full", value: 100, threshold: 99, unit: "%", detail: { cell_voltage_v: 4.18 } },
      "4.18 V",
    ],
    [{ type: "temperature_high", value: 66, threshold: 65, unit: "°C" }, "66 °C · limit 65 °C"],
    [
      { type: "shutdown_scheduled", value: 30, unit: "s", detail: { reason: "requested" } },
      "requested · in 30 s",
    ],
    [{ type: "shutdown_cancelled", detail: { by: "mains" } }, "mains is back"],
    [{ type: "shutdown_started", detail: {}, message: "Powering off: why." }, "Powering off: why."],
    [{ type: "ups_fault", message: "The gauge is silent." }, "The gauge is silent."],
    [{ type: "agent_started", detail: { last_run: "none" } }, "first run"],
    [
      { type: "agent_started", detail: { last_run: "died", last_run_at: "2026-11-23T14:00:00+01:00" } },
      "the last run ended without a goodbye · 14:00",
    ],
    [
      { type: "agent_started", detail: { last_run: "teleported" }, message: "Agent started." },
      "Agent started.",
    ],
  ] as [Partial<ListedEvent>, string][])("%o", (parts, text) => expect(detail(parts)).toBe(text));

  it("let a type of the future speak for itself, and mark what came late", () => {
    expect(told([event(1, "meteor_seen", { message: "Look up." })])).toEqual(["Look up."]);
    expect(told([event(1, "ac_power_loss", { synced_late: true })])).toEqual([
      "<ac_power_loss> · synced later",
    ]);
  });
});

describe("short outages", () => {
  const lost = (ago: number) => event(ago, "ac_power_loss", { value: 100, unit: "%" });
  const back = (ago: number, length: number, lowest?: number) =>
    event(ago, "ac_power_restored", {
      value: length,
      unit: "s",
      detail: lowest === undefined ? {} : { lowest_percent: lowest },
    });

  it("become one row at the time of the loss, with everything in it", () => {
    const events = [back(1, 192, 97), event(1 + 100 * second, "charging_stopped"), lost(1 + 192 * second)];
    const [row, ...more] = rowsOf(events);
    expect(more).toEqual([]);
    expect(plain(row?.title ?? "")).toBe("Outage of 3 min 12 s");
    expect(row?.details.map(plain)).toEqual(["lowest 97 %"]);
    expect(row?.children).toHaveLength(3);
    expect(row?.atMs).toBeCloseTo(nowMs - 3_600_000 - 192_000, -1);
  });

  it("stay apart when they were long, when something else happened, or when they are not over", () => {
    expect(rowsOf([back(1, 301), lost(1 + 301 * second)])).toHaveLength(2);
    expect(
      rowsOf([back(1, 60), event(1 + 30 * second, "battery_voltage_low"), lost(1 + 60 * second)]),
    ).toHaveLength(3);
    expect(rowsOf([lost(1)])).toHaveLength(1);
    expect(rowsOf([back(1, 60)])).toHaveLength(1);
  });

  it("lose no event, whatever the list", () => {
    const types = fc.constantFrom(...protocolTypes, "meteor_seen");
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: 0, max: 2, noNaN: true }), types), { maxLength: 40 }),
        (list) => {
          const rows = rowsOf(list.map(([ago, type]) => event(ago, type)));
          const shown = rows.flatMap((row) =>
            row.children.length === 0 ? [row.key] : row.children.map((child) => child.key),
          );
          expect(new Set(shown).size).toBe(list.length);
          expect(new Set(rows.map((row) => row.key)).size, "keys are unique").toBe(rows.length);
        },
      ),
    );
  });
});

describe("the book", () => {
  const ids = (book: EventBook, filter: "all" | "power" | "faults") =>
    listOf(book, filter)?.events.map((each) => each.event.type);

  it("shows what is here of a filter until the filter's own page comes", () => {
    expect(listOf({}, "power")).toBeNull();
    const all = addPage({}, "all", {
      events: [event(1, "ac_power_loss"), event(2, "ups_fault")],
      next_cursor: "x",
    });
    expect(ids(all, "power")).toEqual(["ac_power_loss"]);
    const own = addPage(all, "power", { events: [event(1.5, "dc_out_loss")], next_cursor: null });
    expect(ids(own, "power")).toEqual(["dc_out_loss"]);
    expect(listOf(own, "all")?.cursor).toBe("x");
  });

  it("puts a live event into every list that it belongs to, once, in its place", () => {
    const fault = event(0.5, "ups_fault");
    const book = addPage(
      addPage({}, "all", { events: [event(1, "ac_power_loss")], next_cursor: null }),
      "faults",
      { events: [], next_cursor: null },
    );
    const next = addLive(addLive(book, [fault, event(2, "battery_full")]), [fault]);
    expect(ids(next, "all")).toEqual(["ups_fault", "ac_power_loss", "battery_full"]);
    expect(ids(next, "faults")).toEqual(["ups_fault"]);
  });

  it("keeps events of one millisecond in the order of their numbers", () => {
    const events = [
      event(1, "ac_power_loss", { seq: 7 }),
      event(1, "ups_fault", { seq: 9 }),
      event(1, "battery_full", { seq: 8 }),
    ];
    expect(ids(addPage({}, "all", { events, next_cursor: null }), "all")).toEqual([
      "ups_fault",
      "battery_full",
      "ac_power_loss",
    ]);
  });
});
