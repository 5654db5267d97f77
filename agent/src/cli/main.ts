// Entry of `pi-ups`: finds the command, runs it, and turns every error into a sentence and an exit code.
import { UpsError } from "../core/ups-error.ts";
import { type CommandLine, parseCommandLine } from "./args.ts";
import type { CliIo, CommandName, Invocation } from "./command.ts";
import { exitCodeOf, exitCodes, UsageError } from "./exit.ts";
import { loaders } from "./loaders.ts";

/** A reader that goes away (`pi-ups events | head`) is no error; the agent even runs on without its log. */
function survivePipes(command: CommandName): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      if (command !== "run") process.exit(exitCodes.ok);
    });
  }
}

function wantsColor(noColor: boolean): boolean {
  const { NO_COLOR: off, TERM: term } = process.env;
  return process.stdout.isTTY === true && !noColor && (off === undefined || off === "") && term !== "dumb";
}

async function ask(question: string): Promise<string | null> {
  if (process.stdin.isTTY !== true) return null;
  const { createInterface } = await import("node:readline/promises");
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await lines.question(question)).trim();
  } finally {
    lines.close();
  }
}

function makeIo(noColor: boolean): CliIo {
  return {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    color: wantsColor(noColor),
    ask,
    env: process.env,
    folder: process.cwd(),
  };
}

function report(error: unknown): number {
  if (!(error instanceof UpsError)) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`pi-ups: this is a fault in pi-ups itself, please report it: ${detail}\n`);
    return exitCodes.error;
  }
  const code = exitCodeOf(error.code);
  // Lines that begin with FILE:LINE:COL stay as they are: editors find the place by them.
  if (code === exitCodes.config) process.stderr.write(`${error.message}\n`);
  else if (code === exitCodes.usage) process.stderr.write(`pi-ups: ${error.message}\n`);
  else process.stderr.write(`pi-ups: ${error.message} (${error.code})\n`);
  return code;
}

/** Which command a command line is for: --help and --version are commands in another spelling. */
function invoked({
  command,
  options,
  words,
}: CommandLine): Pick<CommandLine, "words"> & { name: CommandName } {
  if (options["help"] === true) return { name: "help", words: command === null ? [] : [command.name] };
  if (options["version"] === true) return { name: "version", words: [] };
  if (command !== null) return { name: command.name, words };
  throw new UsageError("No command is given. `pi-ups help` lists all commands.");
}

/** An agent that is not there may be one that shut its simulated Pi down, which is no mistake to mend. */
async function explained(error: unknown, invocation: Invocation): Promise<unknown> {
  if (!(error instanceof UpsError) || error.code !== "PI_UPS_NO_AGENT") return error;
  const { sleepingWords } = await import("./commands/sim-world.ts");
  const words = await sleepingWords(invocation);
  return words === null ? error : new UpsError(error.code, words, { cause: error });
}

async function main(args: readonly string[]): Promise<number> {
  const line = parseCommandLine(args);
  const { name, words } = invoked(line);
  survivePipes(name);
  const run = await loaders[name]();
  const invocation = { io: makeIo(line.options["no-color"] === true), options: line.options, words };
  try {
    return await run(invocation);
  } catch (error) {
    throw await explained(error, invocation);
  }
}

/** What still holds the process then (a socket, a timer) was forgotten, and must not keep a shell waiting. */
const lingerMs = 2_000;

process.exitCode = await main(process.argv.slice(2)).catch(report);
setTimeout(() => process.exit(), lingerMs).unref();
