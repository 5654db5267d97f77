// The life of the config entry in a real Home Assistant: reloaded, disabled, removed without a trace, added again.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callAction, removeEntry, rest, states, waitFor, waitForState } from "../../scripts/ha/api.ts";
import { confirmAgent } from "../../scripts/stack/home.ts";
import { agentId, connected, type DemoHome, openDemoHome, plug, waitForLink } from "../support/demo-home.ts";
import { deviceId, history, isOurs, watchFeed } from "../support/watching.ts";

let demo: DemoHome;
beforeAll(async () => {
  demo = await openDemoHome();
});
afterAll(() => demo?.end());

const battery = "sensor.rack_ups_battery";

async function entryId(): Promise<string> {
  const [entry] = await demo.home.admin.sendMessagePromise<readonly { readonly entry_id: string }[]>({
    type: "config_entries/get",
    domain: "pi_ups",
  });
  return entry?.entry_id ?? "";
}

async function ask<T>(type: string): Promise<T> {
  return await demo.home.admin.sendMessagePromise<T>({ type });
}

async function resources(): Promise<readonly string[]> {
  const all = await ask<readonly { readonly url: string }[]>("lovelace/resources");
  return all.map(({ url }) => url).filter((url) => url.includes("pi_ups"));
}

/** Rows that the integration's own database still holds; 0 when there is no file. */
function storedRows(): number {
  const file = join(demo.home.ha.configDir, "pi_ups.db");
  if (!existsSync(file)) return 0;
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const count = db.prepare("SELECT (SELECT count(*) FROM events) + (SELECT count(*) FROM devices) AS n");
    return Number(count.get()?.["n"]);
  } finally {
    db.close();
  }
}

async function setDisabled(disabled: boolean): Promise<void> {
  await demo.home.admin.sendMessagePromise({
    type: "config_entries/disable",
    entry_id: await entryId(),
    disabled_by: disabled ? "user" : null,
  });
}

describe("the entry", () => {
  it("has registered the card by itself, under an address that serves it", async () => {
    const [url, ...others] = await resources();
    expect(others).toEqual([]);
    const served = await fetch(`${demo.home.ha.url}${url}`);
    expect(served.status).toBe(200);
    expect(await served.text()).toContain("pi-ups-card");
    // A version in the address, so that an update is never served stale.
    expect(url).toMatch(/\?v=.+/);
  });

  it("is reloaded without a gap that stays, for the card's feed too", async () => {
    const feed = await watchFeed(demo.home.admin);
    const reload = `/api/config/config_entries/entry/${await entryId()}/reload`;
    await rest(demo.home.ha.url, demo.home.tokens.access_token, reload, {});
    await connected(demo.agent);
    await waitForState(demo.home.admin, battery, ({ state }) => Number(state) > 0);
    await plug(demo.agent, "out");
    await waitFor("the event in the feed", 10_000, () =>
      feed.seen.some(({ type }) => type === "ac_power_loss") ? true : null,
    );
    await plug(demo.agent, "in");
    await waitFor("its end in the feed", 10_000, () =>
      feed.seen.some(({ type }) => type === "ac_power_restored") ? true : null,
    );
    await feed.stop();
  });

  it("is disabled and enabled: the agent waits, and goes on", async () => {
    const before = await history(demo.home.admin);
    await setDisabled(true);
    await waitForLink(demo.agent, { state: "waiting" });
    await setDisabled(false);
    await connected(demo.agent);
    await waitForState(demo.home.admin, battery, ({ state }) => Number(state) > 0);
    expect((await history(demo.home.admin)).slice(0, before.length)).toEqual(before);
  });

  it("is removed without a trace", async () => {
    const { admin, ha, tokens } = demo.home;
    const device_id = await deviceId(admin);
    expect(device_id).not.toBe("");
    expect(storedRows()).toBeGreaterThan(3);
    await removeEntry(ha.url, tokens.access_token, await entryId());
    await waitForLink(demo.agent, { state: "waiting" });
    expect((await states(admin)).filter(({ entity_id }) => isOurs(entity_id))).toEqual([]);
    const entities = await ask<readonly { readonly platform: string }[]>("config/entity_registry/list");
    expect(entities.filter(({ platform }) => platform === "pi_ups")).toEqual([]);
    const devices = await ask<readonly { readonly id: string }[]>("config/device_registry/list");
    expect(devices.filter(({ id }) => id === device_id)).toEqual([]);
    expect(await resources()).toEqual([]);
    expect(storedRows()).toBe(0);
    await expect(history(admin)).rejects.toMatchObject({ code: "PI_UPS_UNKNOWN_DEVICE" });
    await expect(callAction(admin, "pi_ups.shutdown", { device_id })).rejects.toBeDefined();
    expect(demo.agent.running()).toBe(true);
  });

  it("can be added again, and goes on with the next event", async () => {
    const { admin } = demo.home;
    const last = (await demo.agent.status())?.events.last_seq ?? 0;
    await confirmAgent(demo.home, agentId);
    await connected(demo.agent);
    await waitForState(admin, battery, ({ state }) => Number(state) > 0);
    expect(await resources()).toHaveLength(1);
    await plug(demo.agent, "out");
    await waitForState(admin, "sensor.rack_ups_last_event", "ac_power_loss");
    // What was forgotten stays forgotten: the agent had its receipt for it.
    const seqs = (await history(admin)).map(({ seq }) => seq);
    expect(seqs.filter((seq) => seq <= last)).toEqual([]);
    expect(seqs).toContain(last + 1);
  });
});

it("Home Assistant logged no error about us", () => {
  const lines = demo.home.ha.log().split("\n");
  expect(lines.filter((line) => /ERROR|Traceback/.test(line) && line.includes("pi_ups"))).toEqual([]);
});
