// What a command is: data for help and checks (commands.ts), and a function that is loaded when it is called (loaders.ts).

/** The outside of the process, as far as commands see it. */
export interface CliIo {
  out(text: string): void;
  err(text: string): void;
  /** Whether people read along on a terminal and want colour. */
  readonly color: boolean;
  /** Asks on the terminal; null when nobody is there to answer. */
  ask(question: string): Promise<string | null>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder where relative paths start. */
  readonly folder: string;
}

export interface OptionSpec {
  readonly type: "string" | "boolean";
  /** The word for the value in help texts; strings only. */
  readonly placeholder?: string;
  readonly description: string;
  readonly multiple?: boolean;
  readonly short?: string;
}

export type OptionTable = Readonly<Record<string, OptionSpec>>;

/** Values of the options as parsed; a multiple one is a list. */
export type OptionValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

export interface Invocation {
  readonly io: CliIo;
  readonly options: OptionValues;
  /** The words behind the command. */
  readonly words: readonly string[];
}

/** @returns the exit code; throws `UpsError` or `UsageError` with a sentence */
export type CommandRun = (invocation: Invocation) => Promise<number>;

export type CommandName =
  | "run"
  | "status"
  | "events"
  | "shutdown"
  | "config"
  | "doctor"
  | "boards"
  | "detect"
  | "battery"
  | "switch"
  | "sim"
  | "version"
  | "help";

export interface CommandSpec {
  readonly name: CommandName;
  /** What follows `pi-ups NAME`, one line for each form. */
  readonly usage: readonly string[];
  readonly summary: string;
  /** Further paragraphs for `pi-ups help NAME`. */
  readonly details: readonly string[];
  readonly options: OptionTable;
}

/** The value of a string option. */
export function textOption(options: OptionValues, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}

/** The values of an option that may be given several times. */
export function listOption(options: OptionValues, name: string): readonly string[] {
  const value = options[name];
  return Array.isArray(value) ? (value as readonly string[]) : [];
}
