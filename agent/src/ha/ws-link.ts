// The link to Home Assistant over its WebSocket API: a thin shell that carries out what link-machine.ts decides.
// One socket at a time (wire.ts), on it one subscription, in it one session (session.ts); whatever ends is made anew and
// everything is announced again, so that no entity in Home Assistant stays stuck.
import * as v from "valibot";
import type { Answer, HaLink, LinkStatus, RemoteCommand } from "../ports/ha-link.ts";
import type { CreateSocket } from "../ports/message-socket.ts";
import type { Clock, EventJournal, Log } from "../ports/ports.ts";
import type { Connect, Downstream } from "../protocol/messages.ts";
import { commandTypes, downstreamSchema } from "../protocol/messages.ts";
import type { ValueMap } from "../protocol/values.ts";
import { guarded } from "./guarded.ts";
import { step } from "./link-machine.ts";
import type { Accepted, LinkEffect, LinkInput, LinkModel } from "./link-model.ts";
import { initialLink } from "./link-model.ts";
import { linkStatus } from "./link-status.ts";
import { probeIntegration } from "./probe.ts";
import type { Goodbye } from "./session.ts";
import { Session } from "./session.ts";
import type { LinkTimings } from "./timings.ts";
import { defaultTimings } from "./timings.ts";
import { shownUrl, webSocketUrl } from "./url.ts";
import type { Wire } from "./wire.ts";
import { openWire } from "./wire.ts";

export interface WsLinkDeps {
  /** The connect message as it is now; asked for before every hello. */
  readonly hello: () => Connect;
  /** As in the configuration: `http://homeassistant.local:8123`. */
  readonly url: string;
  /** Asked for at every login, so that a new token file counts without a restart. */
  readonly token: { reveal(): string };
  readonly createSocket: CreateSocket;
  readonly clock: Clock;
  readonly journal: EventJournal;
  readonly log: Log;
  /** Answer each with `HaLink.answer`, exactly once. */
  readonly onCommand: (command: RemoteCommand) => void;
  readonly timings?: Partial<LinkTimings>;
  /** 0 to below 1, to spread reconnects. */
  readonly random?: () => number;
}

/** @throws UpsError `PI_UPS_HA_URL_INVALID` */
export function createWsLink(deps: WsLinkDeps): HaLink {
  return new WsLink(deps);
}

class WsLink implements HaLink {
  readonly #deps: WsLinkDeps;
  readonly #timings: LinkTimings;
  readonly #url: string;
  readonly #shownUrl: string;
  #model: LinkModel = initialLink;
  readonly #inputs: LinkInput[] = [];
  #stepping = false;
  #wire: Wire | null = null;
  #session: Session | null = null;
  #latest: ValueMap | null = null;
  #heartbeatMs = 0;
  #cancelWake = () => {};
  #whenClosed: (() => void)[] = [];

  constructor(deps: WsLinkDeps) {
    this.#deps = deps;
    this.#timings = { ...defaultTimings, ...deps.timings };
    this.#url = webSocketUrl(deps.url);
    this.#shownUrl = shownUrl(deps.url);
  }

  start(): void {
    this.#feed({ type: "start" });
  }

  async stop(): Promise<void> {
    this.#feed({ type: "stop" });
    if (this.#wire !== null) await new Promise<void>((resolve) => this.#whenClosed.push(resolve));
  }

  publish(values: ValueMap): void {
    this.#latest = values;
    this.#session?.publish(values);
  }

  eventsWaiting(): void {
    this.#session?.eventsWaiting();
  }

  answer(commandId: string, answer: Answer): void {
    if (this.#session !== null) this.#session.answer(commandId, answer);
    else this.#deps.log.log("warning", "An answer to Home Assistant was dropped: the session is over.");
  }

  async bye(goodbye: Goodbye, timeoutMs: number): Promise<void> {
    const session = this.#session;
    if (session === null) return;
    await new Promise<void>((resolve) => session.bye(goodbye, timeoutMs, resolve));
    this.#feed({ type: "said_bye" });
  }

  status(): LinkStatus {
    return linkStatus(this.#model);
  }

  /** Effects may cause inputs at once; those wait for their turn. */
  #feed(input: LinkInput): void {
    this.#inputs.push(input);
    if (this.#stepping) return;
    this.#stepping = true;
    try {
      for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
        const { model, effects } = step(this.#model, next, this.#timings);
        this.#model = model;
        for (const effect of effects) guarded(this.#deps.log, () => this.#run(effect));
      }
    } finally {
      this.#stepping = false;
    }
  }

  #run(effect: LinkEffect): void {
    switch (effect.type) {
      case "open":
        this.#open(effect.attempt);
        break;
      case "close":
        this.#wire?.close();
        break;
      case "hello":
        this.#hello(effect.attempt, effect.hello);
        break;
      case "begin":
        this.#begin(effect.accepted);
        break;
      case "end":
        this.#end();
        break;
      case "probe":
        this.#probe(effect.attempt);
        break;
      case "wake":
        this.#wakeIn(effect.jitter ? this.#spread(effect.afterMs) : effect.afterMs);
        break;
      case "no_wake":
        this.#cancelWake();
        break;
      case "log":
        this.#deps.log.log(effect.level, effect.message, { code: effect.code });
        break;
      default:
        effect satisfies never;
    }
  }

  #open(attempt: number): void {
    this.#wire?.terminate();
    this.#closed();
    const { token, createSocket, clock, log } = this.#deps;
    this.#wire = openWire({
      url: this.#url,
      shownUrl: this.#shownUrl,
      token,
      createSocket,
      clock,
      log,
      timings: this.#timings,
      onReady: () => this.#feed({ type: "socket_ready", attempt }),
      onEnd: (trouble) => {
        if (attempt === this.#model.attempt) this.#closed();
        this.#feed({ type: "socket_ended", attempt, trouble });
      },
    });
  }

  #closed(): void {
    this.#wire = null;
    const waiting = this.#whenClosed;
    this.#whenClosed = [];
    for (const resolve of waiting) resolve();
  }

  #hello(attempt: number, hello: number): void {
    const data = this.#deps.hello();
    this.#heartbeatMs = data.heartbeat_s * 1000;
    this.#wire?.subscribe(
      { type: commandTypes.connect, data },
      (event) => this.#received(attempt, hello, event),
      (result) => {
        if (result.ok || result.code === "lost") return;
        this.#feed({ type: "hello_refused", attempt, hello, code: result.code, message: result.message });
      },
    );
  }

  #received(attempt: number, hello: number, event: unknown): void {
    const parsed = v.safeParse(downstreamSchema, event);
    if (!parsed.success) {
      this.#notUnderstood(event, parsed.issues[0].message);
      return;
    }
    const message = parsed.output;
    if (message.event !== "command") {
      this.#feed({ type: "downstream", attempt, hello, message, atMs: this.#deps.clock.now().wallMs });
    } else if (attempt === this.#model.attempt && hello === this.#model.hello) {
      this.#command(message);
    }
  }

  #command(message: Extract<Downstream, { readonly event: "command" }>): void {
    const { command_id: commandId, user } = message;
    if (message.command === "cancel_shutdown") {
      this.#deps.onCommand({ command: "cancel_shutdown", commandId, user });
      return;
    }
    const delayMs = message.delay_s === null ? null : Math.round(message.delay_s * 1000);
    this.#deps.onCommand({ command: "shutdown", commandId, delayMs, text: message.reason, user });
  }

  /** A command that we cannot read is refused with a sentence, so that the action in Home Assistant does not hang. */
  #notUnderstood(event: unknown, why: string): void {
    const log = this.#deps.log;
    const command = v.safeParse(v.object({ event: v.literal("command"), command_id: v.string() }), event);
    if (!command.success) {
      log.log("debug", "A message of the integration was not understood.", { why });
      return;
    }
    log.log("warning", "A command of Home Assistant was refused: it was not understood.", { why });
    this.#session?.answer(command.output.command_id, {
      accepted: false,
      code: "PI_UPS_UNKNOWN_COMMAND",
      message: `This agent does not understand the command (${why}). Agent and integration may need the same version.`,
    });
  }

  #begin(accepted: Accepted): void {
    if (this.#wire === null) return;
    const { clock, journal, log } = this.#deps;
    const session = new Session(
      {
        wire: this.#wire,
        id: accepted.session,
        heartbeatMs: this.#heartbeatMs,
        timings: this.#timings,
        clock,
        journal,
        log,
        onProven: () => this.#feed({ type: "proven", session: accepted.session }),
        onNoSession: () => this.#feed({ type: "no_session", session: accepted.session }),
      },
      this.#latest,
    );
    this.#session = session;
    log.log("notice", `Connected to Home Assistant at ${this.#shownUrl}.`, {
      integration: accepted.integration_version,
    });
    session.begin(accepted.last_seq);
  }

  #end(): void {
    this.#session?.end();
    this.#session = null;
  }

  #probe(attempt: number): void {
    if (this.#wire === null) return;
    probeIntegration(this.#wire, (finding) => this.#feed({ type: "probed", attempt, finding }));
  }

  #wakeIn(ms: number): void {
    this.#cancelWake();
    this.#cancelWake = this.#deps.clock.after(ms, () => this.#feed({ type: "wake" }));
  }

  /** Between 75 % and 125 %. */
  #spread(ms: number): number {
    return ms * (0.75 + 0.5 * (this.#deps.random ?? Math.random)());
  }
}
