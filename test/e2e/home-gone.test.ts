// The link from Home Assistant's side: it restarts, it was away for long, it freezes. Nothing is lost, doubled or stuck.
import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "home-assistant-js-websocket";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rest, stateOf, states, waitFor, waitForState } from "../../scripts/ha/api.ts";
import {
  connected,
  type DemoHome,
  newClient,
  openDemoHome,
  plug,
  waitForLink,
} from "../support/demo-home.ts";
import { gapless, history, isOurs, watchBus, watchChanges, watchFeed } from "../support/watching.ts";

let demo: DemoHome;
/** An admin that was not there before the last restart. */
let client: Connection;
beforeAll(async () => {
  demo = await openDemoHome();
  client = await newClient(demo);
});
afterAll(async () => {
  client?.close();
  await demo?.end();
});

const mains = "binary_sensor.rack_ups_mains";
const contact = "binary_sensor.rack_ups_connected";
const events = "event.rack_ups_events";
const freshMinutes = 0.5;

/** Pulls the plug and puts it back; resolves when both events are in the agent's journal. */
async function outage(): Promise<void> {
  const before = (await demo.agent.status())?.events.last_seq ?? 0;
  await plug(demo.agent, "out");
  await waitFor("the outage in the journal", 10_000, async () =>
    (await demo.agent.status())?.power === "on_battery" ? true : null,
  );
  await plug(demo.agent, "in");
  await waitFor("its end in the journal", 10_000, async () => {
    const status = await demo.agent.status();
    return status?.power === "on_mains" && status.events.last_seq >= before + 2 ? true : null;
  });
}

/** The history, once it holds everything that the agent has. */
async function complete() {
  const stored = await waitFor("every event in Home Assistant", 20_000, async () => {
    const status = await demo.agent.status();
    if (status === null || status.events.unsent > 0) return null;
    const list = await history(client);
    return list.length === status.events.last_seq ? list : null;
  });
  expect(stored.map(({ seq }) => seq)).toEqual(gapless(stored));
  return stored;
}

/** Our entities that show nothing although the agent is in contact. */
async function stuck(): Promise<readonly string[]> {
  const ours = (await states(client)).filter(({ entity_id }) => isOurs(entity_id));
  expect(ours.length).toBeGreaterThan(12);
  return ours.filter(({ state }) => state === "unavailable").map(({ entity_id }) => entity_id);
}

describe("a Home Assistant that restarts", () => {
  it("has everything back: values, history, and what happened meanwhile", async () => {
    const before = await complete();
    const logged = demo.agent.output().length;
    await demo.home.ha.stop();
    await outage();
    expect((await demo.agent.status())?.events.unsent).toBeGreaterThanOrEqual(2);
    await demo.home.ha.start();
    client.close();
    client = await newClient(demo);
    await waitForState(client, contact, "on", 40_000);
    await waitForState(client, mains, "on");
    const after = await complete();
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.length).toBeGreaterThanOrEqual(before.length + 2);
    expect(await stuck()).toEqual([]);
    // While it boots it does not know the integration yet; that is no reason to send a person to install it.
    expect(demo.agent.output().slice(logged)).not.toMatch(/PI_UPS_INTEGRATION_(MISSING|NOT_ADDED|TOO_OLD)/);
  });

  it("shows its entities before the agent is back, without a value that is too old", async () => {
    await demo.agent.stop();
    await demo.home.ha.restart();
    client.close();
    client = await newClient(demo);
    await waitForState(client, contact, "off");
    await waitForState(client, mains, "unavailable");
    await waitForState(client, "sensor.rack_ups_battery", "unavailable");
    expect((await stateOf(client, "sensor.rack_ups_last_event"))?.state).toBe("agent_stopping");
    demo.agent.start();
    await waitForState(client, contact, "on", 20_000);
    expect(await stuck()).toEqual([]);
  });
});

describe("a Home Assistant that was away for longer than news stay fresh", () => {
  it("takes the agent's option for what is fresh", async () => {
    const [entry] = await client.sendMessagePromise<readonly { readonly entry_id: string }[]>({
      type: "config_entries/get",
      domain: "pi_ups",
    });
    const { url } = demo.home.ha;
    const token = demo.home.tokens.access_token;
    const flows = "/api/config/config_entries/options/flow";
    const flow = (await rest(url, token, flows, { handler: entry?.entry_id })) as {
      readonly flow_id: string;
    };
    const done = await rest(url, token, `${flows}/${flow.flow_id}`, { fresh_minutes: freshMinutes });
    expect(done).toMatchObject({ type: "create_entry" });
    await connected(demo.agent);
  });

  it("gets an old outage as history, oldest first, and nothing but one bus event fires for it", async () => {
    const before = await complete();
    await demo.home.ha.stop();
    await outage();
    // Nobody sends any more; what is on disk has to be enough.
    await demo.agent.kill();
    await sleep(freshMinutes * 60_000 + 1_000);
    await demo.home.ha.start();
    client.close();
    client = await newClient(demo);
    const [changes, synced, feed] = await Promise.all([
      watchChanges(client),
      watchBus(client, "pi_ups_history_synced"),
      watchFeed(client),
    ]);
    demo.agent.start();
    await waitFor("the word that history came", 30_000, () => (synced.seen.length > 0 ? true : null));
    const stored = await complete();
    const missed = stored.slice(before.length);
    const late = missed.filter((event) => event.synced_late);
    expect(late.map(({ type }) => type)).toEqual(
      expect.arrayContaining(["ac_power_loss", "ac_power_restored"]),
    );
    expect(missed.find(({ type }) => type === "agent_started")).toMatchObject({
      synced_late: false,
      detail: { last_run: "died" },
    });
    expect(feed.seen.map(({ seq }) => seq)).toEqual(missed.map(({ seq }) => seq));
    await sleep(1_500);
    expect(synced.seen).toHaveLength(1);
    expect(synced.seen[0]).toMatchObject({
      count: late.length,
      types: [...new Set(late.map(({ type }) => type))].sort(),
    });
    const fired = changes.seen
      .filter(({ entityId, attributes }) => entityId === events && attributes["seq"] !== undefined)
      .map(({ attributes }) => attributes["seq"]);
    expect(fired).toEqual(missed.filter((event) => !event.synced_late).map(({ seq }) => seq));
    await Promise.all([changes.stop(), synced.stop(), feed.stop()]);
  });
});

describe("a Home Assistant that freezes", () => {
  it("is noticed within 15 s, and found again", async () => {
    demo.home.ha.pause();
    const begun = Date.now();
    try {
      await waitForLink(demo.agent, { state: "connecting" }, 16_000);
      expect(Date.now() - begun).toBeLessThan(15_000);
    } finally {
      demo.home.ha.resume();
    }
    await connected(demo.agent, 40_000);
    await outage();
    await complete();
    expect(await stuck()).toEqual([]);
  });
});

it("Home Assistant logged no error about us", () => {
  const lines = demo.home.ha.log().split("\n");
  expect(lines.filter((line) => /ERROR|Traceback/.test(line) && line.includes("pi_ups"))).toEqual([]);
});
