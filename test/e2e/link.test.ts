// What breaks between agent and Home Assistant, on real parts: late starts, restarts, kills, frozen processes, wrong users.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  connectTo,
  createAgentUser,
  removeEntry,
  states,
  waitFor,
  waitForState,
} from "../../scripts/ha/api.ts";
import { createAgent } from "../../scripts/stack/agent.ts";
import { confirmAgent } from "../../scripts/stack/home.ts";
import { connected, type DemoHome, history, openDemoHome, watchChanges } from "../support/demo-home.ts";

let demo: DemoHome;
afterAll(() => demo?.end());

const battery = "sensor.rack_ups_battery";
const contact = "binary_sensor.rack_ups_connected";

/** A connection that survives nothing: opened anew after each restart of Home Assistant. */
async function admin() {
  return await connectTo(demo.home.ha.url, demo.home.tokens.access_token);
}

async function pid(): Promise<number> {
  const status = await demo.agent.status();
  return (status?.["agent"] as { readonly pid: number } | undefined)?.pid ?? 0;
}

/** What the agent says of the link. */
async function link(): Promise<{ readonly state: string; readonly code: string | null }> {
  return (await demo.agent.status())?.["home_assistant"] as {
    readonly state: string;
    readonly code: string | null;
  };
}

describe("the first contact", () => {
  beforeAll(async () => {
    demo = await openDemoHome(undefined, false);
  });

  it("the agent waits, and says so, while nobody has added the integration", async () => {
    demo.agent.start();
    await waitFor("the agent to wait", 15_000, async () =>
      (await link())?.state === "waiting" ? true : null,
    );
    expect(demo.agent.output()).not.toMatch(/unhandled|TypeError/i);
  });

  it("a person confirms it, and everything is there", async () => {
    await confirmAgent(demo.home, "rack-pi");
    await connected(demo.agent);
    await waitForState(demo.home.admin, battery, ({ state }) => Number(state) > 0);
  });

  it("works with a user without admin rights", async () => {
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
    const folder = join(demo.folder, "mallory");
    const stranger = createAgent({ folder, id: "rack-pi", name: "Rack UPS", haUrl: demo.home.ha.url, token });
    stranger.start();
    try {
      await waitFor("the refusal", 15_000, () =>
        stranger.output().includes("PI_UPS_WRONG_USER") ? true : null,
      );
      expect((await link())?.state).toBe("connected");
    } finally {
      await stranger.stop();
    }
  });

  it("a wrong token is one clear error, not a storm", async () => {
    const folder = join(demo.folder, "wrong-token");
    const wrong = createAgent({
      folder,
      id: "other-pi",
      name: "Other",
      haUrl: demo.home.ha.url,
      token: "nonsense",
    });
    wrong.start();
    try {
      await waitFor("the error", 15_000, () =>
        wrong.output().includes("code=PI_UPS_HA_AUTH_INVALID") ? true : null,
      );
      await sleep(5_000);
      const said = wrong.output().match(/code=PI_UPS_HA_AUTH_INVALID/g) ?? [];
      expect(said).toHaveLength(1);
      expect(wrong.output()).not.toContain("nonsense");
    } finally {
      await wrong.stop();
    }
    const bans = demo.home.ha
      .log()
      .split("\n")
      .filter((line) => line.includes("Banned IP"));
    expect(bans).toEqual([]);
  });
});

describe("an agent that dies", () => {
  it("with its socket open, is unavailable within 15 s and comes back by itself", async () => {
    const connection = await admin();
    const frozen = await pid();
    process.kill(frozen, "SIGSTOP");
    const begun = Date.now();
    try {
      await waitForState(connection, battery, "unavailable", 16_000);
      expect(Date.now() - begun).toBeLessThan(15_000);
      await waitForState(connection, contact, "off");
    } finally {
      process.kill(frozen, "SIGCONT");
    }
    await waitForState(connection, contact, "on", 20_000);
    await waitForState(connection, battery, ({ state }) => Number(state) > 0);
    connection.close();
  });

  it("by kill -9 loses no event, and the next run says so", async () => {
    const connection = await admin();
    await demo.agent.cli("sim", "ac", "off");
    await waitForState(connection, "binary_sensor.rack_ups_mains", "off");
    await demo.agent.kill();
    await waitForState(connection, contact, "off");
    demo.agent.start();
    await waitForState(connection, contact, "on", 20_000);
    const events = await waitFor("agent_started", 10_000, async () => {
      const list = await history(connection);
      return list.some(({ detail }) => detail["last_run"] === "died") ? list : null;
    });
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, n) => n + 1));
    await demo.agent.cli("sim", "ac", "on");
    await waitForState(connection, "binary_sensor.rack_ups_mains", "on");
    connection.close();
  });
});

describe("a Home Assistant that goes", () => {
  it("restarts: everything is back, nothing lost or doubled, old news fires nothing", async () => {
    const before = await history(demo.home.admin);
    await demo.home.ha.stop();
    // An outage while Home Assistant is down, older than the freshness limit by the agent's own journal.
    await demo.agent.cli("sim", "ac", "off");
    await waitFor("the outage in the agent's journal", 10_000, async () => {
      const status = await demo.agent.status();
      return status?.["ac_present"] === false ? true : null;
    });
    await demo.agent.cli("sim", "ac", "on");
    await waitFor("the end of the outage", 10_000, async () => {
      const status = await demo.agent.status();
      return status?.["ac_present"] === true ? true : null;
    });
    const waiting = (await demo.agent.status())?.["events"] as { readonly unsent: number } | undefined;
    const unsent = waiting?.unsent ?? 0;
    expect(unsent).toBeGreaterThanOrEqual(2);
    await demo.home.ha.start();
    const connection = await admin();
    // The entities exist before the agent is back, and are not stuck afterwards.
    await waitForState(connection, contact, "on", 40_000);
    await waitForState(connection, battery, ({ state }) => Number(state) > 0);
    const events = await waitFor("the missed events", 15_000, async () => {
      const list = await history(connection);
      return list.length >= before.length + unsent ? list : null;
    });
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, n) => n + 1));
    const stuck = (await states(connection)).filter(
      ({ entity_id, state }) => entity_id.includes("rack_ups") && state === "unavailable",
    );
    expect(stuck).toEqual([]);
    connection.close();
  });

  it("freezes: the agent notices and comes back", async () => {
    demo.home.ha.pause();
    try {
      await waitFor("the agent to notice", 16_000, async () =>
        (await link())?.state === "connecting" ? true : null,
      );
    } finally {
      demo.home.ha.resume();
    }
    await connected(demo.agent, 40_000);
  });
});

describe("the entry", () => {
  it("is reloaded without a gap that stays", async () => {
    const connection = await admin();
    const [entry] = await connection.sendMessagePromise<readonly { readonly entry_id: string }[]>({
      type: "config_entries/get",
      domain: "pi_ups",
    });
    const reload = `/api/config/config_entries/entry/${entry?.entry_id}/reload`;
    const { rest } = await import("../../scripts/ha/api.ts");
    await rest(demo.home.ha.url, demo.home.tokens.access_token, reload, {});
    await connected(demo.agent);
    await waitForState(connection, battery, ({ state }) => Number(state) > 0);
    connection.close();
  });

  it("is removed without a trace, and can be added again", async () => {
    const connection = await admin();
    const [entry] = await connection.sendMessagePromise<readonly { readonly entry_id: string }[]>({
      type: "config_entries/get",
      domain: "pi_ups",
    });
    await removeEntry(demo.home.ha.url, demo.home.tokens.access_token, entry?.entry_id ?? "");
    const left = (await states(connection)).filter(({ entity_id }) => entity_id.includes("rack_ups"));
    // Automations of the examples may name entities; ours are gone.
    expect(left).toEqual([]);
    const resources = await connection.sendMessagePromise<readonly { readonly url: string }[]>({
      type: "lovelace/resources",
    });
    expect(resources.filter(({ url }) => url.includes("pi_ups"))).toEqual([]);
    await waitFor("the agent to wait again", 10_000, async () =>
      (await link())?.state === "waiting" ? true : null,
    );
    await confirmAgent({ ...demo.home, admin: connection }, "rack-pi");
    await connected(demo.agent);
    await waitForState(connection, battery, ({ state }) => Number(state) > 0);
    connection.close();
  });
});

describe("a token that is replaced", () => {
  it("counts without a restart of Home Assistant", async () => {
    await demo.agent.stop();
    writeFileSync(join(demo.folder, "token"), demo.home.agentToken, { mode: 0o600 });
    demo.agent.start();
    await connected(demo.agent);
    const connection = await admin();
    const watched = await watchChanges(connection);
    await demo.agent.cli("sim", "ac", "off");
    await waitForState(connection, "binary_sensor.rack_ups_mains", "off");
    await watched.stop();
    connection.close();
  });
});
