// From the address that a person writes in the configuration to the address of Home Assistant's WebSocket API.
import { UpsError } from "../core/ups-error.ts";

const apiPath = "/api/websocket";
const schemes: Readonly<Record<string, string>> = {
  "http:": "ws:",
  "https:": "wss:",
  "ws:": "ws:",
  "wss:": "wss:",
};

/**
 * `http://ha.local:8123` becomes `ws://ha.local:8123/api/websocket`; a base path (a reverse proxy's) is kept,
 * a user name, password, query and fragment are not.
 * @throws UpsError `PI_UPS_HA_URL_INVALID` with what was found and what is expected
 */
export function webSocketUrl(address: string): string {
  const url = parse(address);
  const scheme = schemes[url.protocol];
  if (scheme === undefined || url.hostname === "") throw invalid(address);
  const base = url.pathname.replace(/\/+$/, "");
  const path = base.endsWith(apiPath) ? base : `${base}${apiPath}`;
  return `${scheme}//${url.host}${path}`;
}

/** The address for messages and logs: without a user name, password, query or fragment. */
export function shownUrl(address: string): string {
  const url = parse(address);
  return `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, "")}`;
}

function parse(address: string): URL {
  if (!URL.canParse(address)) throw invalid(address);
  return new URL(address);
}

function invalid(address: string): UpsError {
  const shown = address.replace(/\/\/[^/@]*@/, "//***@");
  return new UpsError(
    "PI_UPS_HA_URL_INVALID",
    `home_assistant.url is "${shown}"; expected an address such as http://homeassistant.local:8123.`,
  );
}
