// The whole line on real parts: a plug is pulled at the simulated pin, and Home Assistant, its automation and its history know.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stateOf, waitFor, waitForState } from "../../scripts/ha/api.ts";
import { type DemoHome, history, openDemoHome, watchChanges } from "../support/demo-home.ts";

let demo: DemoHome;
beforeAll(async () => {
  demo = await openDemoHome();
});
afterAll(() => demo?.end());

/** Texts of the persistent notifications. */
async function notifications(): Promise<readonly string[]> {
  const list = await demo.home.admin.sendMessagePromise<readonly { readonly message: string }[]>({
    type: "persistent_notification/get",
  });
  return list.map(({ message }) => message);
}

describe("a plug is pulled", () => {
  it("mains is lost in Home Assistant, once, and an automation runs", async () => {
    const { admin } = demo.home;
    const watched = await watchChanges(admin);
    await demo.agent.cli("sim", "ac", "off");
    await waitForState(admin, "binary_sensor.rack_ups_mains", "off");
    await waitFor("the example automation's notification", 10_000, async () => {
      const found = (await notifications()).find((text) => text.startsWith("Mains lost at"));
      return found ?? null;
    });
    await watched.stop();
    const fired = watched.changes.filter(({ entityId }) => entityId === "event.rack_ups_events");
    const losses = fired.filter(({ attributes }) => attributes["event_type"] === "ac_power_loss");
    expect(losses).toHaveLength(1);
    expect(losses[0]?.attributes["message"]).toMatch(/^Mains lost at \d+ %\.$/);
    expect(losses[0]?.attributes["unit"]).toBe("%");
    const mains = watched.changes.filter(({ entityId }) => entityId === "binary_sensor.rack_ups_mains");
    expect(mains.map(({ state }) => state)).toEqual(["off"]);
  });

  it("the agent and Home Assistant tell the same", async () => {
    const status = await demo.agent.status();
    expect(status?.["ac_present"]).toBe(false);
    const shown = Number((await stateOf(demo.home.admin, "sensor.rack_ups_battery"))?.state);
    expect(Math.abs(shown - Number(status?.["battery_percent"]))).toBeLessThan(3);
  });

  it("mains comes back, with how long it was gone", async () => {
    const { admin } = demo.home;
    await demo.agent.cli("sim", "ac", "on");
    await waitForState(admin, "binary_sensor.rack_ups_mains", "on");
    await waitFor(
      "the restored notification",
      10_000,
      async () =>
        (await notifications()).find((text) => /^Mains restored after \d+ s, lowest \d+ %\.$/.test(text)) ??
        null,
    );
    const events = await history(admin);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, n) => n + 1));
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(["agent_started", "ac_power_loss", "ac_power_restored"]),
    );
    expect(events.every(({ synced_late: late }) => !late)).toBe(true);
  });

  it("a silent gauge is a fault with its sentence, and never 0 %", async () => {
    const { admin } = demo.home;
    const watched = await watchChanges(admin);
    await demo.agent.cli("sim", "fault", "i2c-nack", "--for", "6s");
    const problem = await waitForState(admin, "binary_sensor.rack_ups_problem", "on");
    expect(String(problem.attributes["message"])).toContain("0x36");
    await waitForState(admin, "binary_sensor.rack_ups_problem", "off", 20_000);
    await watched.stop();
    const percents = watched.changes.filter(({ entityId }) => entityId === "sensor.rack_ups_battery");
    expect(percents.map(({ state }) => Number(state)).filter((percent) => percent < 20)).toEqual([]);
  });

  it("heat is an event, and its end too", async () => {
    await demo.agent.cli("sim", "temp", "70");
    await waitForState(demo.home.admin, "sensor.rack_ups_last_event", "temperature_high");
    await demo.agent.cli("sim", "temp", "45");
    await waitForState(demo.home.admin, "sensor.rack_ups_last_event", "temperature_normal");
  });
});
