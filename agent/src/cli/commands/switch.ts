// `pi-ups switch`: what the board can switch, and switching it, through the running agent.
import { switches } from "../../boards/board.ts";
import { switchWords } from "../../boards/board-words.ts";
import { didYouMean } from "../../config/suggest.ts";
import type { CommandRun } from "../command.ts";
import { UsageError } from "../exit.ts";
import { parseSwitch, switchArguments } from "../switch-command.ts";
import { table } from "../table.ts";
import { findAgent } from "../target.ts";
import { printAnswer } from "./shutdown.ts";

export const run: CommandRun = async (invocation) => {
  const { io, options, words } = invocation;
  const [word, ...rest] = words;
  if (word === undefined) {
    const names = await (await findAgent(invocation)).switches();
    const rows = names.map((name) => [name, switchArguments[name], switchWords[name]]);
    io.out(names.length === 0 ? "This board has nothing to switch.\n" : table(rows));
    return 0;
  }
  const name = switches.find((one) => one === word);
  if (name === undefined) {
    const all = `Expected is one of ${switches.join(", ")}.`;
    throw new UsageError(`There is no switch ${JSON.stringify(word)}. ${didYouMean(word, switches, all)}`);
  }
  const command = parseSwitch(name, rest);
  if (command.kind === "power_cut" && command.delayS !== null && options["yes"] !== true) {
    throw new UsageError(
      "A power cut takes the power from a running Pi. Shut the Pi down in the time that you give, and confirm with --yes.",
    );
  }
  return printAnswer(io, await (await findAgent(invocation)).switchBoard(command));
};
