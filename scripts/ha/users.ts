// Users of a real Home Assistant: the owner by onboarding, the agent's user without admin rights, and their tokens.
import type { Connection } from "home-assistant-js-websocket";
import { Trouble } from "../lib/trouble.ts";
import { connectTo } from "./connect.ts";
import { request } from "./rest.ts";

/** Answer of /auth/token: the access token is good for 30 minutes. */
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

export interface NamedUser extends Credentials {
  readonly name: string;
}

async function exchange(url: string, code: string): Promise<Tokens> {
  const body = new URLSearchParams({ grant_type: "authorization_code", code, client_id: `${url}/` });
  return (await request(url, "/auth/token", { body })) as Tokens;
}

/** Steps of the onboarding that are left. Once it was finished before a start, its pages are gone (404). */
async function stepsLeft(url: string): Promise<readonly string[]> {
  const answer = await fetch(`${url}/api/onboarding`);
  if (answer.status === 404) return [];
  const steps = (await answer.json()) as readonly { readonly step: string; readonly done: boolean }[];
  return steps.filter((step) => !step.done).map((step) => step.step);
}

/** Makes the owner through the onboarding; afterwards, and on a later start, logs in. */
export async function ensureOwner(url: string, owner: NamedUser): Promise<Tokens> {
  const left = await stepsLeft(url);
  if (!left.includes("user")) return await login(url, owner);
  const client_id = `${url}/`;
  const { name, username, password } = owner;
  const created = (await request(url, "/api/onboarding/users", {
    body: { name, username, password, client_id, language: "en" },
  })) as { readonly auth_code: string };
  const tokens = await exchange(url, created.auth_code);
  for (const step of left.filter((one) => one !== "user")) {
    const body = step === "integration" ? { client_id, redirect_uri: client_id } : {};
    await request(url, `/api/onboarding/${step}`, { body, token: tokens.access_token });
  }
  return tokens;
}

/** Logs a user in as a browser does. */
export async function login(url: string, { username, password }: Credentials): Promise<Tokens> {
  const client_id = `${url}/`;
  const flow = (await request(url, "/auth/login_flow", {
    body: { client_id, handler: ["homeassistant", null], redirect_uri: client_id },
  })) as { readonly flow_id: string };
  const done = (await request(url, `/auth/login_flow/${flow.flow_id}`, {
    body: { username, password, client_id },
  })) as { readonly result?: string; readonly errors?: unknown };
  if (done.result === undefined)
    throw new Trouble(`Home Assistant does not let ${username} in: ${JSON.stringify(done.errors)}.`);
  return await exchange(url, done.result);
}

/**
 * What Home Assistant's page keeps in the browser's `localStorage["hassTokens"]`: written before the first load, the
 * page opens without a login form.
 */
export function browserTokens(url: string, tokens: Tokens): string {
  return JSON.stringify({
    ...tokens,
    hassUrl: url,
    clientId: `${url}/`,
    expires: Date.now() + tokens.expires_in * 1000,
  });
}

/** Logs in and mints a token for a program, good for ten years. */
export async function longLivedToken(url: string, user: Credentials): Promise<string> {
  const tokens = await login(url, user);
  const own = await connectTo(url, tokens.access_token);
  try {
    return await own.sendMessagePromise<string>({
      type: "auth/long_lived_access_token",
      // Home Assistant wants a name that this user has not used before.
      client_name: `pi-ups ${Date.now()}`,
      lifespan: 3650,
    });
  } finally {
    own.close();
  }
}

/** Creates a user without admin rights and returns a long-lived token of it. `admin` is an admin's connection. */
export async function createAgentUser(
  url: string,
  admin: Connection,
  { name, username, password }: NamedUser,
): Promise<{ readonly userId: string; readonly token: string }> {
  const { user } = await admin.sendMessagePromise<{ readonly user: { readonly id: string } }>({
    type: "config/auth/create",
    name,
    group_ids: ["system-users"],
  });
  await admin.sendMessagePromise({
    type: "config/auth_provider/homeassistant/create",
    user_id: user.id,
    username,
    password,
  });
  return { userId: user.id, token: await longLivedToken(url, { username, password }) };
}
