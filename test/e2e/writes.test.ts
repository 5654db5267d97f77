// Home Assistant pays for every state write: a quiet agent on mains causes at most six a minute.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DemoHome, openDemoHome, watchChanges } from "../support/demo-home.ts";

let demo: DemoHome;
beforeAll(async () => {
  // Full speed of a real battery, default sampling: nothing is slowed down for the test.
  demo = await openDemoHome("sim:\n  speed: 1\n  battery_percent: 97\n");
});
afterAll(() => demo?.end());

describe("a quiet agent", () => {
  it("on mains writes at most six states in a minute", async () => {
    await sleep(8_000);
    const watched = await watchChanges(demo.home.admin);
    await sleep(60_000);
    await watched.stop();
    expect(watched.changes.map(({ entityId, state }) => `${entityId} ${state}`)).toSatisfy(
      (writes: readonly string[]) => writes.length <= 6,
    );
  });
});
