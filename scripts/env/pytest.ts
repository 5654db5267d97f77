// The Python environment of the integration's own tests: Home Assistant's test fixtures, mypy and ruff, in a second venv
// because the fixtures pin their own Home Assistant.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { once } from "../lib/once.ts";
import { cache, pinHash } from "../lib/paths.ts";
import { type RunOptions, type RunResult, tryRun } from "../lib/run.ts";
import { step } from "../lib/step.ts";
import { versions } from "../lib/versions.ts";
import { ensurePython } from "./python.ts";
import { makeVenv, venvAt } from "./venv.ts";

const packages = [
  `pytest-homeassistant-custom-component==${versions.pytestHomeAssistant}`,
  `mypy==${versions.mypy}`,
  `ruff==${versions.ruff}`,
  // Requirements of Home Assistant's own integrations that ours depends on (frontend, lovelace and what they load).
  ...["home-assistant-frontend", "aiohasupervisor", "mutagen", "PyTurboJPEG", "hassil"],
  "home-assistant-intents",
];
const pins = { packages, uv: versions.uv, layout: 2 };

/** Progress and time limit of one run. */
export type ToolOptions = Pick<RunOptions, "onLine" | "timeoutMs">;

export interface PythonTools {
  /** Runs `python ARGS` in the environment, from the top of the checkout. */
  python(args: readonly string[], options?: ToolOptions): Promise<RunResult>;
  /** Runs a program of the environment (`ruff`, `mypy`), from the top of the checkout. */
  tool(name: "ruff" | "mypy", args: readonly string[], options?: ToolOptions): Promise<RunResult>;
}

/** Installs the environment when it is not there yet. */
export async function ensurePythonTools(): Promise<PythonTools> {
  const world = await ensurePython();
  const folder = join(cache, `pytest-${versions.pytestHomeAssistant}-${pinHash(pins)}`);
  await once(folder, pins, () =>
    step("Installing Home Assistant's test fixtures, mypy and ruff (about 30 s, 1 GB)", async (detail) => {
      const venv = await makeVenv(world, folder, detail);
      await venv.install(packages);
    }),
  );
  const caches = join(cache, "python-tools");
  mkdirSync(caches, { recursive: true });
  const env = {
    MYPY_CACHE_DIR: join(caches, "mypy"),
    RUFF_CACHE_DIR: join(caches, "ruff"),
    PYTHONDONTWRITEBYTECODE: "1",
  };
  const venv = venvAt(world, folder);
  const inside = (name: string, args: readonly string[], options: ToolOptions = {}) => {
    const [program = "", ...rest] = world.wrap([venv.bin(name), ...args], { env });
    return tryRun(program, rest, options);
  };
  return { python: (args, options) => inside("python", args, options), tool: inside };
}
