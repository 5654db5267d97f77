// Where `pi-ups sim` commands go: to the running agent, or, while the simulated Pi is off, to its saved world.
import type { Board } from "../../boards/board.ts";
import { UpsError } from "../../core/ups-error.ts";
import type { ControlClient } from "../../platform/control-client.ts";
import type * as saved from "../../platform/sim-store.ts";
import type { SimCommand } from "../../ports/control.ts";
import type { Answer } from "../../ports/ha-link.ts";
import type { Invocation } from "../command.ts";
import { findAgent } from "../target.ts";

/** Whoever obeys: the agent, or the saved world. */
export type SimWorld = (command: SimCommand) => Promise<Answer>;

type SimStore = ReturnType<typeof saved.createSimStore>;

interface Sleeping {
  readonly store: SimStore;
  readonly board: Board;
}

/** The saved world of this configuration, if its Pi is off; else null. */
async function sleepingWorld(invocation: Invocation): Promise<Sleeping | null> {
  const { loadQuietly } = await import("../full-config.ts");
  const { createSimStore } = await import("../../platform/sim-store.ts");
  const { simWorldFile } = await import("../../hardware.ts");
  const config = loadQuietly(invocation);
  if (config === null) return null;
  const store = createSimStore(simWorldFile(config.stateDir));
  const loaded = store.load();
  if (!loaded.ok) throw new UpsError(loaded.code, loaded.message);
  return loaded.value?.pi === "off" ? { store, board: config.board.description } : null;
}

/** Why no agent answers, where that is because the simulated Pi of this configuration is off; else null. */
export async function sleepingWords(invocation: Invocation): Promise<string | null> {
  // Somebody else's socket says nothing about this configuration's Pi.
  if (invocation.options["socket"] !== undefined) return null;
  const { loadQuietly } = await import("../full-config.ts");
  if (loadQuietly(invocation)?.board.simulated !== true) return null;
  const sleeping = await sleepingWorld(invocation).catch(() => null);
  if (sleeping === null) return null;
  return `No agent is running: the simulated Pi is off, its world is saved in ${sleeping.store.path}. \`pi-ups run\` switches it on again; \`pi-ups sim show\` tells its mains and battery.`;
}

async function askSleeping(invocation: Invocation, command: SimCommand, noAgent: UpsError): Promise<Answer> {
  const sleeping = await sleepingWorld(invocation);
  if (sleeping === null) throw noAgent;
  const { store, board } = sleeping;
  const { applyToStore } = await import("../../platform/sim-store.ts");
  const answer = applyToStore(store, command, Date.now(), board);
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
