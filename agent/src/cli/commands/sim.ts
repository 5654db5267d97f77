// `pi-ups sim`: changes the world around a simulated board. The running agent obeys; while the simulated Pi is off
// nobody runs, and the saved world in the state folder is changed instead.

import { didYouMean } from "../../config/suggest.ts";
import { UpsError } from "../../core/ups-error.ts";
import type { ControlClient } from "../../platform/control-client.ts";
import type * as saved from "../../platform/sim-store.ts";
import type { SimCommand } from "../../ports/control.ts";
import type { Answer } from "../../ports/ha-link.ts";
import { isSimCommandWord, parseSimCommand, simCommandWords } from "../../sim/sim-command.ts";
import { type CommandRun, type Invocation, textOption } from "../command.ts";
import { UsageError } from "../exit.ts";
import { findAgent } from "../target.ts";
import { printAnswer } from "./shutdown.ts";

/** Whoever obeys: the agent, or the saved world. */
export type SimWorld = (command: SimCommand) => Promise<Answer>;

type SimStore = ReturnType<typeof saved.createSimStore>;

/** The saved world of this configuration, if its Pi is off; else null. */
async function sleepingWorld(invocation: Invocation): Promise<SimStore | null> {
  const { loadQuietly } = await import("../full-config.ts");
  const { createSimStore } = await import("../../platform/sim-store.ts");
  const { simWorldFile } = await import("../../hardware.ts");
  const config = loadQuietly(invocation);
  if (config === null) return null;
  const store = createSimStore(simWorldFile(config.stateDir));
  const loaded = store.load();
  if (!loaded.ok) throw new UpsError(loaded.code, loaded.message);
  return loaded.value?.pi === "off" ? store : null;
}

async function askSleeping(invocation: Invocation, command: SimCommand, noAgent: UpsError): Promise<Answer> {
  const store = await sleepingWorld(invocation);
  if (store === null) throw noAgent;
  const { applyToStore } = await import("../../platform/sim-store.ts");
  const answer = applyToStore(store, command, Date.now());
  if (!answer.accepted) return answer;
  const what = command.kind === "show" ? "read" : "changed";
  const note = `The simulated Pi is off; its saved world ${store.path} was ${what}.`;
  return { ...answer, message: `${answer.message}\n${note}` };
}

/** The agent if one runs, else the saved world of a Pi that is off. */
export async function findWorld(invocation: Invocation): Promise<SimWorld> {
  const agent: ControlClient = await findAgent(invocation);
  return async (command) => {
    try {
      return await agent.simulate(command);
    } catch (error) {
      if (!(error instanceof UpsError) || error.code !== "PI_UPS_NO_AGENT") throw error;
      return askSleeping(invocation, command, error);
    }
  };
}

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
