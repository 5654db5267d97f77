// The table of `pi-ups config check`: every setting, its value and where the value comes from. Secrets stay hidden.
import type * as v from "valibot";
import { entriesOf, factsOf } from "../config/fields.ts";
import type { LoadedConfig } from "../config/load.ts";
import { configSchema } from "../config/schema.ts";
import { table } from "./table.ts";

function limitWords({ batteryMa, outputMa }: LoadedConfig["config"]["output"]): string {
  const parts = [
    ...(batteryMa === null ? [] : [`${batteryMa / 1000} A (battery)`]),
    ...(outputMa === null ? [] : [`${outputMa / 1000} A (output)`]),
  ];
  return parts.join(", ") || "none known";
}

/** Values that the file leaves to the machine or the board. */
function derived({ config }: LoadedConfig): Readonly<Record<string, string>> {
  return {
    "agent.id": config.agent.id,
    "agent.name": config.agent.name,
    "battery.capacity_mah": config.capacityMah === null ? "unknown" : `${config.capacityMah} mAh`,
    "charge.start_percent": config.chargeWindow === null ? "not used" : `${config.chargeWindow.startPct} %`,
    "thresholds.overcurrent_a": limitWords(config.output),
    sample_interval_s: `${config.sampleIntervalMs / 1000} s`,
    "log.events_file.path": config.log.eventsFile.path,
  };
}

/** What the command line changes. */
function overridden(loaded: LoadedConfig): Readonly<Record<string, string>> {
  const { config, raw } = loaded;
  const board = `${config.board.simulated ? "sim:" : ""}${config.board.id}`;
  return {
    ...(board === raw.board ? {} : { board }),
    ...(config.sim.speed === raw.sim.speed ? {} : { "sim.speed": `${config.sim.speed} times` }),
  };
}

type Row = readonly [path: string, value: string, from: string];

function settingRow(schema: v.GenericSchema, value: unknown, path: string, loaded: LoadedConfig): Row {
  const facts = factsOf(schema);
  const changed = overridden(loaded)[path];
  if (changed !== undefined) return [path, changed, "command line"];
  const at = loaded.walked.positions.get(path);
  const from = at === undefined ? "default" : `line ${at.line}`;
  if (value === undefined)
    return [path, derived(loaded)[path] ?? "not set", facts.defaultText === "none" ? "" : from];
  if (facts.secret) return [path, "(secret)", from];
  return [path, facts.unit === null ? String(value) : `${String(value)} ${facts.unit}`, from];
}

function rows(schema: v.GenericSchema, values: unknown, path: string, loaded: LoadedConfig): readonly Row[] {
  return Object.entries(entriesOf(schema) ?? {}).flatMap(([key, entry]): readonly Row[] => {
    const below = path === "" ? key : `${path}.${key}`;
    const value = (values as Readonly<Record<string, unknown>>)[key];
    if (entriesOf(entry) === null) return [settingRow(entry, value, below, loaded)];
    if (value === undefined) return [[below, "not set: the agent runs alone", "default"]];
    return rows(entry, value, below, loaded);
  });
}

/** Text for people. */
export function settingsView(loaded: LoadedConfig): string {
  const token = loaded.tokenFrom === "" ? "" : `\nThe token comes from ${loaded.tokenFrom}.\n`;
  return table(rows(configSchema, loaded.raw, "", loaded), "  ") + token;
}
