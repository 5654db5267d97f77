// The simulated Pi's power switch: the file of the simulated world says that its Pi is off before the order counts as
// accepted, because whoever watches the file boots the Pi again. The power itself goes when the process has ended its work.
import type { Host } from "../ports/ports.ts";

/** @param switchOff saves that the simulated Pi is off; throws when that cannot be saved */
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
