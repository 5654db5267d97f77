// Starts the gpiomon or gpioset that holds a line, and waits until it does. Version 2 says so with a banner; for version 1
// gpioinfo is asked until it names the program.
import type { Result } from "../core/model.ts";
import { gpioFailed } from "./gpio-failures.ts";
import { type ChipLine, isBanner } from "./gpio-gpiod-format.ts";
import type { GpiodMachine, GpiodTools } from "./gpio-gpiod-tools.ts";
import { type RunningTool, startTool } from "./gpio-tool-process.ts";

export interface HoldRequest {
  readonly command: "gpiomon" | "gpioset";
  readonly args: readonly string[];
  readonly machine: GpiodMachine;
  readonly line: ChipLine;
  /** How long it may take to begin, ms. */
  readonly limitMs: number;
  /** Each line of text but the banner; also before the hold was reported. */
  readonly onLine: (text: string) => void;
}

/** `false` after so many ms. */
export function after(ms: number): Promise<false> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(false), ms).unref();
  });
}

/** A program that has the line. Where it could not get it, it has ended, and the failure says why. */
export async function holdLine(tools: GpiodTools, request: HoldRequest): Promise<Result<RunningTool>> {
  const { command, machine, line, limitMs, onLine } = request;
  let sayBegun = () => {};
  const banner = new Promise<true>((resolve) => {
    sayBegun = () => resolve(true);
  });
  const tool = startTool(command, request.args, {
    path: tools.path,
    onLine: (text) => (machine.major === 2 && isBanner(text) ? sayBegun() : onLine(text)),
  });
  const begun =
    machine.major === 2
      ? Promise.race([banner, after(limitMs)])
      : tools.isHeldBy(line, command, limitMs, () => !tool.gone);
  const outcome = await Promise.race([begun, tool.ended]);
  if (outcome === true) return { ok: true, value: tool };
  // Version 1 can end while gpioinfo is being asked; its own words say more than that it holds nothing.
  const diedItself = typeof outcome === "string" || tool.gone;
  await tool.end();
  if (diedItself) return tools.failure(line, await tool.ended);
  return gpioFailed(
    "PI_UPS_GPIO_TOOL_ENDED",
    `${command} did not take GPIO${line.offset} within ${limitMs} ms. See who holds it with: gpioinfo, and whether the machine is too busy with: uptime`,
  );
}
