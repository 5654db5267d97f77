// What demo, tests and bench ask of a real Home Assistant, behind one door: users and tokens, WebSocket commands, config
// flows, actions, states, dashboards.
import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "home-assistant-js-websocket";
import { Trouble } from "../lib/trouble.ts";
import { request, rest } from "./rest.ts";

export { connectTo } from "./connect.ts";
export { request, rest } from "./rest.ts";
export {
  browserTokens,
  type Credentials,
  createAgentUser,
  ensureOwner,
  login,
  longLivedToken,
  type NamedUser,
  type Tokens,
} from "./users.ts";

/** One step of a config flow, as the settings page sees it. */
export interface FlowStep {
  readonly flow_id: string;
  readonly type: string;
  readonly step_id?: string;
  readonly reason?: string;
  readonly errors?: Readonly<Record<string, string>> | null;
  readonly data_schema?: readonly { readonly name: string; readonly options?: unknown }[] | null;
  readonly description_placeholders?: Readonly<Record<string, string>> | null;
  readonly result?: { readonly entry_id: string };
}

const flows = "/api/config/config_entries/flow";

/** Begins to add an integration, as an admin does from the settings page. */
export async function startFlow(url: string, token: string, handler: string): Promise<FlowStep> {
  return (await rest(url, token, flows, { handler, show_advanced_options: false })) as FlowStep;
}

/** Looks where a flow is, without moving it. */
export async function flowStep(url: string, token: string, flowId: string): Promise<FlowStep> {
  return (await request(url, `${flows}/${flowId}`, { token })) as FlowStep;
}

/** Answers a flow's form. */
export async function continueFlow(
  url: string,
  token: string,
  flowId: string,
  input: unknown = {},
): Promise<FlowStep> {
  return (await rest(url, token, `${flows}/${flowId}`, input)) as FlowStep;
}

/** Removes a config entry. */
export async function removeEntry(url: string, token: string, entryId: string): Promise<void> {
  await request(url, `/api/config/config_entries/entry/${entryId}`, { method: "DELETE", token });
}

/** Calls an action (`pi_ups.shutdown`) and returns its response when it has one. Rejects when the action fails. */
export async function callAction(
  connection: Connection,
  action: `${string}.${string}`,
  data: Readonly<Record<string, unknown>> = {},
  target: Readonly<Record<string, unknown>> = {},
): Promise<unknown> {
  const [domain, service] = action.split(".");
  const answer = await connection.sendMessagePromise<{ readonly response?: unknown }>({
    type: "call_service",
    domain,
    service,
    service_data: data,
    target,
  });
  return answer.response ?? null;
}

/** Makes (or replaces) a dashboard of the sidebar and returns its path. */
export async function saveDashboard(
  admin: Connection,
  urlPath: string,
  title: string,
  config: unknown,
): Promise<string> {
  const list = await admin.sendMessagePromise<readonly { readonly url_path: string }[]>({
    type: "lovelace/dashboards/list",
  });
  if (!list.some((one) => one.url_path === urlPath)) {
    await admin.sendMessagePromise({
      type: "lovelace/dashboards/create",
      url_path: urlPath,
      title,
      mode: "storage",
      show_in_sidebar: true,
      require_admin: false,
    });
  }
  await admin.sendMessagePromise({ type: "lovelace/config/save", url_path: urlPath, config });
  return `/${urlPath}`;
}

/** Hides a repair issue that is no news, such as the one about how this Home Assistant was installed. */
export async function ignoreIssue(admin: Connection, domain: string, issueId: string): Promise<void> {
  const { issues } = await admin.sendMessagePromise<{
    readonly issues: readonly { readonly domain: string; readonly issue_id: string }[];
  }>({ type: "repairs/list_issues" });
  if (!issues.some((issue) => issue.domain === domain && issue.issue_id === issueId)) return;
  await admin.sendMessagePromise({ type: "repairs/ignore_issue", domain, issue_id: issueId, ignore: true });
}

export interface HaState {
  readonly entity_id: string;
  readonly state: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly last_changed: string;
  readonly last_updated: string;
}

/** All states at this moment. */
export async function states(connection: Connection): Promise<readonly HaState[]> {
  return await connection.sendMessagePromise<readonly HaState[]>({ type: "get_states" });
}

/** One entity's state at this moment, or null when it does not exist. */
export async function stateOf(connection: Connection, entityId: string): Promise<HaState | null> {
  return (await states(connection)).find((one) => one.entity_id === entityId) ?? null;
}

/** Waits until the entity's state is as wanted; the sentence when it never is says what it was last. */
export async function waitForState(
  connection: Connection,
  entityId: string,
  wanted: string | ((state: HaState) => boolean),
  timeoutMs = 15_000,
): Promise<HaState> {
  let last: HaState | null = null;
  const good = (state: HaState) => (typeof wanted === "string" ? state.state === wanted : wanted(state));
  try {
    return await waitFor(entityId, timeoutMs, async () => {
      last = await stateOf(connection, entityId);
      return last !== null && good(last) ? last : null;
    });
  } catch (cause) {
    const what = typeof wanted === "string" ? `"${wanted}"` : "the wanted state";
    const seen = last === null ? "it does not exist" : `it is "${(last as HaState).state}"`;
    throw new Trouble(`Waited ${timeoutMs / 1000} s for ${entityId} to be ${what}; ${seen}.`, { cause });
  }
}

/** Waits until `probe` gives a value that is not null; says what was waited for when it never does. */
export async function waitFor<T>(
  what: string,
  timeoutMs: number,
  probe: () => Promise<T | null> | T | null,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value !== null) return value;
    if (Date.now() > deadline) throw new Trouble(`Waited ${timeoutMs / 1000} s in vain for ${what}.`);
    await sleep(100);
  }
}
