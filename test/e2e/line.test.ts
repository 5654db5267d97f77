// The whole line on real parts: a plug is pulled at the simulated pin, and Home Assistant, its automation and its history know.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stateOf, waitFor, waitForState } from "../../scripts/ha/api.ts";
import { type DemoHome, openDemoHome, plug, sim } from "../support/demo-home.ts";
import { gapless, historyWith, notifications, watchChanges } from "../support/watching.ts";

let demo: DemoHome;
beforeAll(async () => {
  demo = await openDemoHome();
});
afterAll(() => demo?.end());

const mains = "binary_sensor.rack_ups_mains";
const battery = "sensor.rack_ups_battery";

async function notified(what: RegExp): Promise<void> {
  await waitFor(`the example automation's notification ${what}`, 10_000, async () =>
    (await notifications(demo.home.admin)).some((text) => what.test(text)) ? true : null,
  );
}

describe("a plug that is pulled", () => {
  it("is mains lost in Home Assistant, one event, and an automation that runs", async () => {
    const { admin } = demo.home;
    const begun = Date.now();
    const watched = await watchChanges(admin);
    await plug(demo.agent, "out");
    await waitForState(admin, mains, "off");
    await notified(/^Mains lost at \d+ %\. Battery at \d+(\.\d+)? %\.$/);
    await watched.stop();
    const ofMains = watched.seen.filter(({ entityId }) => entityId === mains);
    expect(ofMains.map(({ state }) => state)).toEqual(["off"]);
    const losses = watched.seen.filter(({ attributes }) => attributes["event_type"] === "ac_power_loss");
    expect(losses).toHaveLength(1);
    const [loss] = losses;
    expect(loss?.entityId).toBe("event.rack_ups_events");
    expect(loss?.attributes).toMatchObject({
      seq: expect.any(Number),
      value: expect.closeTo(96, -1),
      unit: "%",
      message: expect.stringMatching(/^Mains lost at \d+ %\.$/),
    });
    const occurredAt = Date.parse(String(loss?.attributes["occurred_at"]));
    expect(occurredAt).toBeGreaterThanOrEqual(begun);
    expect(occurredAt).toBeLessThanOrEqual(Date.now());
  });

  it("lets the figures follow: the agent and Home Assistant tell the same", async () => {
    const { admin } = demo.home;
    await waitForState(admin, battery, ({ state }) => Number(state) < 94);
    const status = await demo.agent.status();
    expect(status?.ac_present).toBe(false);
    expect(status?.power).toBe("on_battery");
    const shown = Number((await stateOf(admin, battery))?.state);
    expect(Math.abs(shown - Number(status?.battery_percent))).toBeLessThan(3);
    // Whoever is on battery does not charge.
    expect((await stateOf(admin, "binary_sensor.rack_ups_charging"))?.state).toBe("off");
  });

  it("and put back is mains restored, with how long it was gone", async () => {
    const { admin } = demo.home;
    await plug(demo.agent, "in");
    await waitForState(admin, mains, "on");
    await notified(/^Mains restored after \d+ s, lowest \d+ %\.$/);
  });

  it("stays in the history: the agent's journal and Home Assistant hold the same events", async () => {
    const stored = await historyWith(demo.home.admin, "ac_power_restored");
    expect(stored.map(({ seq }) => seq)).toEqual(gapless(stored));
    expect(stored.map(({ type }) => type)).toEqual(
      expect.arrayContaining(["agent_started", "ac_power_loss", "ac_power_restored"]),
    );
    expect(stored.every(({ synced_late: late }) => !late)).toBe(true);
    const { output } = await demo.agent.cli("events", "--json", "--limit", "500");
    const journal = output
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { readonly seq: number })
      .filter(({ seq }) => seq <= stored.length)
      .sort((a, b) => a.seq - b.seq);
    expect(stored.map(({ synced_late: _, ...event }) => event)).toEqual(journal);
  });
});

describe("a board in trouble", () => {
  it("that falls silent is a fault with its sentence, and never 0 %", async () => {
    const { admin } = demo.home;
    const watched = await watchChanges(admin);
    await sim(demo.agent, "fault", "i2c-nack", "--for", "6s");
    const problem = await waitForState(admin, "binary_sensor.rack_ups_problem", "on");
    expect(String(problem.attributes["message"])).toContain("0x36");
    await waitForState(admin, "binary_sensor.rack_ups_problem", "off", 20_000);
    await waitForState(admin, "sensor.rack_ups_last_event", "ups_fault_cleared");
    await watched.stop();
    const percents = watched.seen.filter(({ entityId }) => entityId === battery);
    expect(percents.filter(({ state }) => !(Number(state) >= 20))).toEqual([]);
    const types = watched.seen.map(({ attributes }) => attributes["event_type"]);
    expect(types.filter((type) => type === "ups_fault")).toHaveLength(1);
  });

  it("that is hot is an event, and its end too", async () => {
    await sim(demo.agent, "temp", "70");
    await waitForState(demo.home.admin, "sensor.rack_ups_last_event", "temperature_high");
    await waitForState(demo.home.admin, "sensor.rack_ups_temperature", ({ state }) => Number(state) >= 65);
    await sim(demo.agent, "temp", "45");
    await waitForState(demo.home.admin, "sensor.rack_ups_last_event", "temperature_normal");
  });
});
