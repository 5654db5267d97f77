// The message socket over the `ws` library. Node has a WebSocket of its own, but that one loads the whole HTTP client behind
// `fetch` (7 MB more resident memory on a Pi) and cannot be ended hard, which a dead link needs.
import type { IncomingMessage } from "node:http";
import { WebSocket } from "ws";
import type { MessageSocket, SocketEnd, SocketHandlers } from "../ports/message-socket.ts";

/** Far above what Home Assistant sends us; a stranger on that port cannot fill the memory. */
const maxPayloadBytes = 4 * 1024 * 1024;

/**
 * Opens a WebSocket without compression (our messages are small, and zlib costs memory and latency).
 * TCP_NODELAY is on: `ws` sets it for every socket, so an edge leaves at once.
 * @param url `ws://` or `wss://`; an impossible one arrives as `onEnd` too
 */
export function createSocket(url: string, handlers: SocketHandlers): MessageSocket {
  let socket: WebSocket;
  try {
    socket = new WebSocket(url, {
      perMessageDeflate: false,
      maxPayload: maxPayloadBytes,
      followRedirects: false,
    });
  } catch (error) {
    queueMicrotask(() => handlers.onEnd(describe(error)));
    return deadSocket;
  }
  let end: SocketEnd | null = null;
  socket.on("open", () => handlers.onOpen());
  socket.on("message", (data, isBinary) => {
    if (!isBinary) handlers.onMessage(data.toString());
  });
  socket.on("unexpected-response", (_request, response) => {
    end ??= describeResponse(response);
    socket.terminate();
  });
  socket.on("error", (error) => {
    end ??= describe(error);
  });
  socket.on("close", (code, reason) => {
    handlers.onEnd(end ?? { code: `close ${code}`, message: reason.toString() || closeMeaning(code) });
  });
  return {
    get open() {
      return socket.readyState === socket.OPEN;
    },
    send: (text) => socket.send(text, ignore),
    close: () => socket.close(1000),
    terminate: () => socket.terminate(),
  };
}

const deadSocket: MessageSocket = { open: false, send: ignore, close: ignore, terminate: ignore };

/** A failed send shows itself as the end of the socket; the callback only keeps `ws` from throwing. */
function ignore(): void {}

function describe(error: unknown): SocketEnd {
  const inner = error instanceof AggregateError ? error.errors[0] : error;
  if (!(inner instanceof Error)) return { code: "unknown", message: String(inner) };
  const code = "code" in inner && typeof inner.code === "string" ? inner.code : inner.name;
  return { code, message: inner.message };
}

function describeResponse(response: IncomingMessage): SocketEnd {
  const target = response.headers.location;
  const where = target === undefined ? "" : `, redirected to ${target}`;
  return {
    code: `http ${response.statusCode ?? 0}`,
    message: `HTTP status ${response.statusCode ?? 0} ${response.statusMessage ?? ""}${where}`.trim(),
  };
}

function closeMeaning(code: number): string {
  return code === 1006 ? "the connection broke without a goodbye" : `the other side closed (code ${code})`;
}
