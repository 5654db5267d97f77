// The project's one error class: a stable code that users can search for, and a sentence that says how to mend it.

/** Thrown for trouble that ends what was being done. `code` never changes its meaning between versions. */
export class UpsError extends Error {
  override readonly name = "UpsError";
  readonly code: string;

  /**
   * @param code for example `PI_UPS_CONFIG_INVALID`
   * @param message a sentence: what was found, where, what is expected, how to mend it
   */
  constructor(code: string, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
