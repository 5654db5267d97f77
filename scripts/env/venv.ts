// Virtual environments in a Python world, filled by uv because it is ten times as quick as pip.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { explained } from "../lib/network.ts";
import { run } from "../lib/run.ts";
import { versions } from "../lib/versions.ts";
import type { PythonWorld } from "./world.ts";

export interface Venv {
  /** Path of one of its programs, as seen from inside the world. */
  bin(name: string): string;
  /** Installs packages: names with versions, or lines of a requirements file. */
  install(packages: readonly string[]): Promise<void>;
  /** Runs a program of it and returns its output; `Trouble` with the last lines when it fails. */
  run(name: string, args: readonly string[]): Promise<string>;
}

/** The environment at `folder`/venv; nothing is made or checked. */
export function venvAt(
  world: PythonWorld,
  folder: string,
  detail: (text: string) => void = () => undefined,
): Venv {
  const bin = (name: string) => join(folder, "venv/bin", name);
  const inside = async (command: readonly string[]) => {
    const [program = "", ...args] = world.wrap(command);
    const done = run(program, args, {
      onLine: detail,
      what: command
        .map((part) => part.replace(`${folder}/`, ""))
        .join(" ")
        .slice(0, 80),
      logFile: join(folder, "install.log"),
    });
    return await done.catch((error: unknown) => {
      throw explained(error, outOfReach);
    });
  };
  return {
    bin,
    run: (name, args) => inside([bin(name), ...args]),
    async install(packages) {
      const list = join(folder, "requirements.txt");
      writeFileSync(list, `${packages.join("\n")}\n`);
      await inside([bin("uv"), "pip", "install", "--python", bin("python"), "-r", list]);
    },
  };
}

const outOfReach =
  "The Python package index is out of reach. Home Assistant and its test fixtures come from there (about 300 MB, once). " +
  "Check the network, or set PIP_INDEX_URL to a mirror that this machine reaches.";

/** Makes the environment anew, with uv in it. Half an environment of an interrupted run is replaced. */
export async function makeVenv(
  world: PythonWorld,
  folder: string,
  detail: (text: string) => void,
): Promise<Venv> {
  const venv = venvAt(world, folder, detail);
  await run("rm", ["-rf", "--one-file-system", join(folder, "venv")]);
  const [program = "", ...args] = world.wrap([world.python, "-m", "venv", join(folder, "venv")]);
  await run(program, args, { onLine: detail, what: "python -m venv" });
  await venv.run("pip", ["install", "-q", `uv==${versions.uv}`]);
  return venv;
}
