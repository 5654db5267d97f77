// A small Debian forky root, made once: the only Debian that has a Python new enough for Home Assistant.
// Recipe: mmdebstrap, because it needs nothing but apt and is done in twenty seconds.
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { isInstalled, once } from "../lib/once.ts";
import { cache, pinHash } from "../lib/paths.ts";
import { run, which } from "../lib/run.ts";
import { step } from "../lib/step.ts";
import { Trouble } from "../lib/trouble.ts";
import { versions } from "../lib/versions.ts";
import { aptProxyOptions, debianMirror, installPackages } from "./debian.ts";
import { type PythonWorld, rootedWorld } from "./world.ts";

const pins = {
  suite: "forky",
  packages: [
    ...["ca-certificates", "tzdata", "python3.14", "python3.14-venv"],
    // Two of the requirements have no wheel for this Python and are compiled.
    ...["python3.14-dev", "g++"],
    ...["libjpeg62-turbo", "libturbojpeg0", "zlib1g", "libpcap0.8t64", "libgomp1"],
  ],
  layout: 2,
};
const folder = join(cache, `python-root-${pinHash(pins)}`);
const root = join(folder, "root");
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** True when the root was made before. */
export function hasForkyRoot(): boolean {
  return isInstalled(folder, pins) && process.getuid?.() === 0;
}

async function needRoot(): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new Trouble(
      `Home Assistant ${versions.homeAssistant} needs Python ${versions.python.join(".")} or newer, and this machine has none.\n` +
        "The scripts can bring one in a small Debian system beside this one, but making and entering that needs root.\n" +
        "Either run the same command as root (sudo), or install python3.14 with its venv module, or install uv and let it reach its downloads.",
    );
  }
  if ((await which("mmdebstrap")) !== null && existsSync(keyring)) return;
  await installPackages("Making a small Debian system with Python 3.14", [
    "mmdebstrap",
    "debian-archive-keyring",
  ]);
}

async function build(detail: (text: string) => void): Promise<void> {
  // A root of an interrupted run may be half there; it is never entered, only replaced. No mount of ours is visible
  // here, and the option keeps the removal off anything that somebody else mounted.
  const fresh = join(folder, `root.new.${process.pid}`);
  await run("sh", ["-c", 'rm -rf --one-file-system "$0"/root "$0"/root.new.*', folder]);
  await run(
    "mmdebstrap",
    [
      '--aptopt=Acquire::Check-Valid-Until "false"',
      ...(await aptProxyOptions()),
      "--variant=minbase",
      `--keyring=${keyring}`,
      `--include=${pins.packages.join(",")}`,
      pins.suite,
      fresh,
      await debianMirror(),
    ],
    { onLine: detail, what: "mmdebstrap", logFile: join(folder, "mmdebstrap.log") },
  );
  renameSync(fresh, root);
}

/** Makes the root when it is not there, and returns the world in it. */
export async function ensureForkyRoot(): Promise<PythonWorld> {
  await once(folder, pins, async () => {
    await needRoot();
    mkdirSync(folder, { recursive: true });
    await step("Making a small Debian system with Python 3.14 beside this one (about 20 s, 0.5 GB)", build);
  });
  return rootedWorld(root);
}
