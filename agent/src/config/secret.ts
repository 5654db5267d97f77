// A text that must not reach a log, a JSON file or a crash report by accident: whoever needs it has to ask for it by name.

const hidden = "(secret)";

/** Holds a secret. Printing, joining, inspecting or serialising it gives `(secret)`; only `reveal()` gives the text. */
export class Secret {
  readonly #source: string | (() => string);

  /** @param source the text, or what gives it each time that it is needed */
  constructor(source: string | (() => string)) {
    this.#source = source;
  }

  /** The text itself. Call it where it is sent, never where it is stored or printed. Throws what its source throws. */
  reveal(): string {
    return typeof this.#source === "string" ? this.#source : this.#source();
  }

  toString(): string {
    return hidden;
  }

  toJSON(): string {
    return hidden;
  }

  /** What `console.log` and `util.inspect` of Node show. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return hidden;
  }
}
