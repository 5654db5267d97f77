// What the loader needs from the machine: environment, host name, other files. The program passes the real ones
// (platform/config-file.ts); tests pass what they like.

import type { TextFile, UnreadableKind } from "../platform/config-file.ts";

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly hostName: string;
  readText(path: string): TextFile;
  /** An absolute path; a relative one starts at `folder`. */
  resolvePath(folder: string, path: string): string;
}

const unreadable: Readonly<Record<UnreadableKind, readonly [found: string, mend: string]>> = {
  missing: ["no such file", "Create it or correct the path."],
  denied: [
    "a file that this user may not read",
    "Give the agent's user the right to read it, or run as another user.",
  ],
  folder: ["a folder", "Name the file in it."],
  too_large: ["a file larger than 256 KiB", "Check that it is the right file."],
  not_text: ["bytes that are not UTF-8 text", "Save it as UTF-8 text."],
  other: ["a file that cannot be read", "Check the path and the disk."],
};

/** Found and mend of a file that could not be read. */
export function unreadableWords(read: Extract<TextFile, { ok: false }>): {
  readonly found: string;
  readonly mend: string;
} {
  const [found, mend] = unreadable[read.kind];
  return { found: read.kind === "other" ? `${found} (${read.detail})` : found, mend };
}

/** Whether people outside the file's owner and group can read it, or the group can change it. */
export function isTooOpen(mode: number): boolean {
  return (mode & 0o027) !== 0;
}
