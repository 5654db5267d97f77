// `pi-ups version`.
import type { CommandRun } from "../command.ts";
import { packageVersion } from "../version.ts";
import { noWords } from "../words.ts";

export const run: CommandRun = ({ io, words }) => {
  noWords("version", words);
  io.out(`pi-ups ${packageVersion()} (Node ${process.versions.node}, ${process.platform} ${process.arch})\n`);
  return Promise.resolve(0);
};
