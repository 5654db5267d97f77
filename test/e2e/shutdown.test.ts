// From a falling battery to a Pi that is off, and back: what Home Assistant shows, who may cancel, who may ask.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callAction, stateOf, waitFor, waitForState } from "../../scripts/ha/api.ts";
import { savedWorld, supervise } from "../../scripts/stack/agent.ts";
import { connected, type DemoHome, history, openDemoHome, quickYaml } from "../support/demo-home.ts";

const shutdownState = "sensor.rack_ups_shutdown";

/** The registry id that actions want. */
async function deviceId(demo: DemoHome): Promise<string> {
  const { devices } = await demo.home.admin.sendMessagePromise<{
    readonly devices: readonly { readonly device_id: string }[];
  }>({ type: "pi_ups/devices" });
  return devices[0]?.device_id ?? "";
}

describe("a countdown", () => {
  let demo: DemoHome;
  beforeAll(async () => {
    demo = await openDemoHome();
  });
  afterAll(() => demo?.end());

  async function countDown(): Promise<void> {
    await demo.agent.cli("sim", "ac", "off");
    await waitForState(demo.home.admin, "binary_sensor.rack_ups_mains", "off");
    await demo.agent.cli("sim", "battery", "8%");
    await waitForState(demo.home.admin, shutdownState, "counting_down");
  }

  it("starts on a critical battery, with deadline and reason, and ends when mains is back", async () => {
    const { admin } = demo.home;
    await countDown();
    const deadline = await stateOf(admin, "sensor.rack_ups_shutdown_deadline");
    expect(Date.parse(deadline?.state ?? "") - Date.now()).toBeGreaterThan(0);
    expect((await stateOf(admin, "sensor.rack_ups_shutdown_reason"))?.state).toBe("battery_percent_critical");
    await demo.agent.cli("sim", "ac", "on");
    await waitForState(admin, shutdownState, "idle");
    // The event is on disk before it is told; the state may be a moment ahead of it.
    const types = await waitFor("the cancelled shutdown in the history", 10_000, async () => {
      const list = (await history(admin)).map(({ type }) => type);
      return list.includes("shutdown_cancelled") ? list : null;
    });
    expect(types).toEqual(
      expect.arrayContaining(["battery_voltage_low", "battery_voltage_critical", "shutdown_scheduled"]),
    );
  });

  it("is cancelled by the action, and the Pi stays on", async () => {
    await demo.agent.cli("sim", "battery", "90%");
    await waitForState(demo.home.admin, "binary_sensor.rack_ups_battery_low", "off");
    await countDown();
    await callAction(demo.home.admin, "pi_ups.cancel_shutdown", { device_id: await deviceId(demo) });
    await waitForState(demo.home.admin, shutdownState, "idle");
    await demo.agent.cli("sim", "ac", "on");
    await demo.agent.cli("sim", "battery", "90%");
    // The next test begins on mains and with a full battery: both have to be noticed first.
    await waitForState(demo.home.admin, "binary_sensor.rack_ups_mains", "on");
    await waitForState(demo.home.admin, "binary_sensor.rack_ups_battery_low", "off");
    expect(demo.agent.running()).toBe(true);
  });

  it("asked for by the action, is cancelled on the command line", async () => {
    const { admin } = demo.home;
    await callAction(admin, "pi_ups.shutdown", {
      device_id: await deviceId(demo),
      delay: { minutes: 5 },
      reason: "Cleaning",
    });
    await waitForState(admin, shutdownState, "counting_down");
    const shutdown = (await demo.agent.status())?.["shutdown"] as Record<string, unknown>;
    expect(shutdown["text"]).toContain("Cleaning");
    expect((await demo.agent.cli("shutdown", "cancel")).code).toBe(0);
    await waitForState(admin, shutdownState, "idle");
    await expect(
      callAction(admin, "pi_ups.cancel_shutdown", { device_id: await deviceId(demo) }),
    ).rejects.toMatchObject({ message: expect.stringContaining("No shutdown is") });
  });

  it("an action without an agent fails at once", async () => {
    const device_id = await deviceId(demo);
    await demo.agent.stop();
    await waitForState(demo.home.admin, "binary_sensor.rack_ups_connected", "off");
    const begun = Date.now();
    await expect(callAction(demo.home.admin, "pi_ups.shutdown", { device_id })).rejects.toMatchObject({
      message: expect.stringContaining("not in contact"),
    });
    expect(Date.now() - begun).toBeLessThan(5_000);
  });
});

describe("the whole outage", () => {
  let demo: DemoHome;
  const ending = new AbortController();
  const seen: string[] = [];
  beforeAll(async () => {
    demo = await openDemoHome(quickYaml, false);
    void supervise(demo.agent, demo.folder, ending.signal, (what) => seen.push(what));
    const { confirmAgent } = await import("../../scripts/stack/home.ts");
    await confirmAgent(demo.home, "rack-pi");
    await connected(demo.agent);
  });
  afterAll(async () => {
    ending.abort();
    await demo?.end();
  });

  it("ends with a goodbye, a clean exit and a Pi that is off", async () => {
    const { admin } = demo.home;
    await demo.agent.cli("sim", "ac", "off");
    await waitForState(admin, "binary_sensor.rack_ups_mains", "off");
    await demo.agent.cli("sim", "battery", "12%");
    await waitFor("the simulated Pi to be off", 60_000, () => (seen.includes("off") ? true : null));
    expect(demo.agent.exitCode()).toBe(0);
    expect(savedWorld(demo.folder)?.pi).toBe("off");
    await waitForState(admin, "sensor.rack_ups_battery", "unavailable");
    const gone = await waitForState(admin, "binary_sensor.rack_ups_connected", "off");
    expect(String(gone.attributes["goodbye"])).toContain("critical");
    expect(seen).not.toContain("ended");
  });

  it("mains comes back: the Pi boots and tells the whole story", async () => {
    const { admin } = demo.home;
    const answer = await demo.agent.cli("sim", "ac", "on");
    expect(answer.code).toBe(0);
    await waitFor("the boot", 10_000, () => (seen.includes("boot") ? true : null));
    await waitForState(admin, "binary_sensor.rack_ups_connected", "on", 30_000);
    await waitForState(admin, "binary_sensor.rack_ups_mains", "on");
    const events = await waitFor("mains restored in the history", 15_000, async () => {
      const list = await history(admin);
      return list.some(({ type }) => type === "ac_power_restored") ? list : null;
    });
    const story = events.map(({ type }) => type).filter((type) => !type.startsWith("charging"));
    expect(story).toEqual([
      "agent_started",
      "ac_power_loss",
      "battery_voltage_low",
      "battery_voltage_critical",
      "shutdown_scheduled",
      "shutdown_started",
      "agent_started",
      "ac_power_restored",
    ]);
    expect(events.find(({ detail }) => detail["last_run"] === "shutdown")?.message).toContain(
      "went down cleanly",
    );
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, n) => n + 1));
  });
});

describe("a shutdown that is forbidden locally", () => {
  let demo: DemoHome;
  beforeAll(async () => {
    demo = await openDemoHome("shutdown:\n  allow_remote: false\n");
  });
  afterAll(() => demo?.end());

  it("is refused with the agent's sentence", async () => {
    await expect(
      callAction(demo.home.admin, "pi_ups.shutdown", { device_id: await deviceId(demo) }),
    ).rejects.toMatchObject({ message: expect.stringContaining("forbids a shutdown by Home Assistant") });
    expect((await stateOf(demo.home.admin, shutdownState))?.state).toBe("idle");
  });
});
