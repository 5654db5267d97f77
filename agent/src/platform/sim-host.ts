// The simulated Pi's power switch: the simulated world goes on without its Pi, and the file says so before the order
// counts as accepted, because whoever watches the file boots the Pi again.
import type { Host } from "../ports/ports.ts";

/** @param switchOff switches the simulated Pi off and saves the world; throws when it cannot be saved */
export function createSimHost(switchOff: () => void): Host {
  return {
    sync: () => Promise.resolve(),
    powerOff() {
      switchOff();
      return Promise.resolve();
    },
    // The process ends in both cases; whoever watches the simulated Pi starts it again.
    reboot() {
      switchOff();
      return Promise.resolve();
    },
  };
}
