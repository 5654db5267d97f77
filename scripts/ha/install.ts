// Installs a real, pinned Home Assistant into the cache: about a minute the first time, nothing afterwards.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ensurePython } from "../env/python.ts";
import { makeVenv, venvAt } from "../env/venv.ts";
import type { PythonWorld } from "../env/world.ts";
import { once } from "../lib/once.ts";
import { cache, pinHash } from "../lib/paths.ts";
import { step } from "../lib/step.ts";
import { versions } from "../lib/versions.ts";

export interface HaInstallation {
  readonly world: PythonWorld;
  /** The `hass` program, as seen from inside the world. */
  readonly hass: string;
  readonly version: string;
  /** Changes with everything that was installed; names folders that depend on it. */
  readonly id: string;
}

/** Integrations that the demo and the tests load. */
const loaded = [
  ...["api", "auth", "automation", "blueprint", "config", "diagnostics", "frontend", "history", "http"],
  ...["infrared", "input_boolean", "logbook", "lovelace", "mqtt", "onboarding", "persistent_notification"],
  ...["radio_frequency", "recorder", "repairs", "script", "search", "system_log", "trace", "websocket_api"],
];

/**
 * Base components whose requirements the frontend needs although nothing here uses them: its `get_services` imports
 * them all, and without them the page never gets past "Loading".
 */
const base = [
  ...["ai_task", "alarm_control_panel", "assist_satellite", "calendar", "camera", "climate", "cover", "fan"],
  ...["humidifier", "light", "lock", "media_player", "notify", "remote", "siren", "todo", "update", "vacuum"],
  "water_heater",
];

/** What those import without saying so in a manifest that is followed. */
const extra = ["home-assistant-intents", "hassil", "mutagen", "PyTurboJPEG", "gTTS", "aiohasupervisor"];

const collector = join(import.meta.dirname, "collect_requirements.py");
const pins = {
  homeAssistant: versions.homeAssistant,
  uv: versions.uv,
  integrations: [...loaded, ...base],
  extra,
  collector: readFileSync(collector, "utf8"),
};

/** Installs Home Assistant when it is not there yet. */
export async function ensureHomeAssistant(): Promise<HaInstallation> {
  const world = await ensurePython();
  const id = `${versions.homeAssistant}-${pinHash(pins)}`;
  const folder = join(cache, `home-assistant-${id}`);
  await once(folder, pins, () =>
    step(`Installing Home Assistant ${versions.homeAssistant} (about a minute, 1 GB)`, async (detail) => {
      const venv = await makeVenv(world, folder, detail);
      await venv.install([`homeassistant==${versions.homeAssistant}`]);
      const requirements = await venv.run("python", [collector, ...pins.integrations]);
      await venv.install([...requirements.trim().split("\n"), ...extra]);
    }),
  );
  return { world, hass: venvAt(world, folder).bin("hass"), version: versions.homeAssistant, id };
}
