// The real machine: `sync`, and `systemctl poweroff` as a child process. Not tried on hardware.
import { spawn } from "node:child_process";
import { UpsError } from "../core/ups-error.ts";
import type { Host } from "../ports/ports.ts";

interface Ended {
  /** null: it did not end in time. 127: it could not be started. */
  readonly code: number | null;
  /** The last that it said. */
  readonly said: string;
}

/**
 * Runs a program, found by PATH. A program that hangs is killed and left behind: one that waits for a dead disk cannot
 * even be killed, and the shutdown must go on.
 */
function run(command: string, args: readonly string[], limitMs: number): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    const take = (chunk: Buffer) => {
      said = (said + chunk.toString("utf8")).slice(-1000);
    };
    const end = (code: number | null) => {
      clearTimeout(timer);
      resolve({ code, said: said.trim() });
    };
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
      end(null);
    }, limitMs);
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.on("error", (error) => {
      said = error.message;
      end(127);
    });
    child.on("close", (code) => end(code ?? 128));
  });
}

const cure =
  "Run the agent as root, or let its user power off: a polkit rule for org.freedesktop.login1.power-off, or sudoers.";

function sentence(verb: string, { code, said }: Ended, limitMs: number): string {
  if (code === null) return `systemctl ${verb} did not end within ${limitMs / 1000} s.`;
  const words = said === "" ? "" : `: ${said}`;
  if (code === 127) return `systemctl could not be started${words}. This agent needs systemd to power off.`;
  return `systemctl ${verb} ended with ${code}${words}. ${cure}`;
}

export interface SystemdHostOptions {
  readonly syncLimitMs?: number;
  readonly powerOffLimitMs?: number;
}

/** Never rejects in `sync`; `powerOff` throws `UpsError` (`PI_UPS_POWEROFF_FAILED`). */
export function createSystemdHost(options: SystemdHostOptions = {}): Host {
  const { syncLimitMs = 5_000, powerOffLimitMs = 10_000 } = options;
  async function order(verb: "poweroff" | "reboot"): Promise<void> {
    const ended = await run("systemctl", [verb], powerOffLimitMs);
    if (ended.code === 0) return;
    throw new UpsError("PI_UPS_POWEROFF_FAILED", sentence(verb, ended, powerOffLimitMs));
  }

  return {
    async sync() {
      await run("sync", [], syncLimitMs);
    },
    powerOff: () => order("poweroff"),
    reboot: () => order("reboot"),
  };
}
