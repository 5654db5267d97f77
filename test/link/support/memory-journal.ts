// An event journal without a disk: the same promises towards the link, so that a test can look inside.
import type { EventJournal } from "../../../agent/src/ports/ports.ts";
import type { UpsEvent } from "../../../agent/src/protocol/events.ts";

export class MemoryJournal implements EventJournal {
  events: UpsEvent[] = [];
  ackedSeq = 0;
  #lastSeq = 0;
  #made = 0;
  readonly #prefix: string;

  constructor(prefix = "b3f2a1c09d4e") {
    this.#prefix = prefix;
  }

  /** Records `count` plain events. */
  fill(count: number): void {
    for (let n = 0; n < count; n += 1) this.record(`Event ${n}.`);
  }

  record(message: string): UpsEvent {
    this.#lastSeq += 1;
    this.#made += 1;
    const event: UpsEvent = {
      id: `${this.#prefix}-${this.#made}`,
      seq: this.#lastSeq,
      time: "2026-11-23T04:18:14.123+01:00",
      type: "ac_power_loss",
      value: 96,
      threshold: null,
      unit: "%",
      message,
      detail: {},
    };
    this.events.push(event);
    return event;
  }

  append(): UpsEvent {
    return this.record("Appended.");
  }

  unsent(limit: number): readonly UpsEvent[] {
    return this.events.filter((event) => event.seq > this.ackedSeq).slice(0, limit);
  }

  unsentCount(): number {
    return this.unsent(Number.POSITIVE_INFINITY).length;
  }

  acknowledge(seq: number): void {
    this.ackedSeq = Math.max(this.ackedSeq, seq);
  }

  lastSeq(): number {
    return this.#lastSeq;
  }

  renumberAbove(seq: number): void {
    this.#lastSeq = Math.max(this.#lastSeq, seq);
    const sent = this.events.filter((event) => event.seq <= this.ackedSeq);
    const unsent = this.events.filter((event) => event.seq > this.ackedSeq);
    this.events = [
      ...sent,
      ...unsent.map((event) => {
        this.#lastSeq += 1;
        return { ...event, seq: this.#lastSeq };
      }),
    ];
    this.ackedSeq = Math.max(this.ackedSeq, seq);
  }

  list(): readonly UpsEvent[] {
    return this.events;
  }

  close(): void {}
}
