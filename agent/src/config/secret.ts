// A text that must not reach a log, a JSON file or a crash report by accident: whoever needs it has to ask for it by name.

const hidden = "(secret)";

/** Holds a secret. Printing, joining, inspecting or serialising it gives `(secret)`; only `reveal()` gives the text. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself. Call it where it is sent, never where it is stored or printed. */
  reveal(): string {
    return this.#text;
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
