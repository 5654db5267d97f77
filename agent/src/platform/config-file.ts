// Reads the small files that people write (configuration, token, scenario) and says plainly why one cannot be read.
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, resolve } from "node:path";

/** Why a file could not be read, in one word. */
export type UnreadableKind = "missing" | "denied" | "folder" | "too_large" | "not_text" | "other";

export type TextFile =
  /** `mode`: permission bits, for example 0o640. */
  | { readonly ok: true; readonly text: string; readonly mode: number }
  | { readonly ok: false; readonly kind: UnreadableKind; readonly detail: string };

const largestBytes = 256 * 1024;

function kindOf(error: unknown): UnreadableKind {
  switch ((error as { readonly code?: string }).code) {
    case "ENOENT":
    case "ENOTDIR":
      return "missing";
    case "EACCES":
    case "EPERM":
      return "denied";
    case "EISDIR":
      return "folder";
    case "ERR_ENCODING_INVALID_ENCODED_DATA":
      return "not_text";
    default:
      return "other";
  }
}

function readOpened(descriptor: number): TextFile {
  const about = fstatSync(descriptor);
  if (about.isDirectory()) return { ok: false, kind: "folder", detail: "" };
  if (about.size > largestBytes) return { ok: false, kind: "too_large", detail: "" };
  const text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(descriptor));
  return { ok: true, text, mode: about.mode & 0o777 };
}

/** Reads UTF-8 text of at most 256 KiB; a byte order mark is dropped. */
export function readTextFile(path: string): TextFile {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, "r");
    return readOpened(descriptor);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { ok: false, kind: kindOf(error), detail };
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** An absolute path; a relative one starts at `folder`. */
export function resolvePath(folder: string, path: string): string {
  return resolve(folder, path);
}

/** The folder that holds a file. */
export function folderOf(path: string): string {
  return dirname(resolve(path));
}

export function hostName(): string {
  return hostname();
}
