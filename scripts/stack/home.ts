// A home to show and to test: a real Home Assistant with a user, a user without admin rights for the agent, the Pi UPS
// entry confirmed through its real config flow, the example dashboard and the example automations.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "home-assistant-js-websocket";
import { parse } from "yaml";
import {
  connectTo,
  continueFlow,
  createAgentUser,
  ensureOwner,
  type FlowStep,
  saveDashboard,
  startFlow,
  type Tokens,
} from "../ha/api.ts";
import { ensureHomeAssistant } from "../ha/install.ts";
import { type HaOptions, type HaServer, startHomeAssistant } from "../ha/server.ts";
import { checkout } from "../lib/paths.ts";
import { Trouble } from "../lib/trouble.ts";

export const owner = { name: "Demo", username: "demo", password: "demo" } as const;
export const agentUser = {
  name: "UPS agent",
  username: "ups-agent",
  password: "ups-agent-of-the-demo",
} as const;

export interface Home {
  readonly ha: HaServer;
  /** The owner's tokens, as a browser gets them. */
  readonly tokens: Tokens;
  /** An admin's connection. */
  readonly admin: Connection;
  /** Long-lived token of the agent's user, who is not an admin. */
  readonly agentToken: string;
  close(): Promise<void>;
}

/** Loads every example automation of the repository. */
export function exampleAutomations(): readonly Record<string, unknown>[] {
  const folder = join(checkout, "ha-config-examples/automations");
  return readdirSync(folder)
    .filter((file) => file.endsWith(".yaml"))
    .sort()
    .map((file) => ({
      id: file.replace(".yaml", ""),
      ...(parse(readFileSync(join(folder, file), "utf8")) as object),
    }));
}

/** The example dashboard. */
export function exampleDashboard(): unknown {
  return parse(readFileSync(join(checkout, "ha-config-examples/dashboards/pi-ups.yaml"), "utf8"));
}

/** Starts Home Assistant on the folder; makes users on the first start. `remember` keeps the agent's token beside it. */
export async function openHome(options: HaOptions): Promise<Home> {
  const installation = await ensureHomeAssistant();
  mkdirSync(options.configDir, { recursive: true });
  writeFileSync(join(options.configDir, "automations.yaml"), JSON.stringify(exampleAutomations(), null, 2));
  const ha = await startHomeAssistant(installation, options);
  try {
    const tokens = await ensureOwner(ha.url, owner);
    const admin = await connectTo(ha.url, tokens.access_token);
    const agentToken = await ensureAgentToken(options.configDir, ha.url, admin);
    return {
      ha,
      tokens,
      admin,
      agentToken,
      async close() {
        admin.close();
        await ha.stop();
      },
    };
  } catch (error) {
    await ha.stop();
    throw error;
  }
}

async function ensureAgentToken(configDir: string, url: string, admin: Connection): Promise<string> {
  const file = join(configDir, ".agent-token");
  try {
    return readFileSync(file, "utf8");
  } catch {
    const { token } = await createAgentUser(url, admin, agentUser);
    writeFileSync(file, token, { mode: 0o600 });
    return token;
  }
}

/** Adds the integration as a person does: start the flow, wait for the agent that knocks, confirm it. */
export async function confirmAgent(home: Home, agentId: string, timeoutMs = 60_000): Promise<void> {
  const entries = await home.admin.sendMessagePromise<
    readonly { unique_id?: string; title: string; domain: string }[]
  >({
    type: "config_entries/get",
    domain: "pi_ups",
  });
  if (entries.length > 0) return;
  const token = home.tokens.access_token;
  const deadline = Date.now() + timeoutMs;
  let step: FlowStep = await startFlow(home.ha.url, token, "pi_ups");
  while (step.type !== "create_entry") {
    if (Date.now() > deadline)
      throw new Trouble(`No agent knocked within ${timeoutMs / 1000} s: ${JSON.stringify(step)}`);
    if (step.type === "abort") throw new Trouble(`The Pi UPS config flow ended with "${step.reason}".`);
    if (step.type === "form") {
      const fields = step.data_schema ?? [];
      const input = Object.fromEntries(fields.map((field) => [field.name, agentId]));
      step = await continueFlow(home.ha.url, token, step.flow_id, input);
    } else {
      await sleep(300);
      const answer = await fetch(`${home.ha.url}/api/config/config_entries/flow/${step.flow_id}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      step = (await answer.json()) as FlowStep;
    }
  }
}

/** Saves the example dashboard and returns its path. `hours` shortens the card's trend: a demo has no yesterday. */
export function openDashboard(home: Home, hours?: number): Promise<string> {
  const config = exampleDashboard();
  if (hours === undefined) return saveDashboard(home.admin, "pi-ups", "Pi UPS", config);
  const text = JSON.stringify(config).replace('"device":"rack-pi"', `"device":"rack-pi","hours":${hours}`);
  return saveDashboard(home.admin, "pi-ups", "Pi UPS", JSON.parse(text));
}
