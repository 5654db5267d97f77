// The socket in the shape that home-assistant-js-websocket expects (a browser's WebSocket), over our own port.
// It stands between the two so that a listener that throws - on text that is not JSON, say - ends the link and not the process.
import type { HaWebSocket } from "home-assistant-js-websocket";
import type { MessageSocket } from "../ports/message-socket.ts";

type Listener = (event: { readonly data?: string }) => unknown;

export interface LibrarySocket {
  /** Give this to the library's `Connection`. */
  readonly socket: HaWebSocket;
  /** Passes a message on. False: the library could not read it. */
  deliver(text: string): boolean;
  /** Tells the library that the socket is gone; it then rejects whatever waits for an answer. */
  closed(): void;
}

const open = 1;
const closed = 3;

export function librarySocket(inner: MessageSocket, haVersion: string): LibrarySocket {
  const listeners = new Map<string, Set<Listener>>();
  let gone = false;
  const facade = {
    haVersion,
    OPEN: open,
    get readyState() {
      return !gone && inner.open ? open : closed;
    },
    addEventListener(type: string, listener: Listener) {
      const known = listeners.get(type) ?? new Set();
      listeners.set(type, known.add(listener));
    },
    removeEventListener(type: string, listener: Listener) {
      listeners.get(type)?.delete(listener);
    },
    send: (text: string) => inner.send(text),
    /** Closing is the wire's business. */
    close() {},
  };
  const emit = (type: string, event: { readonly data?: string }) => {
    for (const listener of listeners.get(type) ?? []) listener(event);
  };
  return {
    // The library uses only the members above; its type is the whole browser interface.
    socket: facade as unknown as HaWebSocket,
    deliver(text) {
      try {
        emit("message", { data: text });
        return true;
      } catch {
        return false;
      }
    },
    closed() {
      gone = true;
      emit("close", {});
    },
  };
}
