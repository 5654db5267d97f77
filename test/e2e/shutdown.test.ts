// From a falling battery to a Pi that is off, and back: what Home Assistant shows, who may cancel, who may ask.
import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callAction, stateOf, waitFor, waitForState } from "../../scripts/ha/api.ts";
import { savedWorld, supervise } from "../../scripts/stack/agent.ts";
import { connected, type DemoHome, openDemoHome, plug, quickYaml, sim } from "../support/demo-home.ts";
import { deviceId, gapless, history, historyWith, notifications, watchChanges } from "../support/watching.ts";

let demo: DemoHome;
let device_id: string;
beforeAll(async () => {
  // At its own pace, so that the battery does not fall while the test looks.
  demo = await openDemoHome({ agentYaml: quickYaml.replace("speed: 60", "speed: 1") });
  device_id = await deviceId(demo.home.admin);
});
afterAll(() => demo?.end());

const shutdown = "sensor.rack_ups_shutdown";
const deadline = "sensor.rack_ups_shutdown_deadline";
const reason = "sensor.rack_ups_shutdown_reason";
const mains = "binary_sensor.rack_ups_mains";
const contact = "binary_sensor.rack_ups_connected";
const graceMs = 6_000;

/** Lets the battery be critical without mains. */
async function countDown(): Promise<void> {
  await plug(demo.agent, "out");
  await waitForState(demo.home.admin, mains, "off");
  await sim(demo.agent, "battery", "8%");
  await waitForState(demo.home.admin, shutdown, "counting_down");
}

/** Mains and a full battery, and the agent has noticed both. */
async function recover(): Promise<void> {
  await plug(demo.agent, "in");
  await sim(demo.agent, "battery", "90%");
  await waitForState(demo.home.admin, mains, "on");
  await waitForState(demo.home.admin, "binary_sensor.rack_ups_battery_low", "off");
}

async function expectIdle(): Promise<void> {
  const { admin } = demo.home;
  await waitForState(admin, shutdown, "idle");
  expect((await stateOf(admin, deadline))?.state).toBe("unknown");
  expect((await stateOf(admin, reason))?.state).toBe("unknown");
  expect(demo.agent.running()).toBe(true);
}

describe("a countdown", () => {
  it("starts on a critical battery, with deadline and reason, and mains ends it", async () => {
    const { admin } = demo.home;
    await countDown();
    const leftMs = Date.parse((await stateOf(admin, deadline))?.state ?? "") - Date.now();
    expect(leftMs).toBeGreaterThan(0);
    expect(leftMs).toBeLessThanOrEqual(graceMs + 1_000);
    expect((await stateOf(admin, reason))?.state).toBe("battery_percent_critical");
    expect((await stateOf(admin, "binary_sensor.rack_ups_battery_low"))?.state).toBe("on");
    await waitFor("the example automation's notification", 10_000, async () =>
      (await notifications(admin)).some((text) => /^Power-off in \d+ s: Battery critical/.test(text))
        ? true
        : null,
    );
    await plug(demo.agent, "in");
    await expectIdle();
    const types = (await historyWith(admin, "shutdown_cancelled")).map(({ type }) => type);
    const order = [
      "ac_power_loss",
      "battery_voltage_low",
      "battery_voltage_critical",
      "shutdown_scheduled",
      "shutdown_cancelled",
    ];
    expect(types.filter((type) => order.includes(type))).toEqual(order);
    await recover();
  });

  it("is cancelled by the action, and does not start again in the same outage", async () => {
    await countDown();
    await callAction(demo.home.admin, "pi_ups.cancel_shutdown", { device_id });
    await expectIdle();
    await sleep(2_000);
    expect((await demo.agent.status())?.shutdown.state).toBe("idle");
    const events = await history(demo.home.admin);
    expect(events.findLast(({ type }) => type === "shutdown_cancelled")?.message).toMatch(/Home Assistant/);
    await recover();
  });

  it("that the action asked for is cancelled on the command line", async () => {
    const { admin } = demo.home;
    await callAction(admin, "pi_ups.shutdown", { device_id, delay: { minutes: 5 }, reason: "Cleaning" });
    await waitForState(admin, shutdown, "counting_down");
    expect((await stateOf(admin, reason))?.state).toBe("requested");
    const status = await demo.agent.status();
    expect(status?.shutdown).toMatchObject({ state: "counting_down", by: "home_assistant (Demo)" });
    expect(status?.shutdown.text).toContain("Cleaning");
    expect((await demo.agent.cli("shutdown", "cancel")).code).toBe(0);
    await expectIdle();
    await expect(callAction(admin, "pi_ups.cancel_shutdown", { device_id })).rejects.toMatchObject({
      message: expect.stringContaining("No shutdown is"),
    });
  });
});

describe("an action", () => {
  it("without an agent fails at once", async () => {
    await demo.agent.stop();
    await waitForState(demo.home.admin, contact, "off");
    const begun = Date.now();
    await expect(callAction(demo.home.admin, "pi_ups.shutdown", { device_id })).rejects.toMatchObject({
      message: expect.stringContaining("not in contact"),
    });
    expect(Date.now() - begun).toBeLessThan(5_000);
  });

  it("that is forbidden locally is refused with the agent's sentence", async () => {
    const { agent, home } = demo;
    const allowed = readFileSync(agent.configFile, "utf8");
    writeFileSync(agent.configFile, allowed.replace("shutdown:\n", "shutdown:\n  allow_remote: false\n"));
    agent.start();
    try {
      await connected(agent);
      await expect(callAction(home.admin, "pi_ups.shutdown", { device_id })).rejects.toMatchObject({
        message: expect.stringContaining("forbids a shutdown by Home Assistant"),
      });
      expect((await agent.status())?.shutdown).toMatchObject({ state: "idle", remote_allowed: false });
    } finally {
      await agent.stop();
      writeFileSync(agent.configFile, allowed);
    }
  });
});

describe("the whole outage", () => {
  const ending = new AbortController();
  const lives: string[] = [];
  let before = 0;
  let supervised: Promise<void>;
  beforeAll(async () => {
    supervised = supervise(demo.agent, demo.folder, ending.signal, (what) => lives.push(what));
    await connected(demo.agent);
    await recover();
    before = (await demo.agent.status())?.events.last_seq ?? 0;
  });
  afterAll(async () => {
    ending.abort();
    await supervised;
  });

  it("ends with a goodbye, a clean exit and a Pi that is off", async () => {
    const { admin } = demo.home;
    const watched = await watchChanges(admin);
    await plug(demo.agent, "out");
    await waitForState(admin, mains, "off");
    await sim(demo.agent, "speed", "20");
    await sim(demo.agent, "battery", "10.5%");
    await waitFor("the simulated Pi to be off", 60_000, () => (lives.includes("off") ? true : null));
    expect(demo.agent.exitCode()).toBe(0);
    expect(savedWorld(demo.folder)?.pi).toBe("off");
    expect(lives).toEqual(["off"]);
    const gone = await waitForState(admin, contact, "off");
    expect(String(gone.attributes["goodbye"])).toContain("critical");
    for (const id of ["sensor.rack_ups_battery", "sensor.rack_ups_battery_voltage", mains]) {
      expect((await stateOf(admin, id))?.state).toBe("unavailable");
    }
    await watched.stop();
    const told = watched.seen.filter(({ entityId }) => entityId === shutdown).map(({ state }) => state);
    expect(told.slice(0, 2)).toEqual(["counting_down", "executing"]);
    const numbers = watched.seen.filter(({ entityId }) => entityId === "sensor.rack_ups_battery");
    expect(numbers.filter(({ state }) => state !== "unavailable" && !(Number(state) > 0))).toEqual([]);
  });

  it("is told whole when mains is back and the Pi boots", async () => {
    const { admin } = demo.home;
    const answer = await demo.agent.cli("sim", "ac", "on");
    expect(answer.code).toBe(0);
    await waitFor("the boot", 10_000, () => (lives.includes("boot") ? true : null));
    await waitForState(admin, contact, "on", 30_000);
    await waitForState(admin, mains, "on");
    const events = await historyWith(admin, "ac_power_restored", before);
    expect(events.map(({ seq }) => seq)).toEqual(gapless(events));
    const booted = events.findLastIndex(({ type }) => type === "agent_started");
    // After its boot the agent looks at the battery anew; what it finds belongs to the next story.
    const story = events
      .slice(before)
      .filter(
        ({ type, seq }) => !type.startsWith("charging") && !(type.startsWith("battery") && seq > booted),
      );
    expect(story.map(({ type }) => type)).toEqual([
      "ac_power_loss",
      "battery_voltage_low",
      "battery_voltage_critical",
      "shutdown_scheduled",
      "shutdown_started",
      "agent_started",
      "ac_power_restored",
    ]);
    const started = story.find(({ type }) => type === "agent_started");
    expect(started?.detail["last_run"]).toBe("shutdown");
    expect(started?.message).toContain("went down cleanly");
  });

  it("a shutdown that Home Assistant asks for is carried out", async () => {
    const { admin } = demo.home;
    await recover();
    await plug(demo.agent, "out");
    await waitForState(admin, mains, "off");
    await callAction(admin, "pi_ups.shutdown", { device_id, delay: { seconds: 1 }, reason: "Moving house" });
    await waitFor("the simulated Pi to be off", 15_000, () =>
      lives.filter((what) => what === "off").length === 2 ? true : null,
    );
    expect(demo.agent.exitCode()).toBe(0);
    const gone = await waitForState(admin, contact, "off");
    expect(String(gone.attributes["goodbye"])).toContain("Moving house");
  });
});
