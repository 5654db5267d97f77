// What every end-to-end file begins with: a fresh home with a confirmed agent on the simulator, and its end.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection } from "home-assistant-js-websocket";
import type { StatusReport } from "../../agent/src/ports/control.ts";
import { connectTo, waitFor } from "../../scripts/ha/api.ts";
import type { HaOptions } from "../../scripts/ha/server.ts";
import { freePort } from "../../scripts/lib/ports.ts";
import { type Agent, createAgent } from "../../scripts/stack/agent.ts";
import { confirmAgent, type Home, openHome } from "../../scripts/stack/home.ts";

export const agentId = "rack-pi";

export interface DemoHome {
  readonly home: Home;
  readonly agent: Agent;
  /** The agent's folder: configuration, state, socket. */
  readonly folder: string;
  /** Another agent of this home, not yet started; `end` stops it too. */
  otherAgent(id: string, token: string): Agent;
  /** Ends everything; idempotent. */
  end(): Promise<void>;
}

export interface DemoHomeOptions {
  /** Lines of the agent's configuration; `quickYaml` by default. */
  readonly agentYaml?: string;
  /** False: the agent neither runs nor is known yet. */
  readonly confirmed?: boolean;
  readonly ha?: Pick<HaOptions, "banAfter">;
}

/** Waits shorter than for people; the battery lives a minute in a second. */
export const quickYaml = `debounce:
  ac_lost_s: 0.2
  ac_restored_s: 0.5
sample_interval_s: 0.5
shutdown:
  grace_s: 6
sim:
  speed: 60
`;

/** Opens a home. Nothing is left of it when this fails. */
export async function openDemoHome(options: DemoHomeOptions = {}): Promise<DemoHome> {
  const { agentYaml = quickYaml, confirmed = true } = options;
  const root = mkdtempSync(join(tmpdir(), "pi-ups-e2e-"));
  const home = await openHome({ ...options.ha, configDir: join(root, "ha"), port: await freePort() }).catch(
    (error: unknown) => {
      rmSync(root, { recursive: true, force: true });
      throw error;
    },
  );
  const agents: Agent[] = [];
  const make = (folder: string, id: string, name: string, token: string, extraYaml: string) => {
    const made = createAgent({ folder, id, name, haUrl: home.ha.url, token, extraYaml });
    agents.push(made);
    return made;
  };
  const folder = join(root, "agent");
  const agent = make(folder, agentId, "Rack UPS", home.agentToken, agentYaml);
  let ending: Promise<void> | null = null;
  const endAll = async () => {
    await Promise.allSettled(agents.map((one) => one.stop()));
    await home.close();
    rmSync(root, { recursive: true, force: true });
  };
  const demo: DemoHome = {
    home,
    agent,
    folder,
    otherAgent: (id, token) => make(join(root, `agent-${agents.length}`), id, "Rack UPS", token, quickYaml),
    end() {
      ending ??= endAll();
      return ending;
    },
  };
  if (!confirmed) return demo;
  try {
    agent.start();
    await confirmAgent(home, agentId);
    await connected(agent);
  } catch (error) {
    await demo.end();
    throw error;
  }
  return demo;
}

/** Waits until the agent itself says that it is connected. */
export async function connected(agent: Agent, timeoutMs = 30_000): Promise<void> {
  await waitForLink(agent, { state: "connected" }, timeoutMs);
}

/** Waits until the agent says so of its link: the state, or the code of what stands in the way, or both. */
export async function waitForLink(
  agent: Agent,
  wanted: Partial<Pick<StatusReport["home_assistant"], "state" | "code">>,
  timeoutMs = 15_000,
): Promise<void> {
  const words = Object.entries(wanted).join(" and ").replaceAll(",", " ");
  await waitFor(`the agent's link to be ${words}`, timeoutMs, async () => {
    const link = (await agent.status())?.home_assistant;
    const { state = link?.state, code = link?.code } = wanted;
    return link !== undefined && link.state === state && link.code === code ? true : null;
  });
}

/** An admin's new connection, as a client has it that was not there before a restart. Close it. */
export async function newClient(demo: DemoHome): Promise<Connection> {
  return await connectTo(demo.home.ha.url, demo.home.tokens.access_token);
}

/** Pulls the simulated plug or puts it back. */
export async function plug(agent: Agent, how: "in" | "out"): Promise<void> {
  await sim(agent, "ac", how === "in" ? "on" : "off");
}

/** `pi-ups sim WORDS`, which has to work. */
export async function sim(agent: Agent, ...words: readonly string[]): Promise<void> {
  const { code, output } = await agent.cli("sim", ...words);
  if (code !== 0) throw new Error(`pi-ups sim ${words.join(" ")} ended with ${code}: ${output}`);
}
