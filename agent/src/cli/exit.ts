// How a command ends: the exit codes, and the error that means "you called it wrongly".
import { UpsError } from "../core/ups-error.ts";

export const exitCodes = {
  ok: 0,
  /** The agent refused, a file could not be read, or there is a fault in pi-ups. */
  error: 1,
  usage: 2,
  noAgent: 3,
  /** EX_CONFIG of sysexits(3); systemd units can tell it from a crash (RestartPreventExitStatus). */
  config: 78,
} as const;

/** In the order of the help text. */
export const exitCodeHelp: readonly (readonly [number, string])[] = [
  [exitCodes.ok, "done"],
  [exitCodes.error, "not done: the agent refused, or something failed"],
  [exitCodes.usage, "wrong use: unknown command or option, missing or bad argument"],
  [exitCodes.noAgent, "no agent is running"],
  [exitCodes.config, "the configuration is wrong"],
];

/** The command line itself is wrong. */
export class UsageError extends UpsError {
  constructor(message: string) {
    super("PI_UPS_USAGE", message);
  }
}

/** The exit code for an error's stable code. */
export function exitCodeOf(code: string): number {
  if (code === "PI_UPS_USAGE") return exitCodes.usage;
  if (code === "PI_UPS_NO_AGENT") return exitCodes.noAgent;
  return code.startsWith("PI_UPS_CONFIG_") ? exitCodes.config : exitCodes.error;
}
