// What a test can ask the page to do: plain data both ways, so this file knows neither the browser nor the test runner.
import type { Scenario } from "./scenario.ts";

export interface Settings {
  readonly language: string;
  readonly time_format: string;
  readonly number_format: string;
  readonly time_zone: string;
}

export interface Mount {
  readonly scenario: Scenario;
  readonly config: Readonly<Record<string, unknown>>;
  readonly settings?: Partial<Settings>;
  /** Pixels; the height is the card's own unless given. */
  readonly width?: number;
  readonly height?: number;
  readonly layout?: string;
  readonly preview?: boolean;
  readonly rtl?: boolean;
}

export type Message = Readonly<Record<string, unknown>> & { readonly type: string };

export interface Counts {
  readonly renders: number;
  /** Subscriptions that are open on the connection. */
  readonly open: number;
  /** Listeners on the connection. */
  readonly listeners: number;
  /** Types of everything that was asked, in order. */
  readonly asked: readonly string[];
  readonly log: readonly Message[];
  readonly calls: readonly { readonly service: string; readonly target: unknown }[];
  /** Details of `hass-action` events that reached the page. */
  readonly actions: readonly unknown[];
}

/** How Home Assistant answers an action: well, with a refusal, or (null) not at all. */
export type Answer = { readonly ok: true } | { readonly code: string; readonly message: string } | null;

export interface Harness {
  mount(mount: Mount): void;
  /** Another card with the same configuration on the same connection. */
  another(): void;
  theme(name: "light" | "dark"): void;
  /** Replaces the states and tells the card by `hass`, as a state change does. */
  become(scenario: Scenario): void;
  /** A state change somewhere else in the house, `count` times. */
  unrelated(count: number): void;
  /** Sent on the integration's subscription. */
  message(message: unknown): void;
  /** Sent on the recorder's stream. */
  history(message: unknown): void;
  /** The socket breaks and comes back. */
  reconnect(): void;
  refuse(type: string, code: string, message: string): void;
  accept(type: string): void;
  detach(): void;
  attach(): void;
  /** The sentence of the error, null without one. */
  setConfig(config: unknown): string | null;
  answerWith(answer: Answer): void;
  counts(): Counts;
  registration(): readonly Readonly<Record<string, unknown>>[];
  suggestion(entityId: string): unknown;
  statics(): Readonly<Record<string, unknown>>;
}
