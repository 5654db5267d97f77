// The Python environment of the integration's own tests: Home Assistant's test fixtures, mypy and ruff, in a second venv
// because the fixtures pin their own Home Assistant.
import { join } from "node:path";
import { once } from "../lib/once.ts";
import { cache, checkout, pinHash } from "../lib/paths.ts";
import { type RunResult, tryRun } from "../lib/run.ts";
import { step } from "../lib/step.ts";
import { versions } from "../lib/versions.ts";
import { ensurePython, makeVenv, runIn } from "./python.ts";

const packages = [
  `pytest-homeassistant-custom-component==${versions.pytestHomeAssistant}`,
  `mypy==${versions.mypy}`,
  `ruff==${versions.ruff}`,
  "home-assistant-frontend",
  "aiohasupervisor",
  "mutagen",
  "PyTurboJPEG",
  "hassil",
  "home-assistant-intents",
];
const pins = { packages, uv: versions.uv, layout: 1 };

export interface PythonTools {
  /** Runs `python ARGS` in the environment, from the top of the checkout. */
  python(args: readonly string[], onLine?: (line: string) => void): Promise<RunResult>;
  /** Runs a program of the environment (`ruff`, `mypy`). */
  tool(name: string, args: readonly string[]): Promise<RunResult>;
}

/** Installs the environment when it is not there yet. */
export async function ensurePythonTools(): Promise<PythonTools> {
  const world = await ensurePython();
  const folder = join(cache, `pytest-${versions.pytestHomeAssistant}-${pinHash(pins)}`);
  const venv = join(folder, "venv");
  await once(folder, pins, () =>
    step("Installing Home Assistant's test fixtures, mypy and ruff (about 20 s, 0.8 GB)", async (detail) => {
      await makeVenv(world, folder, detail);
      await runIn(
        world,
        [join(venv, "bin/uv"), "pip", "install", "--python", join(venv, "bin/python"), ...packages],
        detail,
        join(folder, "install.log"),
      );
    }),
  );
  const inside = (command: readonly string[], onLine?: (line: string) => void) => {
    const [program = "", ...args] = world.wrap(command, { cwd: checkout });
    return tryRun(program, args, onLine === undefined ? {} : { onLine });
  };
  return {
    python: (args, onLine) => inside([join(venv, "bin/python"), ...args], onLine),
    tool: (name, args) => inside([join(venv, "bin", name), ...args]),
  };
}
