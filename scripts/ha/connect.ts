// WebSocket connections to a real Home Assistant, as demo, tests and bench use them.
import {
  type Connection,
  createConnection,
  createLongLivedTokenAuth,
  type HaWebSocket,
} from "home-assistant-js-websocket";
import WebSocket from "ws";
import { Trouble } from "../lib/trouble.ts";

const patienceMs = 10_000;

/** Logs in on a new socket and gives it over in the state in which the library wants it. */
function authenticated(url: string, token: string): Promise<HaWebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace(/^http/, "ws")}/api/websocket`, { perMessageDeflate: false });
    const fail = (why: string) => {
      clearTimeout(late);
      socket.removeAllListeners();
      socket.on("error", () => undefined);
      socket.terminate();
      reject(new Trouble(`No WebSocket connection to Home Assistant at ${url}: ${why}.`));
    };
    const late = setTimeout(() => fail(`no answer within ${patienceMs / 1000} s`), patienceMs);
    socket.on("error", (error) => fail(error.message));
    socket.on("close", () => fail("it closed the connection"));
    socket.on("message", (raw) => {
      const message = JSON.parse(String(raw)) as { readonly type: string; readonly ha_version?: string };
      if (message.type === "auth_required")
        socket.send(JSON.stringify({ type: "auth", access_token: token }));
      if (message.type === "auth_invalid") fail("it refused the token");
      if (message.type !== "auth_ok") return;
      clearTimeout(late);
      socket.removeAllListeners();
      // A later error is followed by `close`, to which the library listens; without a listener it would end the process.
      socket.on("error", () => undefined);
      resolve(Object.assign(socket, { haVersion: message.ha_version ?? "" }) as unknown as HaWebSocket);
    });
  });
}

/** Opens a connection as the token's user. It reconnects by itself until `.close()`. */
export function connectTo(url: string, token: string): Promise<Connection> {
  return createConnection({
    auth: createLongLivedTokenAuth(url, token),
    createSocket: () => authenticated(url, token),
  });
}
