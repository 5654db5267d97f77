// The surroundings of a Python program: either this machine's own, or a small Debian root beside it that shares the
// network, the checkout and the cache with this machine.
import { copyFileSync, existsSync, mkdirSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { boundToUs } from "../lib/groups.ts";
import { cache, checkout } from "../lib/paths.ts";
import { certificates, localFolders, packageEnvironment, settingsFiles } from "./package-index.ts";

/** How to run a program with the new Python around it. */
export interface PythonWorld {
  /** The interpreter's path inside. */
  readonly python: string;
  /**
   * Turns a command into one that runs in this world and ends when we end. The checkout, the cache and `folders` are
   * at the same paths inside; the working directory is `cwd`, else the checkout.
   */
  wrap(command: readonly string[], options?: WrapOptions): readonly string[];
}

export interface WrapOptions {
  readonly cwd?: string;
  readonly folders?: readonly string[];
  /** Further environment variables. */
  readonly env?: Readonly<Record<string, string>>;
}

function assignments(variables: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(variables).map(([name, value]) => `${name}=${value}`);
}

/** This machine's own surroundings, for a Python that runs here as it is. */
export function hostWorld(python: string): PythonWorld {
  return {
    python,
    wrap: (command, options = {}) =>
      boundToUs([
        "env",
        "-C",
        options.cwd ?? checkout,
        ...assignments({ ...packageEnvironment(false), ...options.env }),
        ...command,
      ]),
  };
}

/** `unshare` with mounts and processes of its own: both vanish with the first process, however that ends. */
export const privately = ["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child=KILL"];

/**
 * Enters the root: `ROOT COUNT FOLDER... CHROOT-ARGUMENTS...`.
 */
const enter = `
set -e
root=$1
count=$2
shift 2
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
while [ "$count" -gt 0 ]; do
  mkdir -p "$root$1"
  mount --bind "$1" "$root$1"
  shift
  count=$((count - 1))
done
exec chroot "$root" /usr/bin/env -i "$@"
`;

/** Copies what may change between two runs: names of hosts, resolvers, certificates, the index's settings. */
function refresh(root: string): void {
  for (const file of [certificates, "/etc/resolv.conf", "/etc/hosts", ...settingsFiles]) {
    if (!existsSync(file)) continue;
    mkdirSync(dirname(join(root, file)), { recursive: true });
    copyFileSync(realpathSync(file), join(root, file));
  }
}

/** A root of its own, entered for each command; needs to be root. */
export function rootedWorld(root: string): PythonWorld {
  refresh(root);
  return {
    python: "/usr/bin/python3.14",
    wrap(command, options = {}) {
      const shared = [...new Set([checkout, cache, ...(options.folders ?? []), ...localFolders()])].filter(
        (path) => existsSync(path),
      );
      const environment = {
        HOME: "/root",
        LANG: "C.UTF-8",
        PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ...packageEnvironment(true),
        ...options.env,
      };
      return boundToUs([
        ...["unshare", ...privately],
        ...["sh", "-c", enter, "enter", root, String(shared.length), ...shared],
        ...["-C", options.cwd ?? checkout, ...assignments(environment), ...command],
      ]);
    },
  };
}
