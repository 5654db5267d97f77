// The link's pure machine with a handle: inputs that fit the present attempt and hello, and short views of the effects.
import { step } from "../../../agent/src/ha/link-machine.ts";
import type { LinkEffect, LinkInput, LinkModel } from "../../../agent/src/ha/link-model.ts";
import { initialLink } from "../../../agent/src/ha/link-model.ts";
import { defaultTimings } from "../../../agent/src/ha/timings.ts";
import { example } from "./examples.ts";

export type Downstream = Extract<LinkInput, { readonly type: "downstream" }>["message"];

export const unreachable = { code: "PI_UPS_HA_UNREACHABLE", message: "refused" };
export const accepted = (session = "s1", protocol = 1): Downstream => ({
  ...example<Extract<Downstream, { event: "accepted" }>>("downstream", "accepted"),
  session,
  protocol,
});

/** Feeds inputs that fit the current attempt and hello. */
export class Machine {
  model: LinkModel = initialLink;
  effects: readonly LinkEffect[] = [];

  feed(input: LinkInput): this {
    const next = step(this.model, input, defaultTimings);
    this.model = next.model;
    this.effects = next.effects;
    return this;
  }
  start = () => this.feed({ type: "start" });
  ready = () => this.feed({ type: "socket_ready", attempt: this.model.attempt });
  ended = (trouble = unreachable) =>
    this.feed({ type: "socket_ended", attempt: this.model.attempt, trouble });
  refused = (code: string, message = "no") => {
    const { attempt, hello } = this.model;
    return this.feed({ type: "hello_refused", attempt, hello, code, message });
  };
  hear = (message: Downstream) => {
    const { attempt, hello } = this.model;
    return this.feed({ type: "downstream", attempt, hello, message, atMs: 1000 });
  };
  wake = () => this.feed({ type: "wake" });
  open = () => this.start().ready().hear(accepted());
  get kinds(): string[] {
    return this.effects.map((effect) => effect.type);
  }
  get wakeMs(): number | undefined {
    return this.effects.find((effect) => effect.type === "wake")?.afterMs;
  }
  get logs(): Extract<LinkEffect, { type: "log" }>[] {
    return this.effects.filter((effect) => effect.type === "log");
  }
}
