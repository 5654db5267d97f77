// Writes the config folder that a real Home Assistant starts from: few integrations, loopback only, and the checkout's
// Pi UPS integration linked into it.
import { existsSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../lib/paths.ts";

export interface ConfigFolderOptions {
  readonly configDir: string;
  readonly port: number;
  /** Address to listen on; only this machine's own programs reach the default, 127.0.0.1. */
  readonly host?: string;
  /** Further lines of configuration.yaml, at its top level. */
  readonly extraYaml?: string;
  /** Levels for `logger:`, for example `{ "custom_components.pi_ups": "debug" }`. */
  readonly logLevels?: Readonly<Record<string, string>>;
  /** Where the integration comes from; null starts without it. The checkout's own by default. */
  readonly integration?: string | null;
  /** IANA name; this machine's own by default. */
  readonly timeZone?: string;
}

/** Instead of `default_config`, which would bring cloud, Bluetooth, USB and their packages. */
const integrations = [
  ...[
    "frontend",
    "api",
    "websocket_api",
    "config",
    "history",
    "logbook",
    "recorder",
    "persistent_notification",
  ],
  ...["script", "blueprint", "trace", "system_log", "repairs", "diagnostics", "search"],
];

/** ffmpeg belongs to voice assistants, which Home Assistant loads in any case; its absence is no news. */
const quiet = { "haffmpeg.core": "critical", "haffmpeg.tools": "critical" };

function configuration(options: ConfigFolderOptions): string {
  const levels = Object.entries({ ...quiet, ...options.logLevels });
  return [
    "# Written by the project's scripts for demo and tests at each start; a change by hand is lost.",
    "homeassistant:",
    "  name: Home",
    `  time_zone: ${options.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone}`,
    "  unit_system: metric",
    "  currency: EUR",
    "  country: DE",
    "  latitude: 52.5",
    "  longitude: 13.4",
    "  elevation: 34",
    ...integrations.map((name) => `${name}:`),
    "lovelace:",
    "automation: !include automations.yaml",
    "logger:",
    "  default: warning",
    "  logs:",
    ...levels.map(([name, level]) => `    ${name}: ${level}`),
    options.extraYaml ?? "",
    "",
  ].join("\n");
}

/**
 * Home Assistant 2026.11 takes `http:` from YAML once and from its storage ever after, with port 8123 as the fallback;
 * so the port is written where it is read (homeassistant/components/http/config.py, `HTTP_STORAGE_SCHEMA`).
 */
function httpStorage(options: ConfigFolderOptions): string {
  const stable = {
    server_port: options.port,
    server_host: [options.host ?? "127.0.0.1"],
    cors_allowed_origins: [],
    login_attempts_threshold: -1,
    ip_ban_enabled: true,
    ssl_profile: "intermediate_v6",
    use_x_frame_options: true,
    created_at: new Date().toISOString(),
    error: null,
    error_message: null,
  };
  const data = { stable, pending: null, yaml_migration_done: true };
  return JSON.stringify({ version: 3, minor_version: 1, key: "http", data });
}

/**
 * Of the onboarding only the owner is left to be made: its step for the location also adds a weather service and radio
 * stations, whose packages are not here and whose servers neither demo nor tests should call.
 */
const onboarding = JSON.stringify({
  version: 4,
  minor_version: 1,
  key: "onboarding",
  data: { done: ["core_config", "analytics", "integration"] },
});

function linkIntegration(configDir: string, source: string | null): void {
  const folder = join(configDir, "custom_components");
  const link = join(folder, "pi_ups");
  mkdirSync(folder, { recursive: true });
  const present = lstatSync(link, { throwIfNoEntry: false });
  if (source !== null && present?.isSymbolicLink() === true && readlinkSync(link) === source) return;
  rmSync(link, { recursive: true, force: true });
  if (source !== null) symlinkSync(source, link);
}

/** Writes what Home Assistant needs; users, entities and history of an earlier start stay. */
export function writeConfigFolder(options: ConfigFolderOptions): void {
  const at = (name: string) => join(options.configDir, name);
  mkdirSync(at(".storage"), { recursive: true });
  writeFileSync(at("configuration.yaml"), configuration(options));
  writeFileSync(at(".storage/http"), httpStorage(options));
  if (!existsSync(at(".storage/onboarding"))) writeFileSync(at(".storage/onboarding"), onboarding);
  if (!existsSync(at("automations.yaml"))) writeFileSync(at("automations.yaml"), "[]\n");
  const { integration = join(checkout, "custom_components/pi_ups") } = options;
  linkIntegration(options.configDir, integration);
}
