// What demo, tests and bench ask of a real Home Assistant: users and tokens, WebSocket commands, flows, dashboards.
import { setTimeout as sleep } from "node:timers/promises";
import {
  type Connection,
  createConnection,
  createLongLivedTokenAuth,
  ERR_CANNOT_CONNECT,
  type HaWebSocket,
} from "home-assistant-js-websocket";
import WebSocket from "ws";
import { Trouble } from "../lib/trouble.ts";

/** Answer of /auth/token. */
export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly expires_in: number;
  readonly token_type: string;
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

async function post(url: string, path: string, body: unknown, token?: string): Promise<unknown> {
  const answer = await fetch(`${url}${path}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok)
    throw new Trouble(`Home Assistant answered ${answer.status} to POST ${path}: ${text.slice(0, 300)}`);
  return text === "" ? null : JSON.parse(text);
}

/** POST to Home Assistant's REST API as the token's user. */
export function rest(url: string, token: string, path: string, body: unknown): Promise<unknown> {
  return post(url, path, body, token);
}

async function exchange(url: string, code: string): Promise<Tokens> {
  const answer = await fetch(`${url}/auth/token`, {
    method: "POST",
    body: new URLSearchParams({ grant_type: "authorization_code", code, client_id: `${url}/` }),
  });
  if (!answer.ok) throw new Trouble(`Home Assistant gave no token: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Tokens;
}

/** True once the first user exists. After a later start the onboarding pages are gone (404). */
async function onboarded(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/api/onboarding`);
  if (answer.status === 404) return true;
  const steps = (await answer.json()) as readonly { step: string; done: boolean }[];
  return steps.find((step) => step.step === "user")?.done === true;
}

/** Walks through the onboarding with the given owner; afterwards (and on a later start) logs in. */
export async function ensureOwner(
  url: string,
  owner: Credentials & { readonly name: string },
): Promise<Tokens> {
  if (await onboarded(url)) return await login(url, owner);
  const created = (await post(url, "/api/onboarding/users", {
    ...owner,
    client_id: `${url}/`,
    language: "en",
  })) as {
    auth_code: string;
  };
  const tokens = await exchange(url, created.auth_code);
  await post(url, "/api/onboarding/core_config", {}, tokens.access_token);
  await post(url, "/api/onboarding/analytics", {}, tokens.access_token);
  await post(
    url,
    "/api/onboarding/integration",
    { client_id: `${url}/`, redirect_uri: `${url}/` },
    tokens.access_token,
  );
  return tokens;
}

/** Logs a user in as a browser does. */
export async function login(url: string, user: Credentials): Promise<Tokens> {
  const flow = (await post(url, "/auth/login_flow", {
    client_id: `${url}/`,
    handler: ["homeassistant", null],
    redirect_uri: `${url}/`,
  })) as { flow_id: string };
  const done = (await post(url, `/auth/login_flow/${flow.flow_id}`, {
    username: user.username,
    password: user.password,
    client_id: `${url}/`,
  })) as {
    type: string;
    result?: string;
  };
  if (done.result === undefined)
    throw new Trouble(`Home Assistant does not let ${user.username} in: ${JSON.stringify(done)}`);
  return await exchange(url, done.result);
}

/** Opens a WebSocket connection as the token's user. Close it with `.close()`. */
export function connectTo(url: string, token: string): Promise<Connection> {
  const auth = createLongLivedTokenAuth(url, token);
  const createSocket = (): Promise<HaWebSocket> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`${url.replace(/^http/, "ws")}/api/websocket`, {
        perMessageDeflate: false,
      });
      socket.on("error", () => reject(ERR_CANNOT_CONNECT));
      socket.on("message", (raw) => {
        const message = JSON.parse(String(raw)) as { type: string; ha_version?: string };
        if (message.type === "auth_required")
          socket.send(JSON.stringify({ type: "auth", access_token: token }));
        if (message.type === "auth_invalid") reject(new Trouble("Home Assistant refused the token."));
        if (message.type === "auth_ok") {
          socket.removeAllListeners("message");
          resolve(Object.assign(socket, { haVersion: message.ha_version ?? "" }) as unknown as HaWebSocket);
        }
      });
    });
  return createConnection({ auth, createSocket });
}

/** Creates a user without admin rights and returns a long-lived token of it. `admin` is an admin's connection. */
export async function createAgentUser(
  url: string,
  admin: Connection,
  user: Credentials & { readonly name: string },
): Promise<{ readonly userId: string; readonly token: string }> {
  const { user: created } = await admin.sendMessagePromise<{ user: { id: string } }>({
    type: "config/auth/create",
    name: user.name,
    group_ids: ["system-users"],
  });
  await admin.sendMessagePromise({
    type: "config/auth_provider/homeassistant/create",
    user_id: created.id,
    username: user.username,
    password: user.password,
  });
  return { userId: created.id, token: await longLivedToken(url, user) };
}

/** Logs in and mints a token for a program. */
export async function longLivedToken(url: string, user: Credentials): Promise<string> {
  const tokens = await login(url, user);
  const own = await connectTo(url, tokens.access_token);
  try {
    return await own.sendMessagePromise<string>({
      type: "auth/long_lived_access_token",
      client_name: `pi-ups ${Date.now()}`,
      lifespan: 3650,
    });
  } finally {
    own.close();
  }
}

/** One step of a config flow, as the settings page sees it. */
export interface FlowStep {
  readonly flow_id: string;
  readonly type: string;
  readonly step_id?: string;
  readonly reason?: string;
  readonly errors?: Readonly<Record<string, string>>;
  readonly data_schema?: readonly { readonly name: string; readonly options?: unknown }[];
  readonly result?: { readonly entry_id: string };
}

export async function startFlow(url: string, token: string, handler: string): Promise<FlowStep> {
  return (await rest(url, token, "/api/config/config_entries/flow", {
    handler,
    show_advanced_options: false,
  })) as FlowStep;
}

export async function continueFlow(
  url: string,
  token: string,
  flowId: string,
  input: unknown = {},
): Promise<FlowStep> {
  return (await rest(url, token, `/api/config/config_entries/flow/${flowId}`, input)) as FlowStep;
}

/** Makes (or replaces) a dashboard of the sidebar and returns its path. */
export async function saveDashboard(
  admin: Connection,
  urlPath: string,
  title: string,
  config: unknown,
): Promise<string> {
  const list = await admin.sendMessagePromise<readonly { url_path: string }[]>({
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

export interface HaState {
  readonly entity_id: string;
  readonly state: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly last_changed: string;
}

export async function states(connection: Connection): Promise<readonly HaState[]> {
  return await connection.sendMessagePromise<readonly HaState[]>({ type: "get_states" });
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
