// Requests that wait for the core's answer. Each gets exactly one, also when the agent ends first.
import type { Answer } from "../ports/ha-link.ts";

export class Answers {
  readonly #waiting = new Map<string, (answer: Answer) => void>();
  #asked = 0;
  #ended: Answer | null = null;

  /** Resolves with what `give` says for the id that `send` was called with; `send` may give it at once. */
  expect(send: (requestId: string) => void): Promise<Answer> {
    if (this.#ended !== null) return Promise.resolve(this.#ended);
    this.#asked += 1;
    const requestId = `r${this.#asked}`;
    return new Promise((resolve) => {
      this.#waiting.set(requestId, resolve);
      send(requestId);
    });
  }

  give(requestId: string, answer: Answer): void {
    this.#waiting.get(requestId)?.(answer);
    this.#waiting.delete(requestId);
  }

  /** Refuses everything that waits and that comes later. */
  end(message: string): void {
    this.#ended = { accepted: false, code: "PI_UPS_STOPPING", message };
    for (const requestId of [...this.#waiting.keys()]) this.give(requestId, this.#ended);
  }
}
