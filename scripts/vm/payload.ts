// The second disk of the test machine: the agent as npm would install it, and the checks. Made anew for each run.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../lib/paths.ts";
import { run, which } from "../lib/run.ts";
import { Trouble } from "../lib/trouble.ts";
import { imageGlibc } from "./image.ts";

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

function manifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

/** "2.36" of this machine. */
function hostGlibc(): string {
  const report = process.report.getReport() as {
    readonly header?: { readonly glibcVersionRuntime?: string };
  };
  return report.header?.glibcVersionRuntime ?? "unknown";
}

/** Add-ons load on the C library they were built with, and on newer ones. */
function needOldEnoughGlibc(): void {
  const [host = "", guest = ""] = [hostGlibc(), imageGlibc].map((version) => version.split(".")[1]);
  if (Number(host) <= Number(guest)) return;
  throw new Trouble(
    `The add-ons built on this machine need glibc ${hostGlibc()}, and the image has ${imageGlibc}. Run it on an older system.`,
  );
}

/** Builds the add-ons where they do not load yet. */
async function needAddons(detail: (text: string) => void): Promise<void> {
  needOldEnoughGlibc();
  try {
    for (const name of ["i2c-bus", "onoff"]) await import(name);
  } catch {
    await run(process.execPath, [join(checkout, "scripts/native.ts")], {
      onLine: detail,
      what: "npm run native",
    });
  }
}

/** Copies what npm would install beside the package: its dependencies and theirs, in the versions of the checkout. */
function copyDependencies(target: string): void {
  const wanted = (folder: string) => {
    const { dependencies = {}, optionalDependencies = {} } = manifest(folder);
    return Object.keys({ ...dependencies, ...optionalDependencies });
  };
  const queue = wanted(target);
  const copied = new Set<string>();
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const source = join(checkout, "node_modules", name);
    // The other architecture's Node is not installed.
    if (copied.has(name) || !existsSync(source)) continue;
    copied.add(name);
    cpSync(source, join(target, "node_modules", name), { recursive: true, dereference: true });
    queue.push(...wanted(source));
  }
}

async function unpack(folder: string, target: string): Promise<void> {
  const npm = await which("npm");
  if (npm === null) throw new Trouble("npm is not on PATH. Start this script with: npm run test:vm");
  const packed = await run(npm, ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder], {
    cwd: checkout,
    what: "npm pack",
  });
  const name = packed.trim().split("\n").at(-1) ?? "";
  await run("tar", ["-xzf", join(folder, name), "-C", target]);
}

/** Makes the disk in `folder` and returns its path. */
export async function makePayload(folder: string, detail: (text: string) => void): Promise<string> {
  const tree = join(folder, "payload");
  rmSync(tree, { recursive: true, force: true });
  mkdirSync(tree, { recursive: true });
  await needAddons(detail);
  // The command builds the bundle where the sources are newer, under the lock that all of them take.
  await run(process.execPath, [join(checkout, "agent/bin/pi-ups.js"), "version"], {
    cwd: checkout,
    what: "the build",
  });
  await unpack(folder, tree);
  copyDependencies(join(tree, "package"));
  cpSync(join(checkout, "test/vm/guest"), join(tree, "checks"), { recursive: true });
  const disk = join(folder, "payload.ext4");
  rmSync(disk, { force: true });
  const mke2fs = (await which("mke2fs")) ?? "mke2fs";
  await run(mke2fs, ["-q", "-t", "ext4", "-E", "root_owner=0:0", "-d", tree, disk, "400M"]);
  rmSync(tree, { recursive: true, force: true });
  return disk;
}
