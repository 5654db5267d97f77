// A figure far from the last one is either news or a disturbed transfer: it counts when several looks in a row agree.
// Every chip driver reads through this, so that a flipped bit never becomes an empty battery or a mains failure.
import type { ReadFailure, Result } from "../core/model.ts";

export interface SteadyParts<T> {
  /** One look at the chip; a failure ends the attempt. */
  look(): Promise<Result<T>>;
  /** Whether two looks some milliseconds apart can be of the same thing. Mains and charging flags must be equal. */
  agree(a: T, b: T): boolean;
  /** The sentence when `mostLooks` looks disagree. */
  unstable(looks: number, last: T): ReadFailure;
}

/** So many looks in a row must agree before news is believed. */
const confirmingLooks = 3;
const mostLooks = 5;

export interface Steady<T> {
  read(): Promise<Result<T>>;
  /** The last believed look; null before the first. */
  readonly last: T | null;
  /** Takes a look that was confirmed otherwise (by `probe`). */
  keep(look: T): void;
}

class SteadyReader<T> implements Steady<T> {
  readonly #parts: SteadyParts<T>;
  last: T | null = null;

  constructor(parts: SteadyParts<T>) {
    this.#parts = parts;
  }

  async read(): Promise<Result<T>> {
    const first = await this.#parts.look();
    if (!first.ok) return first;
    if (this.#knows(first.value)) return this.#kept(first.value);
    return this.#confirm(first.value);
  }

  keep(look: T): void {
    this.last = look;
  }

  async #confirm(news: T): Promise<Result<T>> {
    let before = news;
    let agreeing = 1;
    for (let look = 1; look < mostLooks; look += 1) {
      const again = await this.#parts.look();
      if (!again.ok) return again;
      agreeing = this.#parts.agree(before, again.value) ? agreeing + 1 : 1;
      if (agreeing === confirmingLooks) return this.#kept(again.value);
      if (this.#knows(again.value)) return this.#kept(again.value);
      before = again.value;
    }
    return this.#parts.unstable(mostLooks, before);
  }

  #knows(look: T): boolean {
    return this.last !== null && this.#parts.agree(this.last, look);
  }

  #kept(look: T): Result<T> {
    this.last = look;
    return { ok: true, value: look };
  }
}

/** Does no I/O before `read`. */
export function createSteady<T>(parts: SteadyParts<T>): Steady<T> {
  return new SteadyReader(parts);
}

/** Two cell voltages of the same battery some milliseconds apart agree within this. */
export const agreeCellMv = 100;
/** The same for a state of charge. */
export const agreeChargePct = 2;
