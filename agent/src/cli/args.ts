// From the words of a command line to a command and its options. Everything that does not fit is one sentence.
import { type ParseArgsConfig, parseArgs } from "node:util";
import { closest } from "../config/suggest.ts";
import type { CommandSpec, OptionSpec, OptionTable, OptionValues } from "./command.ts";
import { commands, findCommand, globalOptions } from "./commands.ts";
import { UsageError } from "./exit.ts";

export interface CommandLine {
  /** null: no command was given. */
  readonly command: CommandSpec | null;
  readonly options: OptionValues;
  readonly words: readonly string[];
}

type Token = NonNullable<ReturnType<typeof parseArgs>["tokens"]>[number];
type OptionToken = Extract<Token, { kind: "option" }>;

/** Options have the same kind in every command, so that the words can be told apart before the command is known. */
const allOptions: OptionTable = Object.assign({}, globalOptions, ...commands.map(({ options }) => options));

function forNode(table: OptionTable): NonNullable<ParseArgsConfig["options"]> {
  return Object.fromEntries(
    Object.entries(table).map(([name, { type, short, multiple }]) => [
      name,
      { type, ...(short === undefined ? {} : { short }), ...(multiple === undefined ? {} : { multiple }) },
    ]),
  );
}

/** A negative number is a word, not an option; quantities know the minus sign of typesetters. */
function withNegativeNumbers(args: readonly string[]): string[] {
  return args.map((arg) => (/^-\d/.test(arg) ? `−${arg.slice(1)}` : arg));
}

function unknownOption(token: OptionToken, command: CommandSpec | null): UsageError {
  const owners = commands.filter(({ options }) => Object.hasOwn(options, token.name)).map(({ name }) => name);
  if (owners.length > 0 && command !== null) {
    const where = owners.map((name) => `\`pi-ups ${name}\``).join(" and ");
    return new UsageError(
      `\`pi-ups ${command.name}\` has no option ${token.rawName}; it belongs to ${where}.`,
    );
  }
  const known = Object.keys({ ...globalOptions, ...command?.options }).map((name) => `--${name}`);
  const near = closest(token.rawName, known);
  const hint =
    near === null
      ? `\`pi-ups help${command === null ? "" : ` ${command.name}`}\` lists them`
      : `did you mean ${near}?`;
  return new UsageError(`There is no option ${token.rawName}: ${hint}${near === null ? "." : ""}`);
}

function checkOption(token: OptionToken, spec: OptionSpec): void {
  if (spec.type === "boolean") {
    if (token.value !== undefined) throw new UsageError(`The option ${token.rawName} takes no value.`);
    return;
  }
  const missing = token.value === undefined || (token.inlineValue === false && /^-./.test(token.value));
  if (missing || token.value === "") {
    throw new UsageError(
      `The option ${token.rawName} needs a value: ${token.rawName} ${spec.placeholder ?? "VALUE"}.`,
    );
  }
}

function unknownCommand(word: string): UsageError {
  const near = closest(
    word,
    commands.map(({ name }) => name),
  );
  const hint = near === null ? "`pi-ups help` lists all commands." : `Did you mean \`pi-ups ${near}\`?`;
  return new UsageError(`There is no command ${JSON.stringify(word)}. ${hint}`);
}

/** Throws `UsageError`. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const parsed = parseArgs({
    args: withNegativeNumbers(args),
    options: forNode(allOptions),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const [name, ...words] = parsed.positionals;
  const command = name === undefined ? null : findCommand(name);
  if (name !== undefined && command === null) throw unknownCommand(name);
  const known: OptionTable = { ...globalOptions, ...command?.options };
  for (const token of parsed.tokens) {
    if (token.kind !== "option") continue;
    const spec = Object.hasOwn(known, token.name) ? known[token.name] : undefined;
    if (spec === undefined) throw unknownOption(token, command);
    checkOption(token, spec);
  }
  return { command, options: parsed.values as OptionValues, words };
}
