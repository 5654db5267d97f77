// The code of each command, loaded only when the command is called: `pi-ups status` must not wait for the whole agent.
import type { CommandName, CommandRun } from "./command.ts";

export const loaders: Readonly<Record<CommandName, () => Promise<CommandRun>>> = {
  run: async () => (await import("./commands/run.ts")).run,
  status: async () => (await import("./commands/status.ts")).run,
  events: async () => (await import("./commands/events.ts")).run,
  shutdown: async () => (await import("./commands/shutdown.ts")).run,
  config: async () => (await import("./commands/config.ts")).run,
  doctor: async () => (await import("./commands/doctor.ts")).run,
  boards: async () => (await import("./commands/boards.ts")).run,
  detect: async () => (await import("./commands/detect.ts")).run,
  battery: async () => (await import("./commands/battery.ts")).run,
  switch: async () => (await import("./commands/switch.ts")).run,
  sim: async () => (await import("./commands/sim.ts")).run,
  version: async () => (await import("./commands/version.ts")).run,
  help: async () => (await import("./commands/help.ts")).run,
};
