// Home Assistant pays for every state write: a quiet agent on mains causes at most six a minute.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "../../scripts/ha/api.ts";
import { type DemoHome, openDemoHome, plug, sim } from "../support/demo-home.ts";
import { watchChanges } from "../support/watching.ts";

let demo: DemoHome;
beforeAll(async () => {
  // A real battery's pace and the default sampling: nothing is slowed down for the test.
  demo = await openDemoHome({ agentYaml: "sim:\n  speed: 1\n  battery_percent: 97\n" });
});
afterAll(() => demo?.end());

describe("a quiet agent", () => {
  it("on mains writes at most six states in a minute, though its readings are restless", async () => {
    const { admin } = demo.home;
    await sleep(5_000);
    const watched = await watchChanges(admin);
    // A Pi that works in bursts: the voltage moves by tens of millivolts, the temperature by two degrees.
    const begun = Date.now();
    for (let second = 0; second < 60; second += 1) {
      const busy = second % 6 < 3;
      await sim(demo.agent, "load", busy ? "9W" : "5W");
      await sim(demo.agent, "temp", busy ? "50" : "48");
      await sleep(begun + (second + 1) * 1000 - Date.now());
    }
    await watched.stop();
    const writes = watched.seen.map(({ entityId, state }) => `${entityId} ${state}`);
    expect(writes.length, writes.join("\n")).toBeLessThanOrEqual(6);
    // It was not silent because it was gone: the temperature at least is told.
    expect(writes.length).toBeGreaterThan(0);
    expect((await demo.agent.status())?.home_assistant.connected).toBe(true);
  });

  it("holds back no edge all the same", async () => {
    const watched = await watchChanges(demo.home.admin);
    await plug(demo.agent, "out");
    await waitFor("the loss, which is confirmed after a second", 3_000, () =>
      watched.seen.some(({ entityId }) => entityId === "binary_sensor.rack_ups_mains") ? true : null,
    );
    await watched.stop();
  });
});
