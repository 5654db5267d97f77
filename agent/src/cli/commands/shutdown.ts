// `pi-ups shutdown` and `pi-ups shutdown cancel`: asks the running agent, which decides.
import { UpsError } from "../../core/ups-error.ts";
import type { Answer } from "../../ports/ha-link.ts";
import { parseDurationMs } from "../../sim/quantities.ts";
import { type CliIo, type CommandRun, type OptionValues, textOption } from "../command.ts";
import { UsageError } from "../exit.ts";
import { findAgent } from "../target.ts";

const longestReason = 200;
const longestDelayMs = 86_400_000;

/** Prints what the agent says; a refusal is an error. */
export function printAnswer(io: CliIo, { accepted, code, message }: Answer): number {
  if (!accepted) throw new UpsError(code ?? "PI_UPS_REFUSED", message);
  io.out(`${message}\n`);
  return 0;
}

function delayOf(options: OptionValues): number | null {
  const text = textOption(options, "in");
  if (text === undefined) return null;
  const delay = parseDurationMs(text);
  if (!delay.ok) throw new UsageError(`--in: ${delay.message}`);
  if (delay.value > longestDelayMs) throw new UsageError("--in: expected is at most 24 h.");
  return delay.value;
}

function reasonOf(options: OptionValues): string | null {
  const text = textOption(options, "reason")?.trim();
  if (text === undefined) return null;
  if (text.length >= 1 && text.length <= longestReason) return text;
  throw new UsageError(`--reason: found ${text.length} characters, expected 1 to ${longestReason}.`);
}

export const run: CommandRun = async (invocation) => {
  const { io, options, words } = invocation;
  const [word, ...rest] = words;
  if ((word !== undefined && word !== "cancel") || rest.length > 0) {
    const found = JSON.stringify(rest[0] ?? word);
    throw new UsageError(`\`pi-ups shutdown\` does not know ${found}; expected is nothing or "cancel".`);
  }
  const delayMs = delayOf(options);
  const reason = reasonOf(options);
  if (word === "cancel" && (delayMs !== null || reason !== null)) {
    throw new UsageError("`pi-ups shutdown cancel` takes neither --in nor --reason.");
  }
  const agent = await findAgent(invocation);
  if (word === "cancel") return printAnswer(io, await agent.cancelShutdown());
  return printAnswer(io, await agent.requestShutdown(delayMs, reason));
};
