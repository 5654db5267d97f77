// The power-off as child processes, found by PATH: what a real systemctl answers is played by small programs.
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { createSystemdHost } from "../../agent/src/platform/systemd-host.ts";
import { testFolder } from "./support/events.ts";

/** A folder that is the whole PATH, with these programs in it. */
function onlyPath(programs: Readonly<Record<string, string>>): string {
  const folder = testFolder();
  for (const [name, body] of Object.entries(programs)) {
    const file = join(folder, name);
    writeFileSync(file, `#!/bin/sh\n${body}\n`);
    chmodSync(file, 0o755);
  }
  const before = process.env["PATH"];
  process.env["PATH"] = folder;
  onTestFinished(() => {
    process.env["PATH"] = before;
  });
  return folder;
}

it("orders the power-off with systemctl", async () => {
  const folder = onlyPath({ systemctl: `echo "$@" > "$(/usr/bin/dirname "$0")/asked"` });
  await createSystemdHost().powerOff("requested", "Please.");
  expect(readFileSync(join(folder, "asked"), "utf8")).toBe("poweroff\n");
});

it("says what systemctl said, and the cure, when it refuses", async () => {
  onlyPath({ systemctl: "echo 'Interactive authentication required.' >&2; exit 1" });
  await expect(createSystemdHost().powerOff("requested", "")).rejects.toMatchObject({
    code: "PI_UPS_POWEROFF_FAILED",
    message: expect.stringMatching(/ended with 1: Interactive authentication required\..*polkit.*sudoers/),
  });
});

it("says that there is no systemd", async () => {
  onlyPath({});
  await expect(createSystemdHost().powerOff("requested", "")).rejects.toMatchObject({
    code: "PI_UPS_POWEROFF_FAILED",
    message: expect.stringContaining("could not be started"),
  });
});

it("does not wait for a systemctl that hangs", async () => {
  onlyPath({ systemctl: "exec /bin/sleep 60" });
  const host = createSystemdHost({ powerOffLimitMs: 200 });
  await expect(host.powerOff("requested", "")).rejects.toMatchObject({
    message: expect.stringContaining("did not end within 0.2 s"),
  });
});

it("syncs, and goes on when the sync hangs, fails or is missing", async () => {
  const folder = onlyPath({ sync: `: > "$(/usr/bin/dirname "$0")/synced"` });
  await createSystemdHost().sync();
  expect(existsSync(join(folder, "synced"))).toBe(true);
  for (const programs of [{ sync: "exec /bin/sleep 60" }, { sync: "exit 1" }, {}]) {
    onlyPath(programs);
    await createSystemdHost({ syncLimitMs: 200 }).sync();
  }
});
