// Which source is believed for each value: the live entity, the device message, or nobody.
import { describe, expect, it } from "vitest";
import { addPage } from "../../card/src/data/event-book.ts";
import { entityIdsOf, readFacts } from "../../card/src/data/facts.ts";
import {
  batteryEntity,
  event,
  hour,
  iso,
  nowMs,
  type Parts,
  type Scenario,
  scenario,
} from "./support/scenario.ts";
import * as situations from "./support/situations.ts";

function factsOf(from: Scenario) {
  const book = addPage({}, "all", { events: from.events, next_cursor: null });
  const ids = entityIdsOf(from.entities as Parameters<typeof entityIdsOf>[0], from.device);
  return readFacts(from.states, ids, from.device, book.all?.events ?? []);
}
const facts = (parts: Parts) => factsOf(scenario(parts));

function withState(
  from: Scenario,
  id: string,
  state: string,
  attributes: Record<string, unknown> = {},
): Scenario {
  const old = from.states[id];
  if (old === undefined) throw new Error(`no state of ${id}`);
  return {
    ...from,
    states: { ...from.states, [id]: { ...old, state, attributes: { ...old.attributes, ...attributes } } },
  };
}

describe("live values", () => {
  it("come from the entities, also when the device message is old", () => {
    const old = {
      ...situations.onBattery,
      device: { ...situations.onBattery.device, values: { ac_present: true, battery_percent: 100 } },
    };
    expect(factsOf(old)).toMatchObject({ acPresent: false, chargePct: 61, runtimeMin: 71, connected: true });
  });

  it("are unknown where the entity says so", () => {
    expect(facts({ values: { battery_percent: null, ac_present: null, charging: null } })).toMatchObject({
      chargePct: null,
      acPresent: null,
      charging: null,
    });
    expect(factsOf(withState(situations.onMains, batteryEntity, "ninety")).chargePct).toBeNull();
  });

  it("do not exist where the board has no sense for them", () => {
    const blind = situations.onMains;
    const { ac_present: _, ...values } = blind.device.values;
    const states = Object.fromEntries(
      Object.entries(blind.states).filter(([id]) => id !== "binary_sensor.rack_ups_mains"),
    );
    expect(factsOf({ ...blind, states, device: { ...blind.device, values } }).acPresent).toBeUndefined();
  });

  it("are read in the unit that the user chose", () => {
    const id = "sensor.rack_ups_runtime_left";
    expect(factsOf(withState(situations.onMains, id, "1.5", { unit_of_measurement: "h" })).runtimeMin).toBe(
      90,
    );
    expect(factsOf(withState(situations.onMains, id, "90", { unit_of_measurement: "s" })).runtimeMin).toBe(
      1.5,
    );
  });

  it("are nobody's when an entity went unavailable after the last device message", () => {
    const lost = scenario({ device: { last_seen: iso(nowMs - hour) }, values: { battery_percent: 77 } });
    expect(factsOf(withState(lost, batteryEntity, "unavailable")).chargePct).toBeNull();
    const fresh = scenario({ values: { battery_percent: 77 }, changedMs: nowMs - hour });
    expect(
      factsOf(withState(fresh, batteryEntity, "unavailable")).chargePct,
      "a newer message knows better",
    ).toBe(77);
  });
});

describe("without contact", () => {
  it("the device message keeps the last values and the goodbye", () => {
    expect(factsOf(situations.noContact)).toMatchObject({
      connected: false,
      acPresent: false,
      chargePct: 61,
      bye: null,
    });
    expect(factsOf(situations.shutDown).bye).toEqual({
      reason: "shutdown",
      detail: "battery_percent_critical",
      atMs: nowMs - hour / 2,
    });
  });
});

describe("times and reasons", () => {
  it("an outage began with its event, else with what the agent or the entity says", () => {
    expect(factsOf(situations.onBattery).onBatterySinceMs).toBeCloseTo(nowMs - 0.211 * hour, -1);
    const told = { ac_present: false, on_battery_since: iso(nowMs - 2 * hour) };
    expect(facts({ values: told }).onBatterySinceMs).toBe(nowMs - 2 * hour);
    expect(facts({ values: { ac_present: false }, changedMs: nowMs - 3 * hour }).onBatterySinceMs).toBe(
      nowMs - 3 * hour,
    );
    const over = [event(1, "ac_power_restored"), event(2, "ac_power_loss")];
    expect(facts({ values: told, events: over }).onBatterySinceMs, "an older outage is not this one").toBe(
      nowMs - 2 * hour,
    );
    expect(facts({ values: { on_battery_since: iso(nowMs) } }).onBatterySinceMs, "on mains").toBeNull();
  });

  it("a countdown has its deadline, its begin and its sentence", () => {
    expect(factsOf(situations.countingDown).shutdown).toEqual({
      state: "counting_down",
      deadlineMs: nowMs + 24_000,
      sinceMs: nowMs - 6_000,
      reason: "battery_percent_critical",
      text: "Power-off in 30 s: Battery at 10 %, limit 10 %.",
    });
  });

  it("a percent is an estimate where the entity says so, or where the last message said it", () => {
    expect(factsOf(situations.onMains).estimated).toBe(false);
    expect(factsOf(situations.estimated).estimated).toBe(true);
    const told = { ...situations.estimated.device.values, battery_percent_estimated: false };
    const { device } = situations.estimated;
    expect(
      factsOf({ ...situations.estimated, device: { ...device, values: told } }).estimated,
      "the entity knows better than an old message",
    ).toBe(true);
    const away = scenario({ device: { connected: false }, values: { battery_percent_estimated: true } });
    expect(factsOf(away)).toMatchObject({ chargePct: 100, estimated: true });
  });

  it("a problem has its sentence from the entity", () => {
    expect(factsOf(situations.fault)).toMatchObject({
      problem: true,
      problemText: expect.stringContaining("Mains shows as present, but the battery fell"),
    });
    expect(factsOf(situations.onMains)).toMatchObject({ problem: false, problemText: null });
  });
});

describe("entity ids", () => {
  it("follow a rename in the registry before the device message tells it", () => {
    const { device } = situations.onMains;
    const entry = {
      entity_id: "sensor.akku",
      platform: "pi_ups",
      translation_key: "battery_percent",
      device_id: device.device_id,
    };
    const ids = entityIdsOf(
      { "sensor.akku": entry, "sensor.other": { ...entry, platform: "nut", entity_id: "sensor.other" } },
      device,
    );
    expect(ids["battery_percent"]).toBe("sensor.akku");
    expect(ids["ac_power"], "from the device message").toBe("binary_sensor.rack_ups_mains");
  });
});
