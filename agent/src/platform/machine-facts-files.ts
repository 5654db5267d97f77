// Reading small system files, for doctor and the Pi signals: under a root of choice, so that tests can build a machine out of files.
import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statfsSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Looked, PlaceFacts } from "../doctor/facts.ts";

/** The text of a file; a half sentence when it cannot be read. */
export function readSystemFile(path: string): Looked<string> {
  try {
    return { ok: true, value: readFileSync(path, "utf8") };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return { ok: false, why: `there is no ${path}` };
    if (code === "EACCES" || code === "EPERM") return { ok: false, why: `this user may not read ${path}` };
    return { ok: false, why: `${path} cannot be read (${message})` };
  }
}

/** The text without surrounding space and zero bytes; null when the file cannot be read. */
export function trimmed(path: string): string | null {
  const read = readSystemFile(path);
  return read.ok ? read.value.replaceAll("\0", "").trim() : null;
}

/** Names in a folder, sorted; none when it cannot be read. */
export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    return [];
  }
}

/** The last part of what a link points to; null when it is no link. */
export function linkName(path: string): string | null {
  try {
    return basename(readlinkSync(path));
  } catch {
    return null;
  }
}

function may(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

export function mayReadAndWrite(path: string): boolean {
  return may(path, constants.R_OK | constants.W_OK);
}

export function mayWrite(path: string): boolean {
  return may(path, constants.W_OK);
}

function freeBytesAt(folder: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return null;
  }
}

/** A folder that the agent will write to. Makes nothing. */
export function placeFacts(path: string): PlaceFacts {
  let nearest = path;
  while (!existsSync(nearest) && dirname(nearest) !== nearest) nearest = dirname(nearest);
  return {
    path,
    exists: nearest === path,
    nearest,
    writable: may(nearest, constants.W_OK | constants.X_OK),
    freeBytes: freeBytesAt(nearest),
  };
}

/** Paths below a root that stands in for `/`. */
export function below(root: string): (path: string) => string {
  return (path) => join(root, path);
}
