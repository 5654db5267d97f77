// `pi-ups run`: the agent itself. Everything heavy is loaded only now.

import { becomeSmall } from "../../platform/small-process.ts";
import type { CommandRun } from "../command.ts";
import { requireConfig } from "../full-config.ts";
import { chooseConfig } from "../target.ts";
import { packageVersion } from "../version.ts";
import { noWords } from "../words.ts";

export const run: CommandRun = async (invocation) => {
  noWords("run", invocation.words);
  becomeSmall();
  const { config } = requireConfig(chooseConfig(invocation), invocation, true);
  const { runAgent } = await import("../../main.ts");
  return runAgent(config, { version: packageVersion() });
};
