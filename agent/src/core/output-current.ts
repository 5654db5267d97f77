// The current into the Pi as people are shown it: that of the last look, and nothing once it cannot be read.
import type { Result } from "./model.ts";

export interface OutputCurrent {
  /** null: the last look could not read it. */
  readonly ma: number | null;
}

/**
 * Takes what one sample says, mA.
 * @param state null: no sample had one yet, so the board does not measure it
 * @param read undefined: this sample says nothing about it
 */
export function takeOutputCurrent(
  state: OutputCurrent | null,
  read: Result<number> | undefined,
): OutputCurrent | null {
  if (read === undefined) return state;
  return { ma: read.ok && Number.isFinite(read.value) ? read.value : null };
}
