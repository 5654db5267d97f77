// The link from the agent's side: it is there before anything it needs, it has the wrong token or a stranger's, it dies.
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  callAction,
  connectTo,
  createAgentUser,
  stateOf,
  waitFor,
  waitForState,
} from "../../scripts/ha/api.ts";
import { confirmAgent } from "../../scripts/stack/home.ts";
import { agentId, connected, type DemoHome, openDemoHome, plug, waitForLink } from "../support/demo-home.ts";
import { deviceId, gapless, history, historyWith, watchChanges } from "../support/watching.ts";

let demo: DemoHome;
beforeAll(async () => {
  demo = await openDemoHome({ confirmed: false, ha: { banAfter: 3 } });
});
afterAll(() => demo?.end());

const battery = "sensor.rack_ups_battery";
const contact = "binary_sensor.rack_ups_connected";

const tokenFile = () => join(demo.folder, "token");

/** How often the agent's log says this. */
function said(output: string, code: string): number {
  return output.split(`code=${code}`).length - 1;
}

describe("the first contact", () => {
  it("the agent works alone while there is no Home Assistant, and says so once", async () => {
    await demo.home.ha.stop();
    // The right token comes while the agent runs: it counts at the next login.
    writeFileSync(tokenFile(), "not-yet-a-token");
    demo.agent.start();
    await waitForLink(demo.agent, { state: "connecting", code: "PI_UPS_HA_UNREACHABLE" });
    await plug(demo.agent, "out");
    await waitFor("the outage", 10_000, async () =>
      (await demo.agent.status())?.ac_present === false ? true : null,
    );
    await plug(demo.agent, "in");
    await waitFor("its end", 10_000, async () =>
      (await demo.agent.status())?.power === "on_mains" ? true : null,
    );
    expect(said(demo.agent.output(), "PI_UPS_HA_UNREACHABLE")).toBe(1);
  });

  it("it waits, and says for what, until a person adds the integration", async () => {
    writeFileSync(tokenFile(), demo.home.agentToken);
    await demo.home.ha.start();
    await waitForLink(demo.agent, { state: "waiting", code: "PI_UPS_INTEGRATION_NOT_ADDED" }, 45_000);
    expect((await demo.agent.status())?.home_assistant.message).toContain("Add integration, Pi UPS");
    expect(demo.agent.output()).not.toMatch(/unhandled|TypeError|PI_UPS_INTERNAL/i);
  });

  it("a person confirms it, and everything is there, what happened before too", async () => {
    await confirmAgent(demo.home, agentId);
    await connected(demo.agent);
    await waitForState(demo.home.admin, battery, ({ state }) => Number(state) > 0);
    const stored = await historyWith(demo.home.admin, "ac_power_restored");
    expect(stored.map(({ seq }) => seq)).toEqual(gapless(stored));
    expect(stored[0]?.type).toBe("agent_started");
  });

  it("all of that with the token of a user without admin rights", async () => {
    const own = await connectTo(demo.home.ha.url, demo.home.agentToken);
    const me = await own.sendMessagePromise<{ readonly is_admin: boolean }>({ type: "auth/current_user" });
    own.close();
    expect(me.is_admin).toBe(false);
  });
});

describe("a stranger", () => {
  it("cannot take the agent's name with another user's token", async () => {
    const { token } = await createAgentUser(demo.home.ha.url, demo.home.admin, {
      name: "Mallory",
      username: "mallory",
      password: "mallory-of-the-test",
    });
    const stranger = demo.otherAgent(agentId, token);
    const watched = await watchChanges(demo.home.admin);
    stranger.start();
    try {
      await waitFor("the refusal", 15_000, () =>
        stranger.output().includes("PI_UPS_WRONG_USER") ? true : null,
      );
      await plug(stranger, "out");
      await sleep(2_000);
    } finally {
      await stranger.stop();
      await watched.stop();
    }
    expect((await demo.agent.status())?.home_assistant.connected).toBe(true);
    const moved = watched.seen.filter(({ entityId }) => /mains|connected|event/.test(entityId));
    expect(moved).toEqual([]);
  });

  it("with a wrong token gets one clear error, tries rarely, and is not banned", async () => {
    const attempts = () =>
      demo.home.ha.log().split("Login attempt or request with invalid authentication").length - 1;
    const wrong = demo.otherAgent("other-pi", "nonsense-token");
    wrong.start();
    try {
      await waitFor("the error", 15_000, () =>
        said(wrong.output(), "PI_UPS_HA_AUTH_INVALID") > 0 ? true : null,
      );
      // Home Assistant asks for the name of the address before it logs an attempt, which can take its time.
      await waitFor("the attempt in Home Assistant's log", 30_000, () => (attempts() > 0 ? true : null));
      // At the usual pace three would have come by then, which is what this Home Assistant bans for.
      await sleep(4_000);
    } finally {
      await wrong.stop();
    }
    expect(said(wrong.output(), "PI_UPS_HA_AUTH_INVALID")).toBe(1);
    expect(wrong.output()).toContain("Make a new long-lived access token");
    expect(wrong.output()).not.toContain("nonsense-token");
    expect(attempts()).toBe(1);
    expect(existsSync(join(demo.home.ha.configDir, "ip_bans.yaml"))).toBe(false);
  });
});

describe("an agent that dies", () => {
  it("with its socket open, is unavailable within 15 s and comes back by itself", async () => {
    const { admin } = demo.home;
    const frozenAt = Date.now();
    demo.agent.pause();
    try {
      await waitForState(admin, battery, "unavailable", 16_000);
      expect(Date.now() - frozenAt).toBeLessThan(15_000);
      expect((await stateOf(admin, contact))?.state).toBe("off");
      expect((await stateOf(admin, "event.rack_ups_events"))?.state).not.toBe("unavailable");
    } finally {
      demo.agent.resume();
    }
    await waitForState(admin, contact, "on", 20_000);
    await waitForState(admin, battery, ({ state }) => Number(state) > 0);
  });

  it("makes an action that asks it fail within 5 s", async () => {
    const { admin } = demo.home;
    const device_id = await deviceId(admin);
    demo.agent.pause();
    try {
      const begun = Date.now();
      await expect(callAction(admin, "pi_ups.cancel_shutdown", { device_id })).rejects.toMatchObject({
        message: expect.stringContaining("did not answer"),
      });
      expect(Date.now() - begun).toBeLessThan(6_000);
    } finally {
      demo.agent.resume();
    }
    await connected(demo.agent);
  });

  it("by kill -9 loses no event, and the next run says so", async () => {
    const { admin } = demo.home;
    await plug(demo.agent, "out");
    await waitForState(admin, "binary_sensor.rack_ups_mains", "off");
    await demo.agent.kill();
    await waitForState(admin, contact, "off");
    demo.agent.start();
    await waitForState(admin, contact, "on", 20_000);
    const events = await waitFor("agent_started", 10_000, async () => {
      const list = await history(admin);
      return list.some(({ detail }) => detail["last_run"] === "died") ? list : null;
    });
    expect(events.map(({ seq }) => seq)).toEqual(gapless(events));
    await plug(demo.agent, "in");
    await waitForState(admin, "binary_sensor.rack_ups_mains", "on");
  });
});
