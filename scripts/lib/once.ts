// Installs that are done once: a stamp file is written last, so that a half-finished install is found and done again.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { say } from "./step.ts";

/** True while the process that wrote the lock is still there. */
function ownerAlive(lock: string): boolean {
  try {
    process.kill(Number(readFileSync(join(lock, "pid"), "utf8")), 0);
    return true;
  } catch {
    return false;
  }
}

async function acquire(lock: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      mkdirSync(lock);
      writeFileSync(join(lock, "pid"), String(process.pid));
      return;
    } catch {
      if (tries > 2 && !ownerAlive(lock)) rmSync(lock, { recursive: true, force: true });
      else if (tries % 30 === 3) say(`another run is installing (${lock}); waiting for it`);
      await sleep(500);
    }
  }
}

/** Runs `install` in `folder` unless its stamp says that the same pins were installed before. */
export async function once(folder: string, pins: unknown, install: () => Promise<void>): Promise<void> {
  const stamp = join(folder, ".installed");
  const wanted = JSON.stringify(pins);
  const present = () => existsSync(stamp) && readFileSync(stamp, "utf8") === wanted;
  if (present()) return;
  mkdirSync(folder, { recursive: true });
  const lock = `${folder}.lock`;
  await acquire(lock);
  try {
    if (present()) return;
    await install();
    writeFileSync(stamp, wanted);
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}
