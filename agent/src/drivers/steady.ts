// A figure far from the last one is either news or a disturbed transfer: it counts when several looks in a row agree.
// Every chip driver reads through this, so that a flipped bit never becomes an empty battery or a mains failure.
import type { ReadFailure, Result } from "../core/model.ts";

export interface SteadyParts<T> {
  /** One look at the chip. */
  look(): Promise<Result<T>>;
  /** Whether two looks some milliseconds apart can be of the same thing. Mains and charging flags must be equal. */
  agree(a: T, b: T): boolean;
  /** The sentence when the looks disagree; `last` is the last one that was possible. */
  unstable(looks: number, last: T): ReadFailure;
  /**
   * So many possible looks in a row must agree before news is believed. Default 3; more where a look carries nothing by
   * which a disturbed one is known.
   */
  readonly confirmingLooks?: number;
}

const usualConfirmingLooks = 3;
/**
 * Looks at one reading, 8 as a rule. With every tenth look disturbed, news fails to be confirmed once in 100,000
 * readings: a true outage must not wait for the next one.
 */
function mostLooksFor(confirming: number): number {
  return 2 * confirming + 2;
}

export interface Steady<T> {
  read(): Promise<Result<T>>;
  /** The last believed look; null before the first. */
  readonly last: T | null;
  /** Takes a look that was confirmed otherwise (by `probe`). */
  keep(look: T): void;
}

/** A transfer that failed after all its tries: the bus is in trouble, and more looks would only take time. */
function isBusTrouble({ code }: ReadFailure): boolean {
  return code.startsWith("PI_UPS_I2C_");
}

class SteadyReader<T> implements Steady<T> {
  readonly #parts: SteadyParts<T>;
  last: T | null = null;

  constructor(parts: SteadyParts<T>) {
    this.#parts = parts;
  }

  async read(): Promise<Result<T>> {
    const confirmingLooks = this.#parts.confirmingLooks ?? usualConfirmingLooks;
    const mostLooks = mostLooksFor(confirmingLooks);
    let failure: ReadFailure | null = null;
    let before: T | null = null;
    let agreeing = 0;
    for (let look = 1; look <= mostLooks; look += 1) {
      const seen = await this.#parts.look();
      if (!seen.ok) {
        if (isBusTrouble(seen)) return seen;
        // What cannot be is no evidence, neither for nor against.
        failure = seen;
        if (before === null && look === confirmingLooks) return failure;
        continue;
      }
      if (this.last !== null && this.#parts.agree(this.last, seen.value)) return this.#kept(seen.value);
      agreeing = before !== null && this.#parts.agree(before, seen.value) ? agreeing + 1 : 1;
      before = seen.value;
      if (agreeing === confirmingLooks) return this.#kept(seen.value);
    }
    if (before !== null) return this.#parts.unstable(mostLooks, before);
    return failure ?? neverLooked;
  }

  keep(look: T): void {
    this.last = look;
  }

  #kept(look: T): Result<T> {
    this.last = look;
    return { ok: true, value: look };
  }
}

const neverLooked: ReadFailure = {
  ok: false,
  code: "PI_UPS_GAUGE_UNSTABLE",
  message: "The chip gave nothing usable.",
};

/** Does no I/O before `read`. */
export function createSteady<T>(parts: SteadyParts<T>): Steady<T> {
  return new SteadyReader(parts);
}

/** Two cell voltages of the same battery some milliseconds apart agree within this. */
export const agreeCellMv = 100;
/** The same for a state of charge. */
export const agreeChargePct = 2;
