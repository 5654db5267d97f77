// Home Assistant's HTTP API, with a sentence when it says no.
import { Trouble } from "../lib/trouble.ts";

export interface RestOptions {
  readonly method?: "GET" | "POST" | "DELETE";
  /** JSON, or a form when it is `URLSearchParams`. */
  readonly body?: unknown;
  readonly token?: string;
}

/** One request; the answer's JSON, or null when it is empty. Anything but 2xx is `Trouble`. */
export async function request(url: string, path: string, options: RestOptions = {}): Promise<unknown> {
  const { body, token, method = body === undefined ? "GET" : "POST" } = options;
  const form = body instanceof URLSearchParams;
  const headers = {
    ...(body === undefined || form ? {} : { "content-type": "application/json" }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const init = body === undefined ? {} : { body: form ? body : JSON.stringify(body) };
  const answer = await fetch(`${url}${path}`, { method, headers, ...init }).catch((cause: unknown) => {
    throw new Trouble(`Home Assistant at ${url} does not answer ${method} ${path}.`, { cause });
  });
  const text = await answer.text();
  if (!answer.ok)
    throw new Trouble(`Home Assistant answered ${answer.status} to ${method} ${path}: ${text.slice(0, 300)}`);
  return text === "" ? null : JSON.parse(text);
}

/** POST to Home Assistant's REST API as the token's user. */
export function rest(url: string, token: string, path: string, body: unknown): Promise<unknown> {
  return request(url, path, { body, token });
}
