// `pi-ups sim`: changes the world around a simulated board. The running agent obeys; while the simulated Pi is off
// nobody runs, and the saved world in the state folder is changed instead.

import { didYouMean } from "../../config/suggest.ts";
import type { SimCommand } from "../../ports/control.ts";
import { isSimCommandWord, parseSimCommand, simCommandWords } from "../../sim/sim-command.ts";
import { type CommandRun, type Invocation, textOption } from "../command.ts";
import { UsageError } from "../exit.ts";
import { printAnswer } from "./shutdown.ts";
import { findWorld } from "./sim-world.ts";

const words: readonly string[] = [...Object.keys(simCommandWords), "scenario"];

function parseWords({ words: [word, ...rest], options }: Invocation): SimCommand {
  if (word === undefined) throw new UsageError(`\`pi-ups sim\` needs a word: ${words.join(", ")}.`);
  if (!isSimCommandWord(word)) {
    const otherwise = `Expected is one of ${words.join(", ")}.`;
    throw new UsageError(
      `\`pi-ups sim\` does not know ${JSON.stringify(word)}. ${didYouMean(word, words, otherwise)}`,
    );
  }
  const { argument } = simCommandWords[word];
  if (argument !== null && rest.length === 0) {
    throw new UsageError(`\`pi-ups sim ${word}\` needs a value: pi-ups sim ${word} ${argument}.`);
  }
  const value = rest.length === 0 ? undefined : rest.join(" ");
  const command = parseSimCommand(word, value, textOption(options, "for"));
  if (!command.ok) throw new UsageError(`\`pi-ups sim ${word}\`: ${command.message}`);
  return command.value;
}

export const run: CommandRun = async (invocation) => {
  const [word] = invocation.words;
  if (word === "scenario") return (await import("./sim-scenario.ts")).playScenario(invocation);
  const command = parseWords(invocation);
  const world = await findWorld(invocation);
  return printAnswer(invocation.io, await world(command));
};
