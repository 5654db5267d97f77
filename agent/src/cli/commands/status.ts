// `pi-ups status`: the running agent's snapshot, as a table or as JSON.
import type { CommandRun } from "../command.ts";
import { statusView } from "../status-view.ts";
import { findAgent } from "../target.ts";
import { noWords } from "../words.ts";

export const run: CommandRun = async (invocation) => {
  noWords("status", invocation.words);
  const { io, options } = invocation;
  const report = await (await findAgent(invocation)).status();
  io.out(options["json"] === true ? `${JSON.stringify(report, null, 2)}\n` : statusView(report, io.color));
  return 0;
};
