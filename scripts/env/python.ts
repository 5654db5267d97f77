// A Python new enough for Home Assistant, on a machine that may have none: the one on PATH, else uv's, else one in a
// small Debian root beside this machine.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { once } from "../lib/once.ts";
import { cache } from "../lib/paths.ts";
import { run, tryRun, which } from "../lib/run.ts";
import { step } from "../lib/step.ts";
import { versions } from "../lib/versions.ts";
import { installPackages } from "./debian.ts";
import { ensureForkyRoot, hasForkyRoot } from "./forky-root.ts";
import { packageEnvironment } from "./package-index.ts";
import { hostWorld, type PythonWorld } from "./world.ts";

const [major, minor, patch] = versions.python;
const wanted = `${major}.${minor}`;

/** Exit code 0: new enough; 3: new enough, but without what a virtual environment and compiled packages need. */
const probe = `
import sys
if sys.version_info < (${major}, ${minor}, ${patch}): sys.exit(1)
try:
    import ensurepip, venv, sysconfig, os
except ImportError:
    sys.exit(3)
sys.exit(0 if os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")) else 3)
`;

async function probed(python: string): Promise<"good" | "incomplete" | "no"> {
  const { code } = await tryRun(python, ["-c", probe], { timeoutMs: 20_000 }).catch(() => ({ code: 1 }));
  return code === 0 ? "good" : code === 3 ? "incomplete" : "no";
}

/** Two of Home Assistant's requirements have no wheel for this Python and are compiled. */
async function needCompiler(): Promise<void> {
  if ((await which("c++")) === null) await installPackages("Installing Home Assistant", ["g++"]);
}

async function onPath(): Promise<string | null> {
  for (const name of [`python${wanted}`, "python3"]) {
    const path = await which(name);
    const found = path === null ? "no" : await probed(path);
    if (path === null || found === "no") continue;
    if (found === "incomplete") {
      await installPackages(`Python at ${path}`, [`python${wanted}-venv`, `python${wanted}-dev`, "g++"]);
    }
    await needCompiler();
    return path;
  }
  return null;
}

/** uv from PATH, else from the package index by an older Python, where that can make a virtual environment. */
async function findUv(): Promise<string | null> {
  const found = await which("uv");
  if (found !== null) return found;
  const folder = join(cache, `uv-${versions.uv}`);
  const uv = join(folder, "venv/bin/uv");
  const python = await which("python3");
  if (python === null) return null;
  try {
    await once(folder, { uv: versions.uv }, async () => {
      await run(python, ["-m", "venv", "--clear", join(folder, "venv")], { timeoutMs: 60_000 });
      const env = { ...process.env, ...packageEnvironment(false) };
      await run(join(folder, "venv/bin/pip"), ["install", "-q", `uv==${versions.uv}`], {
        env,
        timeoutMs: 120_000,
      });
    });
  } catch {
    // Debian's python3 comes without its venv module, or the index is out of reach: the next way says what it needs.
    return null;
  }
  return existsSync(uv) ? uv : null;
}

/** A Python by uv. It comes from a code host that some networks do not reach; then the answer is null, quickly. */
async function byUv(): Promise<string | null> {
  const uv = await findUv();
  if (uv === null) return null;
  const env = {
    ...process.env,
    ...packageEnvironment(false),
    UV_PYTHON_INSTALL_DIR: join(cache, "python"),
    UV_HTTP_TIMEOUT: "20",
    UV_HTTP_RETRIES: "0",
  };
  const options = { env, timeoutMs: 180_000 };
  const got = await tryRun(uv, ["python", "install", "--no-bin", wanted], options);
  if (got.code !== 0) return null;
  const found = await tryRun(uv, ["python", "find", "--managed-python", wanted], options);
  const path = found.output.trim().split("\n").at(-1) ?? "";
  if (found.code !== 0 || (await probed(path)) !== "good") return null;
  await needCompiler();
  return path;
}

/** Finds or brings the Python. Says what it needs and why when it cannot. */
export async function ensurePython(): Promise<PythonWorld> {
  const present = await onPath();
  if (present !== null) return hostWorld(present);
  if (hasForkyRoot()) return await ensureForkyRoot();
  const fromUv = await step(`Looking for Python ${wanted}`, byUv);
  if (fromUv !== null) return hostWorld(fromUv);
  return await ensureForkyRoot();
}
