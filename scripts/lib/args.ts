// Command lines of the scripts: node:util's parser, with a sentence instead of a stack trace when it does not understand.
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { Trouble } from "./trouble.ts";

/** The values of the options; `Trouble` with the usage when there is an option or word that nobody asked for. */
export function options<T extends ParseArgsOptionsConfig>(usage: string, config: T) {
  try {
    return parseArgs({ options: config, allowPositionals: false }).values;
  } catch (cause) {
    throw new Trouble(`${(cause as Error).message}\n\n${usage}`, { cause });
  }
}
