// A Python new enough for Home Assistant, on a machine that may have none: the one on PATH, else uv's, else a small
// Debian forky root beside the host in which only Python programs run. The network and the checkout are the host's.
import { copyFileSync, existsSync, mkdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { once } from "../lib/once.ts";
import { cache, checkout, pinHash } from "../lib/paths.ts";
import { run, tryRun, which } from "../lib/run.ts";
import { say, step } from "../lib/step.ts";
import { Trouble } from "../lib/trouble.ts";
import { versions } from "../lib/versions.ts";

/** How to run a program with the new Python's world around it. */
export interface PythonWorld {
  readonly python: string;
  /**
   * Turns a command into one that runs in this world. The checkout, the cache and `folders` are visible at the same
   * paths inside. With a root of its own, the mounts vanish with the process.
   */
  wrap(
    command: readonly string[],
    options?: { readonly cwd?: string; readonly folders?: readonly string[] },
  ): readonly string[];
}

const [major, minor, patch] = versions.python;
const checkVersion = `import sys; sys.exit(0 if sys.version_info >= (${major}, ${minor}, ${patch}) else 1)`;

async function newEnough(python: string): Promise<boolean> {
  return (await tryRun(python, ["-c", checkVersion]).catch(() => ({ code: 1 }))).code === 0;
}

function plain(python: string): PythonWorld {
  return { python, wrap: (command) => command };
}

/** Python by uv: asks its download host once; where that is out of reach the answer is quick. */
async function byUv(): Promise<string | null> {
  const uv = await which("uv");
  if (uv === null) return null;
  const got = await tryRun(uv, ["python", "install", `${major}.${minor}`], { timeoutMs: 120_000 });
  if (got.code !== 0) return null;
  const found = await tryRun(uv, ["python", "find", `${major}.${minor}`]);
  const path = found.output.trim();
  return found.code === 0 && (await newEnough(path)) ? path : null;
}

const forkyPackages =
  "ca-certificates,python3.14,python3.14-venv,python3.14-dev,g++,libjpeg62-turbo,zlib1g,tzdata,libpcap0.8t64,libturbojpeg0,libgomp1";

async function needRoot(): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new Trouble(
      `Home Assistant ${versions.homeAssistant} needs Python ${versions.python.join(".")} or newer. None is on PATH, and making a small Debian system that has it needs root.\n` +
        "Either install python3.14 with its venv module, or run this command as root (sudo).",
    );
  }
  if ((await which("mmdebstrap")) !== null && existsSync("/usr/share/keyrings/debian-archive-keyring.gpg"))
    return;
  if ((await which("apt-get")) === null) {
    throw new Trouble(
      "This machine has neither Python 3.14 nor apt-get. Install python3.14 with its venv module, then try again.",
    );
  }
  await step("Installing mmdebstrap (it makes a small Debian system with Python 3.14)", async (detail) => {
    await run("apt-get", ["update", "-q"], { onLine: detail });
    await run(
      "apt-get",
      ["install", "-y", "-q", "--no-install-recommends", "mmdebstrap", "debian-archive-keyring"],
      {
        onLine: detail,
        env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      },
    );
  });
}

/** Variables that package clients need to reach their mirrors through the host's own settings. */
function passedOn(): string[] {
  const wanted =
    /^(PIP_|UV_|SSL_|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|HTTPS?_PROXY|NO_PROXY|https?_proxy|no_proxy|CI$|TERM$|PI_UPS_)/;
  return Object.entries(process.env).flatMap(([key, value]) =>
    wanted.test(key) && value !== undefined ? [`${key}=${value}`] : [],
  );
}

const certificates = "/etc/ssl/certs/ca-certificates.crt";

/** The shell that enters the root: mounts live in their own namespace and end with it. */
function enterScript(root: string, binds: readonly string[], cwd: string): string {
  const mounts = binds.map((path) => `mkdir -p '${root}${path}' && mount --bind '${path}' '${root}${path}'`);
  return [
    "set -e",
    `mount -t proc proc '${root}/proc'`,
    `mount --rbind /dev '${root}/dev'`,
    ...mounts,
    `exec chroot '${root}' /usr/bin/env -i HOME=/root LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@" `,
  ]
    .join("\n")
    .replace('"$@" ', `PWD='${cwd}' "$@"`);
}

function rooted(root: string): PythonWorld {
  return {
    python: "/usr/bin/python3.14",
    wrap(command, options = {}) {
      const cwd = options.cwd ?? checkout;
      const extra = ["/opt/wheels", "/opt/pypi", "/opt/pypi-more"].filter((path) => existsSync(path));
      const binds = [...new Set([checkout, cache, ...(options.folders ?? []), ...extra])].filter((path) =>
        existsSync(path),
      );
      const env = [
        `PIP_CERT=${certificates}`,
        `SSL_CERT_FILE=${certificates}`,
        "UV_SYSTEM_CERTS=1",
        ...passedOn(),
      ];
      const inside = ["sh", "-c", 'cd "$0" && exec "$@"', cwd, ...command];
      return [
        "unshare",
        "--mount",
        "--propagation",
        "private",
        "sh",
        "-c",
        enterScript(root, binds, cwd),
        "enter",
        ...env,
        ...inside,
      ];
    },
  };
}

async function forkyRoot(): Promise<PythonWorld> {
  const pins = { suite: "forky", packages: forkyPackages, layout: 1 };
  const folder = join(cache, `python-root-${pinHash(pins)}`);
  const root = join(folder, "root");
  await once(folder, pins, async () => {
    await needRoot();
    await step("Making a small Debian system with Python 3.14 (about 20 s, 0.5 GB)", async (detail) => {
      mkdirSync(folder, { recursive: true });
      await run("rm", ["-rf", "--one-file-system", root]);
      await run(
        "mmdebstrap",
        [
          '--aptopt=Acquire::Check-Valid-Until "false"',
          "--variant=minbase",
          `--include=${forkyPackages}`,
          "forky",
          root,
        ],
        { onLine: detail, what: "mmdebstrap", logFile: join(folder, "mmdebstrap.log") },
      );
    });
    for (const file of [certificates, "/etc/resolv.conf", "/etc/hosts", "/etc/pip.conf"]) {
      if (existsSync(file)) copyFileSync(realpathSync(file), join(root, file));
    }
  });
  return rooted(root);
}

/** Finds or makes the Python world. Says what it needs and why when it cannot. */
export async function ensurePython(): Promise<PythonWorld> {
  for (const name of ["python3.14", "python3"]) {
    const path = await which(name);
    if (path !== null && (await newEnough(path))) return plain(path);
  }
  if (
    existsSync(
      join(
        cache,
        `python-root-${pinHash({ suite: "forky", packages: forkyPackages, layout: 1 })}`,
        ".installed",
      ),
    )
  ) {
    return await forkyRoot();
  }
  const fromUv = await byUv();
  if (fromUv !== null) return plain(fromUv);
  say(`No Python ${major}.${minor} on this machine; Debian's own one is brought in beside it.`);
  return await forkyRoot();
}

/** A virtual environment with uv in it, at `folder`/venv. */
export async function makeVenv(
  world: PythonWorld,
  folder: string,
  detail: (text: string) => void,
): Promise<void> {
  const venv = join(folder, "venv");
  mkdirSync(folder, { recursive: true });
  await run("rm", ["-rf", "--one-file-system", venv]);
  await runIn(world, [world.python, "-m", "venv", venv], detail);
  await runIn(world, [join(venv, "bin/pip"), "install", "-q", `uv==${versions.uv}`], detail);
}

/** Runs a command in the world; `Trouble` with its last lines when it fails. */
export async function runIn(
  world: PythonWorld,
  command: readonly string[],
  detail: (text: string) => void = () => {},
  logFile?: string,
): Promise<string> {
  const [program = "", ...args] = world.wrap(command);
  return await run(program, args, {
    onLine: detail,
    what: command.join(" ").slice(0, 80),
    ...(logFile === undefined ? {} : { logFile }),
  });
}
