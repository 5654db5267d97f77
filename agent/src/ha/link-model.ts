// The words of the link's state machine: its phases, what can happen to it, and what it can ask for.
// `attempt` and `hello` number sockets and hellos, so that a late word from an earlier one changes nothing.
import type { LogLevel } from "../ports/ports.ts";
import type { Downstream } from "../protocol/messages.ts";
import type { Finding, Trouble } from "./trouble.ts";

export type LinkPhase =
  | { readonly kind: "off" }
  /** A socket is being opened and logged in. */
  | { readonly kind: "connecting" }
  /** No socket; the next attempt comes with `wake`. */
  | { readonly kind: "resting" }
  /** Hello was said and not yet answered by `accepted` or `pending`. */
  | { readonly kind: "greeting" }
  /** Hello was refused; the next one comes with `wake`, on the same socket. */
  | { readonly kind: "holding" }
  /** Subscribed; a person must confirm the agent, or the entry was removed. */
  | { readonly kind: "pending" }
  /** `proven`: Home Assistant has answered a message of this session. */
  | { readonly kind: "open"; readonly session: string; readonly sinceMs: number; readonly proven: boolean }
  /** Goodbye was said; the socket stays until `stop`. */
  | { readonly kind: "farewell" }
  /** Another agent with our id took over: silence until `start`. */
  | { readonly kind: "replaced" };

export interface LinkModel {
  readonly phase: LinkPhase;
  readonly attempt: number;
  readonly hello: number;
  /** Attempts since something last worked. */
  readonly tries: number;
  /** Hellos in a row that the integration was not there for. */
  readonly missing: number;
  /** What stands between us and a session, for the status. */
  readonly trouble: Trouble | null;
  /** Code of the trouble that was logged last, so that each is logged once. */
  readonly said: string | null;
}

export type Accepted = Extract<Downstream, { readonly event: "accepted" }>;

export type LinkInput =
  | { readonly type: "start" }
  | { readonly type: "stop" }
  | { readonly type: "said_bye" }
  | { readonly type: "wake" }
  | { readonly type: "socket_ready"; readonly attempt: number }
  | { readonly type: "socket_ended"; readonly attempt: number; readonly trouble: Trouble }
  | {
      readonly type: "hello_refused";
      readonly attempt: number;
      readonly hello: number;
      readonly code: string;
      readonly message: string;
    }
  | {
      readonly type: "downstream";
      readonly attempt: number;
      readonly hello: number;
      /** Commands go to the app, not here. */
      readonly message: Exclude<Downstream, { readonly event: "command" }>;
      /** Unix ms. */
      readonly atMs: number;
    }
  | { readonly type: "probed"; readonly attempt: number; readonly finding: Finding }
  | { readonly type: "proven"; readonly session: string }
  | { readonly type: "no_session"; readonly session: string };

export type LinkEffect =
  | { readonly type: "open"; readonly attempt: number }
  | { readonly type: "close" }
  | { readonly type: "hello"; readonly attempt: number; readonly hello: number }
  | { readonly type: "begin"; readonly accepted: Accepted }
  | { readonly type: "end" }
  /** Ask Home Assistant whether the integration is installed. */
  | { readonly type: "probe"; readonly attempt: number }
  /** Replaces an earlier `wake`. `jitter`: spread it, so that a hundred agents do not come back at once. */
  | { readonly type: "wake"; readonly afterMs: number; readonly jitter: boolean }
  | { readonly type: "no_wake" }
  | { readonly type: "log"; readonly level: LogLevel; readonly message: string; readonly code: string };

export interface LinkStep {
  readonly model: LinkModel;
  readonly effects: readonly LinkEffect[];
}

export const initialLink: LinkModel = {
  phase: { kind: "off" },
  attempt: 0,
  hello: 0,
  tries: 0,
  missing: 0,
  trouble: null,
  said: null,
};
