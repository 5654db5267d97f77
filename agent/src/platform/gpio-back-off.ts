// Pauses before something is tried again: short at first, then longer, so that a program that cannot live is not started
// a hundred times a second.

export class BackOff {
  readonly #firstMs: number;
  #nextMs: number;
  #timer: NodeJS.Timeout | null = null;

  /** The pause doubles with each try, up to 100 times the first. */
  constructor(firstMs: number) {
    this.#firstMs = firstMs;
    this.#nextMs = firstMs;
  }

  /** One at a time: a later call replaces the earlier one. */
  schedule(run: () => void): void {
    this.cancel();
    this.#timer = setTimeout(run, this.#nextMs);
    this.#timer.unref();
    this.#nextMs = Math.min(this.#nextMs * 2, this.#firstMs * 100);
  }

  /** It works again. */
  reset(): void {
    this.cancel();
    this.#nextMs = this.#firstMs;
  }

  cancel(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
