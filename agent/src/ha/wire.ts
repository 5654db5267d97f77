// One logged-in socket to Home Assistant, from opening to its end: requests that always get an answer (or say why not),
// the subscription, and a watch that ends a socket on which nobody answers.
//
// home-assistant-js-websocket does the message ids, the table of open requests, subscriptions and merged frames. Its own
// reconnect is not used: it has no time limit, waits at most 5 s however often it failed, gives up on a wrong token, and
// re-sends subscriptions without catching the refusal, which would end the process while Home Assistant boots. So there is
// one `Connection` per socket, made after our own login, and told that its end is wanted before it learns of the end.
import { Connection } from "home-assistant-js-websocket";
import type { CreateSocket, MessageSocket, SocketEnd } from "../ports/message-socket.ts";
import type { Clock, Log } from "../ports/ports.ts";
import { guarded } from "./guarded.ts";
import { Handshake } from "./handshake.ts";
import type { LibrarySocket } from "./library-socket.ts";
import { librarySocket } from "./library-socket.ts";
import type { LinkTimings } from "./timings.ts";
import type { Trouble } from "./trouble.ts";
import { explainEnd, garbled, silent } from "./trouble.ts";

export type WireResult =
  | { readonly ok: true; readonly value: unknown }
  /** `code` is Home Assistant's, or `lost` when the socket ended first. */
  | { readonly ok: false; readonly code: string; readonly message: string };

export interface WireMessage {
  readonly type: string;
  readonly [key: string]: unknown;
}

export interface Wire {
  /** Sends at once when the socket is ready. `onResult` is called exactly once; no answer in `limitMs` ends the wire. */
  request(message: WireMessage, onResult: (result: WireResult) => void, limitMs?: number): void;
  /** As `request`; later messages of the subscription go to `onEvent`. An earlier subscription is given up first. */
  subscribe(
    message: WireMessage,
    onEvent: (event: unknown) => void,
    onResult: (result: WireResult) => void,
  ): void;
  /** Politely, within `timings.closeMs`. */
  close(): void;
  /** At once. After it nothing is called any more but the open requests' `onResult`. */
  terminate(): void;
}

export interface WireDeps {
  readonly url: string;
  /** Safe to show. */
  readonly shownUrl: string;
  readonly token: { reveal(): string };
  readonly createSocket: CreateSocket;
  readonly clock: Clock;
  readonly log: Log;
  readonly timings: LinkTimings;
  /** Logged in. */
  onReady(haVersion: string): void;
  /** Exactly once, unless `terminate` was called. */
  onEnd(trouble: Trouble): void;
}

type Settle = (result: WireResult) => void;

const lost: WireResult = { ok: false, code: "lost", message: "the connection ended" };

/** Opens a socket, logs in, and calls `onReady`. */
export function openWire(deps: WireDeps): Wire {
  const wire = new SocketWire(deps);
  wire.open();
  return wire;
}

class SocketWire implements Wire {
  readonly #deps: WireDeps;
  readonly #handshake: Handshake;
  readonly #waiting = new Set<Settle>();
  #socket: MessageSocket | null = null;
  #library: { readonly connection: Connection; readonly socket: LibrarySocket } | null = null;
  #giveUpSubscription: (() => Promise<void>) | null = null;
  #cancelPing = () => {};
  #cancelClose = () => {};
  #over = false;

  constructor(deps: WireDeps) {
    this.#deps = deps;
    this.#handshake = new Handshake({
      clock: deps.clock,
      timings: deps.timings,
      token: deps.token,
      url: deps.shownUrl,
      send: (text) => this.#socket?.send(text),
      onDone: (haVersion) => this.#ready(haVersion),
      onTrouble: (trouble) => this.#end(trouble),
    });
  }

  open(): void {
    this.#handshake.begin();
    this.#socket = this.#deps.createSocket(this.#deps.url, {
      onOpen: () => this.#handshake.opened(),
      onMessage: (text) => this.#received(text),
      onEnd: (end) => this.#ended(end),
    });
  }

  request(message: WireMessage, onResult: Settle, limitMs = this.#deps.timings.answerMs): void {
    if (this.#over || this.#library === null) {
      guarded(this.#deps.log, () => onResult(lost));
      return;
    }
    this.#restPing();
    const settle = this.#tracked(onResult, limitMs);
    this.#library.connection
      .sendMessagePromise({ ...message })
      .then((value) => settle({ ok: true, value }))
      .catch((error: unknown) => settle(failure(error)));
  }

  subscribe(message: WireMessage, onEvent: (event: unknown) => void, onResult: Settle): void {
    if (this.#over || this.#library === null) {
      guarded(this.#deps.log, () => onResult(lost));
      return;
    }
    this.#restPing();
    this.#giveUpSubscription?.().catch(() => {});
    this.#giveUpSubscription = null;
    const settle = this.#tracked(onResult, this.#deps.timings.answerMs);
    const deliver = (event: unknown) => {
      if (!this.#over) guarded(this.#deps.log, () => onEvent(event));
    };
    this.#library.connection
      .subscribeMessage(deliver, { ...message }, { resubscribe: false })
      .then((giveUp) => {
        this.#giveUpSubscription = giveUp;
        settle({ ok: true, value: null });
      })
      .catch((error: unknown) => settle(failure(error)));
  }

  close(): void {
    if (this.#over) return;
    this.#socket?.close();
    this.#cancelClose = this.#deps.clock.after(this.#deps.timings.closeMs, () =>
      this.#ended({ code: "close", message: "the other side did not answer the close" }),
    );
  }

  terminate(): void {
    if (this.#over) return;
    this.#over = true;
    this.#cancelPing();
    this.#cancelClose();
    this.#handshake.end();
    this.#socket?.terminate();
    this.#library?.connection.close();
    this.#library?.socket.closed();
    for (const settle of [...this.#waiting]) settle(lost);
  }

  #end(trouble: Trouble): void {
    if (this.#over) return;
    this.terminate();
    this.#deps.onEnd(trouble);
  }

  #ended(end: SocketEnd): void {
    this.#end(explainEnd(end, this.#deps.shownUrl, this.#library !== null));
  }

  #received(text: string): void {
    if (this.#over) return;
    if (this.#library === null) this.#handshake.message(text);
    else if (!this.#library.socket.deliver(text)) {
      this.#end(garbled(this.#deps.shownUrl, "a message that cannot be read"));
    }
  }

  #ready(haVersion: string): void {
    if (this.#socket === null) return;
    const socket = librarySocket(this.#socket, haVersion);
    const noSecond = () => Promise.reject(new Error("a wire has one socket"));
    const connection = new Connection(socket.socket, { setupRetry: 0, createSocket: noSecond });
    this.#library = { connection, socket };
    this.#restPing();
    this.#deps.onReady(haVersion);
  }

  #restPing(): void {
    this.#cancelPing();
    this.#cancelPing = this.#deps.clock.after(this.#deps.timings.idlePingMs, () =>
      this.request({ type: "ping" }, () => {}),
    );
  }

  /** No answer in time means that nobody is there: the socket is ended hard, because a polite close would wait too. */
  #tracked(onResult: Settle, limitMs: number): Settle {
    const settle: Settle = (result) => {
      if (!this.#waiting.delete(settle)) return;
      cancel();
      guarded(this.#deps.log, () => onResult(result));
    };
    const cancel = this.#deps.clock.after(limitMs, () => this.#end(silent(this.#deps.shownUrl, limitMs)));
    this.#waiting.add(settle);
    return settle;
  }
}

/** Home Assistant's `{code, message}`, or the library's number for a lost connection. */
function failure(error: unknown): WireResult {
  if (typeof error === "object" && error !== null && "code" in error && typeof error.code === "string") {
    const message = "message" in error ? String(error.message) : "";
    return { ok: false, code: error.code, message };
  }
  return lost;
}
