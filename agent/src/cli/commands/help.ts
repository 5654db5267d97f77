// `pi-ups help [COMMAND]`.
import { didYouMean } from "../../config/suggest.ts";
import type { CommandRun } from "../command.ts";
import { commands, findCommand } from "../commands.ts";
import { UsageError } from "../exit.ts";
import { commandHelp, generalHelp } from "../help.ts";

export const run: CommandRun = ({ io, words }) => {
  const [name] = words;
  if (name === undefined) {
    io.out(generalHelp());
    return Promise.resolve(0);
  }
  const command = findCommand(name);
  if (command === null) {
    const names = commands.map((known) => known.name);
    throw new UsageError(
      `There is no command ${JSON.stringify(name)}. ${didYouMean(name, names, `Expected is one of ${names.join(", ")}.`)}`,
    );
  }
  io.out(commandHelp(command));
  return Promise.resolve(0);
};
