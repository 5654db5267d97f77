// The link to Home Assistant as the app sees it. The WebSocket link is one implementation; an MQTT one may come beside it.
import type { ValueMap } from "../protocol/values.ts";

export type LinkStatus =
  | { readonly kind: "off" }
  | {
      readonly kind: "connecting";
      readonly error: { readonly code: string; readonly message: string } | null;
    }
  /** Logged in; the integration is missing, not loaded yet, or waits for a person's confirmation. */
  | { readonly kind: "waiting"; readonly code: string; readonly message: string }
  | { readonly kind: "connected"; readonly sinceMs: number };

/** A command from Home Assistant. The app answers it with `HaLink.answer`, exactly once. */
export type RemoteCommand =
  | {
      readonly command: "shutdown";
      readonly commandId: string;
      readonly delayMs: number | null;
      readonly text: string | null;
      readonly user: string | null;
    }
  | { readonly command: "cancel_shutdown"; readonly commandId: string; readonly user: string | null };

export interface Answer {
  readonly accepted: boolean;
  readonly code: string | null;
  readonly message: string;
}

export interface HaLink {
  /** Connects and stays connected until `stop`. Idempotent; never throws for network trouble. */
  start(): void;
  /** Closes the socket; idempotent. Say `bye` first. */
  stop(): Promise<void>;
  /** All present values, as often as the app likes: the link sends what changed beyond its dead band, edges at once. */
  publish(values: ValueMap): void;
  /** The journal has unsent events. */
  eventsWaiting(): void;
  answer(commandId: string, answer: Answer): void;
  /**
   * The last words: flushes unsent events, then says goodbye.
   * Resolves when Home Assistant answered or after `timeoutMs`, whichever is first.
   */
  bye(
    goodbye: {
      readonly reason: "shutdown" | "stop";
      readonly detail: string | null;
      readonly message: string;
    },
    timeoutMs: number,
  ): Promise<void>;
  status(): LinkStatus;
}
