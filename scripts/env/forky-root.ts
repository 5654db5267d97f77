// A small Debian forky root, made once: the only Debian that has a Python new enough for Home Assistant.
// Recipe: mmdebstrap, because it needs nothing but apt and is done in twenty seconds.
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { boundToUs } from "../lib/groups.ts";
import { explained } from "../lib/network.ts";
import { isInstalled, once } from "../lib/once.ts";
import { cache, pinHash } from "../lib/paths.ts";
import { run, which } from "../lib/run.ts";
import { say, step } from "../lib/step.ts";
import { Trouble } from "../lib/trouble.ts";
import { versions } from "../lib/versions.ts";
import { aptProxyOptions, debian, debianMirror, installPackages } from "./debian.ts";
import { type PythonWorld, privately, rootedWorld } from "./world.ts";

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

async function fill(target: string, mirror: string, detail: (text: string) => void): Promise<void> {
  await run("rm", ["-rf", "--one-file-system", target]);
  const [program = "", ...args] = boundToUs([
    ...["unshare", ...privately, "--mount-proc", "mmdebstrap"],
    // A mirror that lags behind is good enough, and would be refused as expired.
    '--aptopt=Acquire::Check-Valid-Until "false"',
    ...(await aptProxyOptions()),
    "--variant=minbase",
    `--keyring=${keyring}`,
    `--include=${pins.packages.join(",")}`,
    ...[pins.suite, target, mirror],
  ]);
  await run(program, args, {
    onLine: detail,
    what: `mmdebstrap from ${mirror}`,
    logFile: join(folder, "mmdebstrap.log"),
  });
}

async function build(detail: (text: string) => void): Promise<void> {
  // A root of an interrupted run may be half there; it is never entered, only replaced. No mount of ours is visible
  // here, and the option keeps the removal off anything that somebody else mounted.
  await run("sh", ["-c", 'rm -rf --one-file-system "$0"/root "$0"/root.new.*', folder]);
  const fresh = join(folder, `root.new.${process.pid}`);
  const own = await debianMirror();
  try {
    // This machine's own mirror may be a copy of one release only.
    if (own === debian) await fill(fresh, debian, detail);
    else await fill(fresh, own, detail).catch(() => fill(fresh, debian, detail));
  } catch (error) {
    throw explained(
      error,
      "Debian's packages are out of reach. The small system with Python 3.14 is made from them (about 100 MB, once); check the network and apt's settings.",
    );
  }
  renameSync(fresh, root);
}

/** Makes the root when it is not there, and returns the world in it. */
export async function ensureForkyRoot(): Promise<PythonWorld> {
  await once(folder, pins, async () => {
    await needRoot();
    say("This machine has no Python 3.14, and uv's downloads are out of reach; Debian has one.");
    mkdirSync(folder, { recursive: true });
    await step("Making a small Debian system with Python 3.14 beside this one (about 20 s, 0.5 GB)", build);
  });
  return rootedWorld(root);
}
