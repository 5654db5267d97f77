// The link's last net: a mistake of ours in a callback is logged, and must not end the process that guards the battery.
import type { Log } from "../ports/ports.ts";

export function guarded(log: Log, run: () => void): void {
  try {
    run();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    log.log("error", `The link to Home Assistant stumbled: ${message}`, { code: "PI_UPS_LINK_BUG" });
  }
}
