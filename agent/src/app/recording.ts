// A recording of everything that the core was told: one line that says what it ran with, then one line per input.
// Replayed through the core, it gives the same effects byte for byte, so a report from the field can be looked into.
import { defaultOutput } from "../core/config-defaults.ts";
import { initialState, step } from "../core/core.ts";
import type { CoreConfig, CoreInput, Effect } from "../core/engine.ts";
import type { Sense } from "../core/model.ts";

const version = 1;

/** Settings that older recordings do not have. */
const laterSettings = { output: defaultOutput, chargeWindow: null, buttonsEnabled: true } as const;

interface Head {
  readonly recording: number;
  /** As the core got it; the set of senses as a list. */
  readonly core: Omit<CoreConfig, "senses"> & { readonly senses: readonly Sense[] };
}

export interface Recording {
  readonly core: CoreConfig;
  readonly inputs: readonly CoreInput[];
}

/** The first line of a recording, without its line end. */
export function recordingHead(core: CoreConfig): string {
  const head: Head = { recording: version, core: { ...core, senses: [...core.senses] } };
  return JSON.stringify(head);
}

/** Reads what `recordingHead` and one JSON line per input have written; a torn last line is left out. */
export function readRecording(text: string): Recording {
  const [first = "", ...rest] = text.split("\n").slice(0, -1);
  const head = JSON.parse(first) as Head;
  if (head.recording !== version) {
    throw new Error(`This is a recording of version ${head.recording}, expected is ${version}.`);
  }
  const core: CoreConfig = { ...laterSettings, ...head.core, senses: new Set(head.core.senses) };
  return { core, inputs: rest.map((line) => JSON.parse(line) as CoreInput) };
}

/** What the core decides when it hears the recording again. */
export function replay({ core, inputs }: Recording): readonly Effect[] {
  let state = initialState;
  const effects: Effect[] = [];
  for (const input of inputs) {
    const next = step(state, input, core);
    state = next.state;
    effects.push(...next.effects);
  }
  return effects;
}
