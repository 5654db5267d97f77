// The one decision of the card as a table: what is known on the left, which state the headline tells on the right.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Facts } from "../../card/src/data/facts.ts";
import { stringsFor } from "../../card/src/i18n/strings.ts";
import { deriveView } from "../../card/src/view/derive.ts";
import { createFormat } from "../../card/src/view/format.ts";
import { nextTick } from "../../card/src/view/next-tick.ts";
import { batterySpoken, speak, type Words } from "../../card/src/view/words.ts";
import { nowMs } from "./support/scenario.ts";

const calm: Facts = {
  connected: true,
  lastSeenMs: nowMs,
  bye: null,
  acPresent: true,
  chargePct: 100,
  estimated: false,
  charging: false,
  batteryLow: false,
  runtimeMin: 300,
  runtimeSettling: false,
  problem: false,
  problemText: null,
  stale: false,
  onBatterySinceMs: null,
  shutdown: { state: "idle", deadlineMs: null, sinceMs: null, reason: null, text: null },
};
const board = {
  id: "x1201",
  name: "X1201",
  manufacturer: "Geekworm",
  model: "X1201",
  simulated: false,
  experimental: false,
};
const thresholds = { low_percent: 20, critical_percent: 10, low_cell_v: 3.4, critical_cell_v: 3.2 };
const device = { board, thresholds, commands: ["shutdown", "cancel_shutdown"] };

function view(facts: Partial<Facts>, parts: Partial<typeof device> = {}) {
  return deriveView({
    facts: { ...calm, ...facts },
    device: { ...device, ...parts },
    name: "Rack UPS",
    demo: false,
  });
}

const words: Words = {
  strings: stringsFor("en"),
  format: createFormat({ language: "en", time_format: "24", time_zone: "server" }, "Europe/Berlin"),
  estimated: false,
  nowMs,
  eventName: (type) => type,
};

function told(facts: Partial<Facts>) {
  const { headline, detail, figure, note } = speak(view(facts), words);
  return [headline, detail ?? "", figure, note ?? ""].map((part) => part.replaceAll("\u00a0", " "));
}

const outage: Partial<Facts> = {
  acPresent: false,
  chargePct: 61,
  runtimeMin: 71,
  onBatterySinceMs: nowMs - 760_000,
};
const counting: Facts["shutdown"] = {
  state: "counting_down",
  deadlineMs: nowMs + 24_000,
  sinceMs: nowMs - 6_000,
  reason: "battery_percent_critical",
  text: "Battery at 10 %, limit 10 %.",
};
const shutdownBye = { reason: "shutdown", detail: "battery_voltage_critical", atMs: nowMs - 60_000 };

const table: readonly [string, Partial<Facts>, string, string, readonly string[]][] = [
  ["full on mains", {}, "on_mains", "ok", ["On mains", "full", "100 %", "about 5 h if power fails"]],
  [
    "mains, not full",
    { chargePct: 97 },
    "on_mains",
    "ok",
    ["On mains", "", "97 %", "about 5 h if power fails"],
  ],
  [
    "charging",
    { charging: true, chargePct: 58, runtimeMin: null },
    "charging",
    "ok",
    ["Charging", "", "58 %", "runtime not known yet"],
  ],
  [
    "charging a low battery",
    { charging: true, batteryLow: true, chargePct: 14 },
    "charging",
    "warn",
    ["Charging", "", "14 %", "about 5 h if power fails"],
  ],
  [
    "on battery",
    outage,
    "on_battery",
    "warn",
    ["On battery", "12 min 40 s so far", "1 h 10 min", "left, about"],
  ],
  [
    "settling",
    { ...outage, runtimeSettling: true },
    "on_battery",
    "warn",
    ["On battery", "12 min 40 s so far", "1 h 10 min", "left, still settling"],
  ],
  [
    "on battery, nothing estimated",
    { ...outage, runtimeMin: null, onBatterySinceMs: null },
    "on_battery",
    "warn",
    ["On battery", "", "–", "runtime not known yet"],
  ],
  [
    "low",
    { ...outage, batteryLow: true, chargePct: 18, runtimeMin: 13.4 },
    "low",
    "bad",
    ["Battery low", "12 min 40 s so far", "13 min", "left, about"],
  ],
  [
    "counting down",
    { ...outage, chargePct: 10, shutdown: counting },
    "counting_down",
    "bad",
    ["Shutting down in 0:24", "battery critical", "10 %", "on battery for 12 min 40 s"],
  ],
  [
    "deadline passed",
    { ...outage, chargePct: 10, shutdown: { ...counting, deadlineMs: nowMs - 1 } },
    "counting_down",
    "bad",
    ["Shutting down now", "battery critical", "10 %", "on battery for 12 min 40 s"],
  ],
  [
    "a shutdown on mains",
    { shutdown: { ...counting, reason: "requested" } },
    "counting_down",
    "bad",
    ["Shutting down in 0:24", "requested", "100 %", ""],
  ],
  [
    "shutting down",
    { ...outage, shutdown: { ...counting, state: "executing" } },
    "shutting_down",
    "bad",
    ["Shutting down now", "battery critical", "61 %", ""],
  ],
  [
    "a state of the future",
    { shutdown: { ...counting, state: "parking" } },
    "shutting_down",
    "bad",
    ["Shutting down now", "battery critical", "100 %", ""],
  ],
  [
    "shut down in an outage",
    { connected: false, bye: shutdownBye, chargePct: 10 },
    "shut_down",
    "muted",
    ["Shut down at 14:59", "waiting for mains", "10 %", "at shutdown"],
  ],
  [
    "shut down on request",
    { connected: false, bye: { ...shutdownBye, detail: "requested" } },
    "shut_down",
    "muted",
    ["Shut down at 14:59", "requested", "100 %", "at shutdown"],
  ],
  [
    "agent stopped",
    { connected: false, bye: { ...shutdownBye, reason: "stop" } },
    "stopped",
    "muted",
    ["Agent stopped at 14:59", "", "–", ""],
  ],
  [
    "no contact",
    { ...outage, connected: false, lastSeenMs: nowMs - 29 * 60_000 },
    "no_contact",
    "muted",
    ["No contact since 14:31", "last known: On battery, 61 %", "–", ""],
  ],
  [
    "no contact since yesterday",
    { connected: false, lastSeenMs: nowMs - 86_400_000 },
    "no_contact",
    "muted",
    ["No contact since Sun, Nov 22, 15:00", "last known: On mains, 100 %", "–", ""],
  ],
  [
    "never seen",
    { connected: false, lastSeenMs: null, chargePct: null, acPresent: undefined },
    "no_contact",
    "muted",
    ["No contact yet", "", "–", ""],
  ],
  [
    "fault on mains",
    { problem: true, problemText: "The gauge is silent." },
    "fault",
    "bad",
    ["Check the UPS", "The gauge is silent.", "100 %", "about 5 h if power fails"],
  ],
  [
    "mains lost but charging",
    { ...outage, charging: true, problem: true, problemText: "The pin lies." },
    "fault",
    "bad",
    ["Check the UPS", "The pin lies.", "1 h 10 min", "left, about"],
  ],
  [
    "mains cannot be read",
    { acPresent: null, charging: null },
    "mains_unknown",
    "muted",
    ["Mains unknown", "", "100 %", ""],
  ],
  [
    "nothing known",
    { acPresent: null, charging: null, chargePct: null, runtimeMin: null },
    "mains_unknown",
    "muted",
    ["Mains unknown", "", "–", ""],
  ],
];

describe("the headline", () => {
  it.each(table)("%s", (_, facts, kind, tone, sentence) => {
    const { status, tone: shown } = view(facts);
    expect([status.kind, shown]).toEqual([kind, tone]);
    expect(told(facts)).toEqual(sentence);
  });
});

describe("a percent that nobody measured", () => {
  const sayings = (facts: Partial<Facts>, estimated: boolean, language = "en") => {
    const said: Words = { ...words, strings: stringsFor(language), estimated };
    const shown = view({ ...facts, estimated });
    const { detail, figure } = speak(shown, said);
    const parts = [figure, detail ?? "", batterySpoken(shown, said)];
    return parts.map((part) => part.replaceAll("\u00a0", " "));
  };

  it.each<[string, Partial<Facts>]>([
    ["full on mains", {}],
    ["charging", { charging: true }],
    ["counting down", { ...outage, shutdown: counting }],
    ["shutting down", { ...outage, shutdown: { ...counting, state: "executing" } }],
    ["shut down", { connected: false, bye: shutdownBye }],
    ["fault", { problem: true }],
    ["mains cannot be read", { acPresent: null, charging: null }],
  ])("says so in the figure: %s", (_, facts) => {
    const pct = facts.chargePct ?? 100;
    expect(sayings(facts, true)[0]).toBe(`about ${pct} %`);
    expect(sayings(facts, true, "de")[0]).toBe(`etwa ${pct} %`);
    expect(sayings(facts, false)[0]).toBe(`${pct} %`);
  });

  it("says so where only the last known one is told, and to a screen reader", () => {
    const gone = { ...outage, connected: false, lastSeenMs: nowMs };
    expect(sayings(gone, true).slice(1)).toEqual([
      "last known: On battery, about 61 %",
      "last known: about 61 %",
    ]);
    expect(sayings(outage, true)[2]).toBe("about 61 %, 1 hour 11 minutes");
    expect(sayings(outage, false)[2]).toBe("61 %, 1 hour 11 minutes");
  });

  it("is no more than unknown while there is none", () => {
    expect(sayings({ chargePct: null }, true)).toEqual(["–", "", "not known"]);
  });
});

describe("beside the headline", () => {
  it("keeps a fault in sight while running on battery", () => {
    const problem = { problem: true, problemText: "Too hot." };
    expect(view({ ...outage, ...problem }).problem).toBe("Too hot.");
    expect(view(problem).problem, "the headline tells it already").toBeUndefined();
    expect(
      view({ ...outage, ...problem, connected: false }).problem,
      "nobody knows any more",
    ).toBeUndefined();
    expect(view({ ...outage, ...problem, problemText: null }).problem).toBeNull();
  });

  it("says how far the figures can be trusted", () => {
    expect(view({}).battery.trust).toBe("live");
    expect(view({ stale: true }).battery.trust).toBe("stale");
    expect(view({ stale: true, connected: false }).battery.trust).toBe("last_known");
  });

  it("draws a flow only of what is known", () => {
    expect(view({}).flow).toEqual({ mains: "on", moving: null, feedsPi: true });
    expect(view({ charging: true }).flow).toEqual({ mains: "on", moving: "to_ups", feedsPi: true });
    expect(view(outage).flow).toEqual({ mains: "off", moving: "to_pi", feedsPi: true });
    expect(view({ ...outage, connected: false }).flow).toEqual({
      mains: "unknown",
      moving: null,
      feedsPi: false,
    });
    expect(view({ connected: false, bye: shutdownBye }).flow).toBeNull();
  });

  it("marks what is not a real UPS at work", () => {
    expect(view({}).badge).toBeNull();
    expect(view({}, { board: { ...board, simulated: true } }).badge).toBe("simulated");
    expect(deriveView({ facts: calm, device, name: "", demo: true }).badge).toBe("demo");
  });

  it("offers a cancel only where the agent takes it", () => {
    const { status } = view({ shutdown: counting }, { commands: ["shutdown"] });
    expect(status).toMatchObject({ kind: "counting_down", cancellable: false });
  });
});

describe("whatever is known", () => {
  const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
  const facts = fc.record<Facts>({
    connected: fc.boolean(),
    lastSeenMs: maybe(fc.integer({ min: 0, max: nowMs })),
    bye: maybe(
      fc.record({
        reason: fc.constantFrom("shutdown", "stop"),
        detail: maybe(fc.string()),
        atMs: fc.integer({ min: 0, max: nowMs }),
      }),
    ),
    acPresent: fc.constantFrom(true, false, null, undefined),
    estimated: fc.boolean(),
    chargePct: maybe(fc.integer({ min: 0, max: 100 })),
    charging: fc.constantFrom(true, false, null, undefined),
    batteryLow: fc.constantFrom(true, false, null),
    runtimeMin: maybe(fc.integer({ min: 0, max: 5000 })),
    runtimeSettling: fc.boolean(),
    problem: fc.boolean(),
    problemText: maybe(fc.string()),
    stale: fc.boolean(),
    onBatterySinceMs: maybe(fc.integer({ min: 0, max: nowMs })),
    shutdown: fc.record({
      state: fc.constantFrom("idle", "counting_down", "executing", "done"),
      deadlineMs: maybe(fc.integer({ min: 0, max: 2 * nowMs })),
      sinceMs: maybe(fc.integer({ min: 0, max: nowMs })),
      reason: maybe(fc.string()),
      text: maybe(fc.string()),
    }),
  });

  it("never tells an outage or a live figure without contact, and always has words", () => {
    fc.assert(
      fc.property(facts, (all) => {
        const seen = view(all);
        const { headline, figure } = speak(seen, words);
        expect(headline).not.toBe("");
        expect(figure).not.toBe("");
        if (!all.connected) {
          expect(["shut_down", "stopped", "no_contact"]).toContain(seen.status.kind);
          expect([seen.tone, seen.runtime, seen.battery.trust]).toEqual(["muted", null, "last_known"]);
        }
        if (all.chargePct === null) expect(figure).not.toMatch(/%/);
        if (all.runtimeMin === null) expect(figure).not.toMatch(/\d\s(h|min)/);
      }),
    );
  });

  it("plans the next drawing for when something changes, never in a busy loop", () => {
    fc.assert(
      fc.property(facts, (all) => {
        const wait = nextTick(view(all).status, nowMs);
        expect(wait).toBeGreaterThan(0);
        expect(wait).toBeLessThanOrEqual(60_010);
      }),
    );
    expect(nextTick(view({ shutdown: counting }).status, nowMs + 300)).toBe(710);
    expect(nextTick(view(outage).status, nowMs + 300)).toBe(710);
    expect(nextTick(view({}).status, nowMs + 1000)).toBe(59_010);
  });
});
