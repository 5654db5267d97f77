// `pi-ups sim scenario FILE`: plays a YAML file of steps on a simulated world, in real time, until the end or Ctrl-C.
import { unreadableWords } from "../../config/surroundings.ts";
import { UpsError } from "../../core/ups-error.ts";
import { readTextFile, resolvePath } from "../../platform/config-file.ts";
import { nodeClock } from "../../platform/node-clock.ts";
import { parseScenario, runScenario, type Scenario } from "../../sim/scenario.ts";
import type { CommandRun, Invocation } from "../command.ts";
import { UsageError } from "../exit.ts";
import { findWorld } from "./sim-world.ts";

function invalid(message: string): UpsError {
  return new UpsError("PI_UPS_SCENARIO_INVALID", message);
}

async function readScenario(path: string): Promise<Scenario> {
  const read = readTextFile(path);
  if (!read.ok) {
    const { found, mend } = unreadableWords(read);
    throw invalid(`${path}: found ${found}, expected a scenario. ${mend}`);
  }
  const { LineCounter, parseDocument } = await import("yaml");
  const lines = new LineCounter();
  const document = parseDocument(read.text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw invalid(`${path}:${line}:${col}: this is not YAML: ${error.message}.`);
  }
  const scenario = parseScenario(document.toJS());
  if (!scenario.ok) throw new UpsError(scenario.code, `${path}: ${scenario.message}`);
  return scenario.value;
}

function fileOf({ words: [, file, ...rest], options, io }: Invocation): string {
  if (file === undefined)
    throw new UsageError("`pi-ups sim scenario` needs a file: pi-ups sim scenario FILE.");
  if (rest[0] !== undefined)
    throw new UsageError(`\`pi-ups sim scenario\` takes one file, not also ${JSON.stringify(rest[0])}.`);
  if (options["for"] !== undefined) throw new UsageError("--for belongs to `pi-ups sim fault`.");
  return resolvePath(io.folder, file);
}

/** Plays to the end; Ctrl-C ends it early with exit code 130, as shells expect. */
export const playScenario: CommandRun = async (invocation) => {
  const { io } = invocation;
  const scenario = await readScenario(fileOf(invocation));
  const apply = await findWorld(invocation);
  const interrupted = new AbortController();
  process.once("SIGINT", () => interrupted.abort());
  const { end, answer } = await runScenario(
    { apply },
    scenario,
    nodeClock,
    interrupted.signal,
    (step, _command, given) => io.out(`${(step.atMs / 1000).toFixed(1).padStart(7)} s  ${given.message}\n`),
  );
  if (end === "refused")
    throw new UpsError(answer?.code ?? "PI_UPS_REFUSED", answer?.message ?? "The step was refused.");
  return end === "aborted" ? 130 : 0;
};
