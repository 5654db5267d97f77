// Home Assistant's side of the wire as a script: a real WebSocket server that speaks its login and merged frames, and the
// integration's commands as test/contract describes them. It checks every message of ours against the schemas.
import type { AddressInfo, Socket } from "node:net";
import * as v from "valibot";
import type { WebSocket } from "ws";
import { WebSocketServer } from "ws";
import type { UpsEvent } from "../../../agent/src/protocol/events.ts";
import * as messages from "../../../agent/src/protocol/messages.ts";
import { example } from "./examples.ts";

export interface Received {
  readonly id: number;
  readonly type: string;
  readonly data: Record<string, unknown>;
  readonly atMs: number;
  readonly connection: number;
}

type Reply =
  | { readonly result: unknown }
  | { readonly error: { readonly code: string; readonly message: string } }
  | { readonly silence: true };

const schemas: Record<string, v.GenericSchema> = {
  [messages.commandTypes.connect]: messages.connectSchema,
  [messages.commandTypes.state]: messages.stateSchema,
  [messages.commandTypes.events]: messages.eventsSchema,
  [messages.commandTypes.ack]: messages.ackSchema,
  [messages.commandTypes.bye]: messages.byeSchema,
};

interface Line {
  readonly socket: WebSocket;
  readonly raw: Socket;
  readonly number: number;
  merged: boolean;
  lastId: number;
  /** Id of the `connect` subscription. */
  subscription: number | null;
  session: string | null;
}

export class FarEnd {
  token = "secret-token-of-the-test";
  /** What the integration says to a hello: `absent` is Home Assistant before the integration is loaded. */
  mood: "accept" | "pending" | "absent" | "quiet" | { readonly code: string; readonly message: string } =
    "accept";
  protocol = 1;
  haState = "RUNNING";
  components: string[] = ["frontend", "websocket_api"];
  installed = true;
  /** Overrides the answer to a command of ours; undefined: the usual one. */
  intercept: (message: Received) => Reply | undefined = () => undefined;
  /** Does not even offer a login. */
  mute = false;

  readonly received: Received[] = [];
  readonly violations: string[] = [];
  /** What Home Assistant has on disk, in the order of arrival. */
  readonly stored: UpsEvent[] = [];
  connections = 0;
  logins = 0;
  #server: WebSocketServer | null = null;
  readonly #lines = new Set<Line>();
  #sessions = 0;
  #waiters = new Set<() => void>();

  async start(port = 0): Promise<void> {
    const server = new WebSocketServer({ host: "127.0.0.1", port, path: "/api/websocket" });
    this.#server = server;
    server.on("connection", (socket, request) => this.#connected(socket, request.socket));
    await new Promise<void>((resolve, reject) => {
      server.once("listening", resolve);
      server.once("error", reject);
    });
  }

  get port(): number {
    if (this.#server === null) throw new Error("the far end is not started");
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get openSockets(): number {
    return this.#lines.size;
  }

  get storedSeq(): number {
    return Math.max(0, ...this.stored.map((event) => event.seq));
  }

  /** Ends like a process that was killed: sockets break, nobody listens any more. */
  async kill(): Promise<void> {
    for (const line of this.#lines) line.socket.terminate();
    const server = this.#server;
    this.#server = null;
    if (server !== null) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  dropSockets(): void {
    for (const line of this.#lines) line.socket.terminate();
  }

  /** The cable is pulled: no FIN, nothing is read, nothing is answered. */
  freeze(): void {
    for (const line of this.#lines) line.raw.pause();
  }

  /** Ends every session without a word, as an entry that is reloaded does. */
  forgetSessions(): void {
    for (const line of this.#lines) line.session = null;
  }

  /** Sends a message on the agent's subscription. */
  downstream(message: Record<string, unknown>): void {
    for (const line of this.#lines) {
      if (line.subscription !== null) this.#send(line, this.#event(line, message));
    }
  }

  accept(): void {
    for (const line of this.#lines) {
      if (line.subscription !== null) this.#send(line, this.#accepted(line));
    }
  }

  sendRaw(text: string): void {
    for (const line of this.#lines) line.socket.send(text);
  }

  of(type: keyof typeof messages.commandTypes): Received[] {
    return this.received.filter((message) => message.type === messages.commandTypes[type]);
  }

  /** Waits until `found` gives something; fails with `what` after `ms`. */
  async until<T>(what: string, found: () => T | undefined | false | null, ms = 20_000): Promise<T> {
    const end = performance.now() + ms;
    for (;;) {
      const value = found();
      if (value !== undefined && value !== false && value !== null) return value;
      if (performance.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, 10);
        const waiters = this.#waiters;
        function done() {
          clearTimeout(timer);
          waiters.delete(done);
          resolve();
        }
        waiters.add(done);
      });
    }
  }

  #connected(socket: WebSocket, raw: Socket): void {
    this.connections += 1;
    const line: Line = {
      socket,
      raw,
      number: this.connections,
      merged: false,
      lastId: 0,
      subscription: null,
      session: null,
    };
    this.#lines.add(line);
    socket.on("close", () => this.#lines.delete(line));
    socket.on("error", () => {});
    if (this.mute) return;
    socket.send(JSON.stringify({ type: "auth_required", ha_version: "2026.11.0" }));
    socket.once("message", (data) => this.#login(line, JSON.parse(data.toString())));
  }

  #login(line: Line, message: Record<string, unknown>): void {
    this.logins += 1;
    if (message["type"] !== "auth" || message["access_token"] !== this.token) {
      line.socket.send(JSON.stringify({ type: "auth_invalid", message: "Invalid access token or password" }));
      line.socket.close();
      return;
    }
    line.socket.on("message", (data) => {
      const parsed: unknown = JSON.parse(data.toString());
      for (const one of Array.isArray(parsed) ? parsed : [parsed]) this.#command(line, one);
    });
    line.socket.send(JSON.stringify({ type: "auth_ok", ha_version: "2026.11.0" }));
  }

  #command(line: Line, raw: { id: number; type: string; data?: Record<string, unknown> }): void {
    const { id, type, data = {} } = raw;
    if (id <= line.lastId) this.violations.push(`id ${id} after ${line.lastId}`);
    line.lastId = id;
    const message: Received = { id, type, data, atMs: performance.now(), connection: line.number };
    this.received.push(message);
    const schema = schemas[type];
    const parsed = schema === undefined ? null : v.safeParse(schema, data);
    if (parsed !== null && !parsed.success) {
      this.violations.push(`${type}: ${parsed.issues.map((issue) => issue.message).join("; ")}`);
    }
    this.#answer(line, message, raw);
    for (const wake of [...this.#waiters]) wake();
  }

  #answer(line: Line, message: Received, raw: Record<string, unknown>): void {
    const { id } = message;
    const reply = this.intercept(message) ?? this.#usual(line, message, raw);
    if ("silence" in reply) return;
    if ("error" in reply) this.#send(line, { id, type: "result", success: false, error: reply.error });
    else if (message.type === "ping") this.#send(line, { id, type: "pong" });
    else {
      const first = { id, type: "result", success: true, result: reply.result };
      const follow = message.type === messages.commandTypes.connect ? this.#welcome(line) : null;
      this.#send(line, first, ...(follow === null ? [] : [follow]));
    }
  }

  #usual(line: Line, message: Received, raw: Record<string, unknown>): Reply {
    switch (message.type) {
      case "supported_features":
        line.merged = true;
        return { result: null };
      case "ping":
        return { result: null };
      case "unsubscribe_events":
        if (raw["subscription"] === line.subscription) line.subscription = null;
        return { result: null };
      case "get_config":
        return { result: { state: this.haState, components: this.components, version: "2026.11.0" } };
      case "manifest/get":
        return this.installed
          ? { result: { domain: "pi_ups" } }
          : { error: { code: "not_found", message: "Integration not found" } };
      case messages.commandTypes.connect:
        return this.#connect(line, message);
      default:
        return message.type.startsWith("pi_ups/agent/") && this.mood !== "absent"
          ? this.#inSession(line, message)
          : { error: { code: "unknown_command", message: "Unknown command." } };
    }
  }

  #connect(line: Line, message: Received): Reply {
    if (this.mood === "absent") return { error: { code: "unknown_command", message: "Unknown command." } };
    if (typeof this.mood === "object") return { error: this.mood };
    line.subscription = message.id;
    line.session = null;
    return { result: null };
  }

  #welcome(line: Line): Record<string, unknown> | null {
    if (this.mood === "accept") return this.#accepted(line);
    if (this.mood === "pending") return this.#event(line, example("downstream", "pending"));
    return null;
  }

  #accepted(line: Line): Record<string, unknown> {
    this.#sessions += 1;
    line.session = `session-${this.#sessions}`;
    return this.#event(line, {
      ...example("downstream", "accepted"),
      session: line.session,
      protocol: this.protocol,
      last_seq: this.storedSeq,
    });
  }

  #inSession(line: Line, message: Received): Reply {
    if (line.session === null || message.data["session"] !== line.session) {
      return { error: { code: "PI_UPS_NO_SESSION", message: "Say hello again." } };
    }
    if (message.type !== messages.commandTypes.events) return { result: {} };
    for (const event of message.data["events"] as UpsEvent[]) {
      if (!this.stored.some((known) => known.seq === event.seq)) this.stored.push(event);
    }
    return { result: { acked_seq: this.storedSeq } };
  }

  #event(line: Line, event: Record<string, unknown>): Record<string, unknown> {
    return { id: line.subscription, type: "event", event };
  }

  #send(line: Line, ...all: readonly Record<string, unknown>[]): void {
    if (line.merged && all.length > 1) line.socket.send(JSON.stringify(all));
    else for (const one of all) line.socket.send(JSON.stringify(one));
  }
}
