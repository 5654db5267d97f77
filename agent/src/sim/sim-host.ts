// The machine that the agent may switch off, when that machine is the simulated Pi.
import type { Host } from "../ports/ports.ts";

/**
 * A `Host` whose power switch is the simulator's. The agent's process goes on and ends by itself, as a real one would
 * be ended by systemd.
 */
export function createSimHost(simulator: { powerOff(): void }): Host {
  return {
    sync: () => Promise.resolve(),
    powerOff: () => {
      simulator.powerOff();
      return Promise.resolve();
    },
  };
}
