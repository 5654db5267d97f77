// Requests to shut down and to cancel, from wherever they come: put to the core, and each answered exactly once, also
// when the agent ends first.
import type { CoreInput } from "../core/engine.ts";
import type { Requester } from "../core/model.ts";
import type { Answer } from "../ports/ha-link.ts";
import type { Clock } from "../ports/ports.ts";

export class Requests {
  readonly #clock: Clock;
  readonly #feed: (input: CoreInput) => void;
  readonly #waiting = new Map<string, (answer: Answer) => void>();
  #asked = 0;
  #ended: Answer | null = null;

  /** @param feed gives the input to the core, whose answer comes back through `give`, maybe at once */
  constructor(clock: Clock, feed: (input: CoreInput) => void) {
    this.#clock = clock;
    this.#feed = feed;
  }

  /** @param delayMs null: the configured grace */
  shutdown(by: Requester, delayMs: number | null, text: string | null): Promise<Answer> {
    return this.#ask((requestId) => {
      this.#feed({ type: "shutdown_request", at: this.#clock.now(), by, delayMs, text, requestId });
    });
  }

  cancel(by: Requester): Promise<Answer> {
    return this.#ask((requestId) => {
      this.#feed({ type: "shutdown_cancel", at: this.#clock.now(), by, requestId });
    });
  }

  give(requestId: string, answer: Answer): void {
    this.#waiting.get(requestId)?.(answer);
    this.#waiting.delete(requestId);
  }

  /** Refuses everything that waits and that comes later. */
  end(): void {
    this.#ended = { accepted: false, code: "PI_UPS_STOPPING", message: "The agent is stopping." };
    for (const requestId of [...this.#waiting.keys()]) this.give(requestId, this.#ended);
  }

  #ask(send: (requestId: string) => void): Promise<Answer> {
    if (this.#ended !== null) return Promise.resolve(this.#ended);
    this.#asked += 1;
    const requestId = `r${this.#asked}`;
    return new Promise((resolve) => {
      this.#waiting.set(requestId, resolve);
      send(requestId);
    });
  }
}
