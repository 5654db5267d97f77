// What every end-to-end file begins with: a fresh home with a confirmed agent on the simulator, and its end.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection } from "home-assistant-js-websocket";
import { type HaState, waitFor } from "../../scripts/ha/api.ts";
import { freePort } from "../../scripts/lib/ports.ts";
import { type Agent, createAgent } from "../../scripts/stack/agent.ts";
import { confirmAgent, type Home, openHome } from "../../scripts/stack/home.ts";

export interface DemoHome {
  readonly home: Home;
  readonly agent: Agent;
  /** The agent's folder: configuration, state, socket. */
  readonly folder: string;
  /** Ends everything; idempotent. */
  end(): Promise<void>;
}

/** Waits shorter than for people: a second stable is a restored mains, three seconds are a grace. */
export const quickYaml = `debounce:
  ac_lost_s: 0.2
  ac_restored_s: 0.5
sample_interval_s: 0.5
shutdown:
  grace_s: 6
sim:
  speed: 60
`;

/** Opens the home. With `confirmed` false the agent neither runs nor is known yet. */
export async function openDemoHome(extraYaml = quickYaml, confirmed = true): Promise<DemoHome> {
  const root = mkdtempSync(join(tmpdir(), "pi-ups-e2e-"));
  const home = await openHome({ configDir: join(root, "ha"), port: await freePort() });
  const folder = join(root, "agent");
  const agent = createAgent({
    folder,
    id: "rack-pi",
    name: "Rack UPS",
    haUrl: home.ha.url,
    token: home.agentToken,
    extraYaml,
  });
  let ended = false;
  const end = async () => {
    if (ended) return;
    ended = true;
    await agent.stop();
    await home.close();
    rmSync(root, { recursive: true, force: true });
  };
  try {
    if (confirmed) {
      agent.start();
      await confirmAgent(home, "rack-pi");
      await connected(agent);
    }
  } catch (error) {
    await end();
    throw error;
  }
  return { home, agent, folder, end };
}

/** Waits until the agent itself says that it is connected. */
export async function connected(agent: Agent, timeoutMs = 30_000): Promise<void> {
  await waitFor("the agent's contact with Home Assistant", timeoutMs, async () => {
    const link = (await agent.status())?.["home_assistant"] as { readonly connected?: boolean } | undefined;
    return link?.connected === true ? true : null;
  });
}

export interface Change {
  readonly entityId: string;
  readonly state: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Collects every state change of our entities as another WebSocket client sees it. */
export async function watchChanges(
  connection: Connection,
): Promise<{ readonly changes: readonly Change[]; stop(): Promise<void> }> {
  const changes: Change[] = [];
  const stop = await connection.subscribeEvents<{
    data: { readonly entity_id: string; readonly new_state: HaState | null };
  }>(({ data }) => {
    if (!data.entity_id.includes("rack_ups") || data.new_state === null) return;
    changes.push({
      entityId: data.entity_id,
      state: data.new_state.state,
      attributes: data.new_state.attributes,
    });
  }, "state_changed");
  return { changes, stop };
}

export interface ListedEvent {
  readonly seq: number;
  readonly type: string;
  readonly message: string;
  readonly time: string;
  readonly synced_late: boolean;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The history as the card gets it, oldest first. */
export async function history(connection: Connection): Promise<readonly ListedEvent[]> {
  const { events } = await connection.sendMessagePromise<{ readonly events: readonly ListedEvent[] }>({
    type: "pi_ups/events/list",
    device_id: "rack-pi",
    limit: 500,
  });
  return events.toReversed();
}
