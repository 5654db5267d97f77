// The real machine: `sync`, and `systemctl poweroff` as a child process. Not tried on hardware.
import { spawn } from "node:child_process";
import { UpsError } from "../core/ups-error.ts";
import type { Host } from "../ports/ports.ts";

/** Runs a program with a time limit; resolves with its exit code and what it said. */
function run(
  command: string,
  args: readonly string[],
  timeoutMs: number,
): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      timeout: timeoutMs,
      killSignal: "SIGKILL",
    });
    let said = "";
    const take = (chunk: Buffer) => {
      said = (said + chunk.toString("utf8")).slice(-1000);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.on("error", (error) => resolve({ code: 127, said: error.message }));
    child.on("close", (code) => resolve({ code: code ?? 128, said: said.trim() }));
  });
}

const syncLimitMs = 5_000;
const powerOffLimitMs = 10_000;

export const systemdHost: Host = {
  async sync() {
    await run("sync", [], syncLimitMs);
  },
  async powerOff() {
    const { code, said } = await run("systemctl", ["poweroff"], powerOffLimitMs);
    if (code === 0) return;
    throw new UpsError(
      "PI_UPS_POWEROFF_FAILED",
      `systemctl poweroff ended with ${code}${said === "" ? "" : ` (${said})`}. Run the agent as root, or allow its user to power off (polkit: org.freedesktop.login1.power-off).`,
    );
  },
};
