// Home Assistant's login on a fresh socket: auth_required -> auth -> auth_ok, with time limits, which the library does not have.
// Facts: developers.home-assistant.io, docs/api/websocket.md; home-assistant-js-websocket lib/socket.ts.
import type { Clock } from "../ports/ports.ts";
import type { LinkTimings } from "./timings.ts";
import type { Trouble } from "./trouble.ts";
import { authInvalid, garbled, noAnswer, tokenUnreadable } from "./trouble.ts";

export interface HandshakeDeps {
  readonly clock: Clock;
  readonly timings: LinkTimings;
  readonly token: { reveal(): string };
  /** Safe to show. */
  readonly url: string;
  send(text: string): void;
  onDone(haVersion: string): void;
  onTrouble(trouble: Trouble): void;
}

/** Merges messages that Home Assistant has ready at the same moment into one frame; always id 1. */
const supportedFeatures = { type: "supported_features", id: 1, features: { coalesce_messages: 1 } };

export class Handshake {
  readonly #deps: HandshakeDeps;
  #over = false;
  #cancelLimit = () => {};

  constructor(deps: HandshakeDeps) {
    this.#deps = deps;
  }

  /** The socket is being opened. */
  begin(): void {
    this.#limit("did not answer the connection", this.#deps.timings.connectMs);
  }

  /** The socket is open. */
  opened(): void {
    if (!this.#over) this.#limit("did not finish the login", this.#deps.timings.authMs);
  }

  message(text: string): void {
    if (this.#over) return;
    const message = parseObject(text);
    switch (message?.["type"]) {
      case "auth_required":
        this.#sendToken();
        break;
      case "auth_ok":
        this.end();
        this.#deps.send(JSON.stringify(supportedFeatures));
        this.#deps.onDone(String(message["ha_version"] ?? ""));
        break;
      case "auth_invalid":
        this.#fail(authInvalid(this.#deps.url));
        break;
      default:
        this.#fail(garbled(this.#deps.url, "it offers no login"));
    }
  }

  /** Stops the time limits; nothing is called any more. */
  end(): void {
    this.#over = true;
    this.#cancelLimit();
  }

  #limit(what: string, ms: number): void {
    this.#cancelLimit();
    this.#cancelLimit = this.#deps.clock.after(ms, () => this.#fail(noAnswer(what, this.#deps.url, ms)));
  }

  #fail(trouble: Trouble): void {
    if (this.#over) return;
    this.end();
    this.#deps.onTrouble(trouble);
  }

  #sendToken(): void {
    const token = revealed(this.#deps.token);
    if (token.ok) this.#deps.send(JSON.stringify({ type: "auth", access_token: token.value }));
    else this.#fail(tokenUnreadable(token.code));
  }
}

function revealed(token: {
  reveal(): string;
}): { readonly ok: true; readonly value: string } | { readonly ok: false; readonly code: string } {
  try {
    return { ok: true, value: token.reveal() };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    return { ok: false, code };
  }
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
