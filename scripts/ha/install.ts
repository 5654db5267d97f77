// Installs a real, pinned Home Assistant into the cache: about a minute the first time, nothing afterwards.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensurePython, makeVenv, type PythonWorld, runIn } from "../env/python.ts";
import { once } from "../lib/once.ts";
import { cache, pinHash } from "../lib/paths.ts";
import { step } from "../lib/step.ts";
import { versions } from "../lib/versions.ts";

export interface HaInstallation {
  readonly world: PythonWorld;
  /** The `hass` program, as seen from inside the world. */
  readonly hass: string;
  readonly version: string;
}

/** Integrations that the demo and the tests load. */
const loaded =
  "api auth automation blueprint config frontend history http input_boolean logbook lovelace mqtt onboarding persistent_notification recorder script search system_log trace websocket_api repairs diagnostics infrared radio_frequency";
/**
 * Base components whose requirements the frontend needs although nothing here uses them: its `get_services` imports
 * them all, and without them the page never gets past "Loading".
 */
const base =
  "ai_task alarm_control_panel assist_satellite calendar camera climate cover fan humidifier light lock media_player notify remote siren todo update vacuum water_heater";
const extra = "home-assistant-intents hassil mutagen PyTurboJPEG gTTS aiohasupervisor";

/** Collects the requirements of the integrations from their manifests, through `dependencies`. */
const collect = `
import json, pathlib, sys, homeassistant
root = pathlib.Path(homeassistant.__file__).parent / "components"
todo, seen, wanted = sys.argv[1].split(), set(), set()
while todo:
    name = todo.pop()
    if name in seen or not (root / name / "manifest.json").exists():
        continue
    seen.add(name)
    manifest = json.loads((root / name / "manifest.json").read_text())
    wanted.update(manifest.get("requirements", []))
    todo += manifest.get("dependencies", []) + [d for d in manifest.get("after_dependencies", []) if d in sys.argv[1].split()]
print("\\n".join(sorted(wanted)))
`;

const pins = { homeAssistant: versions.homeAssistant, uv: versions.uv, loaded, base, extra, collect };

/** Installs Home Assistant when it is not there yet. */
export async function ensureHomeAssistant(): Promise<HaInstallation> {
  const world = await ensurePython();
  const folder = join(cache, `home-assistant-${versions.homeAssistant}-${pinHash(pins)}`);
  const venv = join(folder, "venv");
  mkdirSync(cache, { recursive: true });
  await once(folder, pins, () =>
    step(`Installing Home Assistant ${versions.homeAssistant} (about a minute, 1.2 GB)`, async (detail) => {
      const log = join(folder, "install.log");
      const python = join(venv, "bin/python");
      const uvInstall = [join(venv, "bin/uv"), "pip", "install", "--python", python];
      await makeVenv(world, folder, detail);
      await runIn(world, [...uvInstall, `homeassistant==${versions.homeAssistant}`], detail, log);
      const requirements = await runIn(world, [python, "-c", collect, `${loaded} ${base}`]);
      const list = join(folder, "requirements.txt");
      writeFileSync(list, `${requirements}\n${extra.split(" ").join("\n")}\n`);
      await runIn(world, [...uvInstall, "-r", list], detail, log);
    }),
  );
  return { world, hass: join(venv, "bin/hass"), version: versions.homeAssistant };
}
