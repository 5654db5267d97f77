// Tells Home Assistant the values of one session: all of them first, then what changed, and a sign of life in between.
// An edge leaves in the same turn of the event loop in which it was published; slow changes wait for the answer to the last.
import type { Clock } from "../ports/ports.ts";
import type { State } from "../protocol/messages.ts";
import type { ValueMap } from "../protocol/values.ts";
import { differences, rounded } from "./dead-band.ts";
import type { PacingHistory } from "./pacing.ts";
import { allowanceFor, pace } from "./pacing.ts";
import type { WireResult } from "./wire.ts";

export interface StateSenderDeps {
  readonly clock: Clock;
  readonly heartbeatMs: number;
  /** Sends `pi_ups/agent/state`. */
  send(state: Pick<State, "values"> & { readonly full?: true }, onResult: (result: WireResult) => void): void;
}

/** Edges may overtake a message that is not answered yet; beyond this they are merged, so that a dead link costs no memory. */
const maxInFlight = 4;

export class StateSender {
  readonly #deps: StateSenderDeps;
  #latest: ValueMap | null;
  /** What Home Assistant has or is about to have; null: it needs everything. */
  #sent: ValueMap | null = null;
  #history: PacingHistory = [];
  #inFlight = 0;
  /** Whatever was refused, the next heartbeat tells everything again; sooner would be a tight loop. */
  #refused = false;
  #ended = false;
  #cancelBeat = () => {};

  /** @param latest the last published values, null before the first */
  constructor(deps: StateSenderDeps, latest: ValueMap | null) {
    this.#deps = deps;
    this.#latest = latest;
  }

  /** Sends the full state, or a sign of life while there is none. */
  begin(): void {
    this.#flush(true);
  }

  publish(values: ValueMap): void {
    this.#latest = values;
    this.#flush(false);
  }

  end(): void {
    this.#ended = true;
    this.#cancelBeat();
  }

  #flush(beat: boolean): void {
    if (this.#ended || (this.#refused && !beat)) return;
    this.#refused = false;
    if (beat) this.#restBeat();
    if (this.#latest === null || this.#sent !== null) this.#flushChanges(beat);
    else if (this.#inFlight < maxInFlight) this.#sendFull(this.#latest);
  }

  #sendFull(all: ValueMap): void {
    const values = rounded(all);
    this.#sent = values;
    this.#send({ values, full: true });
  }

  #flushChanges(beat: boolean): void {
    const latest = this.#latest ?? {};
    const { monoMs } = this.#deps.clock.now();
    const found = differences(this.#sent ?? {}, latest);
    const paced = pace(found, this.#history, allowanceFor(latest), monoMs);
    const nothing = Object.keys(paced.send).length === 0;
    if (nothing && !beat) return;
    if (this.#inFlight >= (paced.urgent || beat ? maxInFlight : 1)) return;
    this.#history = paced.history;
    if (this.#sent !== null) this.#sent = { ...this.#sent, ...paced.send };
    this.#send({ values: paced.send });
  }

  #send(state: Pick<State, "values"> & { readonly full?: true }): void {
    this.#inFlight += 1;
    this.#restBeat();
    this.#deps.send(state, (result) => this.#answered(result));
  }

  #answered(result: WireResult): void {
    this.#inFlight -= 1;
    if (result.ok) {
      this.#flush(false);
    } else {
      this.#refused = true;
      this.#sent = null;
    }
  }

  #restBeat(): void {
    this.#cancelBeat();
    this.#cancelBeat = this.#deps.clock.after(this.#deps.heartbeatMs, () => this.#flush(true));
  }
}
