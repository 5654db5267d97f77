// One accepted session: every message that carries its id, from the full state to the goodbye.
import { toRfc3339 } from "../core/rfc3339.ts";
import type { Answer } from "../ports/ha-link.ts";
import type { Clock, EventJournal, Log } from "../ports/ports.ts";
import type { Bye } from "../protocol/messages.ts";
import { commandTypes } from "../protocol/messages.ts";
import type { ValueMap } from "../protocol/values.ts";
import { EventSender } from "./event-sender.ts";
import { StateSender } from "./state-sender.ts";
import type { LinkTimings } from "./timings.ts";
import type { Wire, WireResult } from "./wire.ts";

export interface SessionDeps {
  readonly wire: Wire;
  /** As Home Assistant named it. */
  readonly id: string;
  readonly heartbeatMs: number;
  readonly timings: LinkTimings;
  readonly clock: Clock;
  readonly journal: EventJournal;
  readonly log: Log;
  /** Home Assistant answered a message of this session. */
  onProven(): void;
  /** Home Assistant does not know this session any more. */
  onNoSession(): void;
}

export type Goodbye = Pick<Bye, "reason" | "detail" | "message">;

export class Session {
  readonly #deps: SessionDeps;
  readonly #states: StateSender;
  readonly #events: EventSender;
  #proven = false;
  #ended = false;
  /** Codes of refusals that were logged; each is logged once. */
  readonly #said = new Set<string>();

  constructor(deps: SessionDeps, latest: ValueMap | null) {
    this.#deps = deps;
    const { clock, journal, log, timings, heartbeatMs } = deps;
    this.#states = new StateSender(
      {
        clock,
        heartbeatMs,
        send: (state, onResult) => this.#send("state", { at: this.#now(), ...state }, onResult),
      },
      latest,
    );
    this.#events = new EventSender({
      clock,
      journal,
      log,
      retryMs: timings.eventsRetryMs,
      send: (events, onResult) => this.#send("events", { events }, onResult, timings.eventsMs),
    });
  }

  /** @param storedSeq highest sequence number that Home Assistant has of this agent */
  begin(storedSeq: number): void {
    this.#states.begin();
    if (storedSeq > this.#deps.journal.lastSeq()) {
      this.#deps.log.log(
        "notice",
        "The journal is younger than what Home Assistant has: events are renumbered.",
        {
          above: storedSeq,
        },
      );
      this.#deps.journal.renumberAbove(storedSeq);
    }
    this.#events.kick();
  }

  publish(values: ValueMap): void {
    this.#states.publish(values);
  }

  eventsWaiting(): void {
    this.#events.kick();
  }

  answer(commandId: string, answer: Answer): void {
    const { accepted, code, message } = answer;
    this.#send("ack", { command_id: commandId, accepted, code, message }, () => {});
  }

  /**
   * Flushes unsent events for at most half of `timeoutMs`, then says goodbye; `done` is called once, in time, whatever happens.
   */
  bye(goodbye: Goodbye, timeoutMs: number, done: () => void): void {
    const { clock } = this.#deps;
    const once = callOnce(() => {
      cancelAll();
      done();
    });
    const farewell = callOnce(() => {
      this.#states.end();
      this.#send("bye", { ...goodbye, at: this.#now() }, once);
    });
    const cancels = [clock.after(timeoutMs, once), clock.after(timeoutMs / 2, farewell)];
    const cancelAll = () => {
      for (const cancel of cancels) cancel();
    };
    this.#events.flush(farewell);
  }

  end(): void {
    this.#ended = true;
    this.#states.end();
    this.#events.end();
  }

  #send(
    kind: "state" | "events" | "ack" | "bye",
    data: Readonly<Record<string, unknown>>,
    onResult: (result: WireResult) => void,
    limitMs?: number,
  ): void {
    const message = { type: commandTypes[kind], data: { session: this.#deps.id, ...data } };
    this.#deps.wire.request(
      message,
      (result) => {
        this.#judge(kind, result);
        onResult(result);
      },
      limitMs,
    );
  }

  #judge(kind: string, result: WireResult): void {
    if (this.#ended) return;
    if (result.ok) {
      if (!this.#proven) this.#deps.onProven();
      this.#proven = true;
    } else if (result.code === "PI_UPS_NO_SESSION") {
      this.#deps.onNoSession();
    } else if (result.code !== "lost" && !this.#said.has(`${kind} ${result.code}`)) {
      this.#said.add(`${kind} ${result.code}`);
      this.#deps.log.log("error", `Home Assistant refused a message (${kind}): ${result.message}`, {
        code: result.code,
      });
    }
  }

  #now(): string {
    return toRfc3339(this.#deps.clock.now());
  }
}

function callOnce(run: () => void): () => void {
  let called = false;
  return () => {
    if (called) return;
    called = true;
    run();
  };
}
