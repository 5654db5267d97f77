// Who we are and who the agent is, with groups by name as /etc/group has them.
import { join } from "node:path";
import type { UserFacts } from "../doctor/facts.ts";
import { trimmed } from "./machine-facts-files.ts";

interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

function groupsOf(root: string): readonly Group[] {
  const text = trimmed(join(root, "etc/group")) ?? "";
  return text.split("\n").flatMap((line) => {
    const [name, , gid, members = ""] = line.split(":");
    return name === undefined || !/^\d+$/.test(gid ?? "")
      ? []
      : [{ name, gid: Number(gid), members: members.split(",") }];
  });
}

function nameOf(root: string, uid: number): string {
  const text = trimmed(join(root, "etc/passwd")) ?? "";
  const line = text.split("\n").find((one) => one.split(":")[2] === String(uid));
  return line?.split(":")[0] ?? `user ${uid}`;
}

/** A user from its numbers. */
export function userFacts(root: string, uid: number, gids: readonly number[]): UserFacts {
  const groups = groupsOf(root);
  const name = nameOf(root, uid);
  return {
    name,
    uid,
    groups: groups.filter(({ gid }) => gids.includes(gid)).map((group) => group.name),
    listedGroups: groups
      .filter(({ gid, members }) => members.includes(name) || gids.includes(gid))
      .map((group) => group.name),
  };
}

/** The user that runs this process. */
export function ownUser(root: string): UserFacts {
  const gids = [...(process.getgroups?.() ?? []), process.getegid?.() ?? 0];
  return userFacts(root, process.geteuid?.() ?? 0, gids);
}

/** The user of another process, out of /proc; null when it is gone. */
export function userOfProcess(root: string, pid: number): UserFacts | null {
  const status = trimmed(join(root, "proc", String(pid), "status"));
  if (status === null) return null;
  const numbers = (key: string): readonly number[] =>
    (new RegExp(`^${key}:\\s*(.*)$`, "m").exec(status)?.[1] ?? "")
      .split(/\s+/)
      .filter((word) => word !== "")
      .map(Number);
  // Real, effective, saved, file system.
  const uid = numbers("Uid")[1];
  const gid = numbers("Gid")[1];
  return uid === undefined
    ? null
    : userFacts(root, uid, [...numbers("Groups"), ...(gid === undefined ? [] : [gid])]);
}
