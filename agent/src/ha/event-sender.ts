// Empties the journal towards Home Assistant: oldest first, one batch under way, and an event counts as sent only when
// Home Assistant says that it is on its disk.
import * as v from "valibot";
import type { Clock, EventJournal, Log } from "../ports/ports.ts";
import type { UpsEvent } from "../protocol/events.ts";
import { eventsResultSchema } from "../protocol/messages.ts";
import type { WireResult } from "./wire.ts";

export interface EventSenderDeps {
  readonly clock: Clock;
  readonly journal: EventJournal;
  readonly log: Log;
  readonly retryMs: number;
  /** Sends `pi_ups/agent/events`. */
  send(events: readonly UpsEvent[], onResult: (result: WireResult) => void): void;
}

/** The protocol's limit. */
const largestBatch = 200;

export class EventSender {
  readonly #deps: EventSenderDeps;
  #batchSize = largestBatch;
  #busy = false;
  #ended = false;
  /** That events wait is logged once, until some get through. */
  #said = false;
  #cancelRetry = () => {};
  #whenIdle: (() => void)[] = [];

  constructor(deps: EventSenderDeps) {
    this.#deps = deps;
  }

  /** There may be unsent events. */
  kick(): void {
    if (this.#ended || this.#busy) return;
    this.#cancelRetry();
    const batch = this.#read();
    if (batch.length === 0) {
      this.#idle();
      return;
    }
    this.#busy = true;
    this.#deps.send(batch, (result) => this.#answered(batch, result));
  }

  /** Calls once when nothing is left to send, or when sending got stuck or ended. */
  flush(done: () => void): void {
    this.#whenIdle.push(done);
    if (this.#ended) this.#idle();
    else this.kick();
  }

  end(): void {
    this.#ended = true;
    this.#cancelRetry();
    this.#idle();
  }

  #idle(): void {
    const waiting = this.#whenIdle;
    this.#whenIdle = [];
    for (const done of waiting) done();
  }

  #answered(batch: readonly UpsEvent[], result: WireResult): void {
    this.#busy = false;
    // The session is over: nobody knows whether the batch arrived, so it is sent again and Home Assistant drops what it has.
    if (this.#ended) return;
    if (!result.ok) {
      this.#refused(batch, result);
      return;
    }
    const answer = v.safeParse(eventsResultSchema, result.value);
    const acked = answer.success ? Math.min(answer.output.acked_seq, lastSeqOf(batch)) : 0;
    if (acked < (batch[0]?.seq ?? 0)) {
      this.#stuck("Home Assistant did not store the events it was sent");
    } else {
      this.#batchSize = largestBatch;
      this.#said = false;
      this.#acknowledge(acked);
    }
  }

  /** One event that Home Assistant refuses must not hold back all later ones: the batch shrinks until it is found. */
  #refused(batch: readonly UpsEvent[], refusal: { readonly code: string; readonly message: string }): void {
    if (refusal.code !== "PI_UPS_INVALID_MESSAGE") {
      this.#stuck(refusal.message);
      return;
    }
    if (batch.length > 1) {
      this.#batchSize = Math.ceil(batch.length / 2);
      this.kick();
      return;
    }
    const seq = lastSeqOf(batch);
    this.#deps.log.log("error", `Home Assistant refuses event ${seq}, so it stays in the journal only.`, {
      code: refusal.code,
      reason: refusal.message,
    });
    this.#acknowledge(seq);
  }

  #acknowledge(seq: number): void {
    try {
      this.#deps.journal.acknowledge(seq);
      this.kick();
    } catch (error) {
      this.#stuck(`the journal cannot be written: ${text(error)}`);
    }
  }

  #read(): readonly UpsEvent[] {
    try {
      return this.#deps.journal.unsent(this.#batchSize);
    } catch (error) {
      this.#stuck(`the journal cannot be read: ${text(error)}`);
      return [];
    }
  }

  #stuck(why: string): void {
    if (this.#ended) return;
    if (!this.#said) {
      this.#deps.log.log("warning", `Events wait to be sent: ${why}.`, { code: "PI_UPS_EVENTS_WAITING" });
    }
    this.#said = true;
    this.#cancelRetry();
    this.#cancelRetry = this.#deps.clock.after(this.#deps.retryMs, () => this.kick());
    this.#idle();
  }
}

function lastSeqOf(batch: readonly UpsEvent[]): number {
  return batch.at(-1)?.seq ?? 0;
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
