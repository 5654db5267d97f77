// Installs that are done once: a stamp file is written last, so that a half-finished install is found and done again.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "./lock.ts";
import { say } from "./step.ts";

/** True when `folder` was installed to its end with exactly these pins. */
export function isInstalled(folder: string, pins: unknown): boolean {
  const stamp = join(folder, ".installed");
  return existsSync(stamp) && readFileSync(stamp, "utf8") === JSON.stringify(pins);
}

/**
 * Runs `install` for `folder` unless it was done before with the same pins. Two runs at once do it one after the other;
 * one that was interrupted leaves no stamp, and `install` must cope with what it left behind.
 */
export async function once(folder: string, pins: unknown, install: () => Promise<void>): Promise<void> {
  if (isInstalled(folder, pins)) return;
  const wait = () => say(`Another run is installing ${folder}; waiting for it.`);
  await withLock(`${folder}.lock`, wait, async () => {
    if (isInstalled(folder, pins)) return;
    mkdirSync(folder, { recursive: true });
    rmSync(join(folder, ".installed"), { force: true });
    await install();
    writeFileSync(join(folder, ".installed"), JSON.stringify(pins));
  });
}
