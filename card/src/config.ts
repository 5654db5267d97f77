// The card's options: checked once, with a sentence for every mistake, and frozen with their defaults filled in.
import type { ActionConfig } from "./ha.ts";

export const layouts = ["auto", "full", "compact", "tile"] as const;
export type Layout = (typeof layouts)[number];

export const filters = ["all", "power", "battery", "shutdown", "faults"] as const;
export type EventFilter = (typeof filters)[number];

export const blocks = ["flow", "battery", "trend", "events"] as const;
export type Block = (typeof blocks)[number];

/** The `device` that shows invented figures, marked as such; the card picker uses it where no UPS is set up yet. */
export const demoDevice = "demo";

export interface CardConfig {
  /** Home Assistant's device id, or the agent's id. */
  readonly device: string;
  /** Instead of the device's own name. */
  readonly name: string | null;
  readonly layout: Layout;
  /** Window of the trend. */
  readonly hours: number;
  /** Events shown before "Show more". */
  readonly eventsLimit: number;
  readonly eventFilter: EventFilter;
  readonly blocks: ReadonlySet<Block>;
  readonly tapAction: ActionConfig;
  /** Rows that the user dragged the card to; null while the height follows the content. */
  readonly gridRows: number | null;
  /** Options that this version does not know: shown while editing, never an error. */
  readonly unknownKeys: readonly string[];
}

const ownKeys = "device name layout hours events_limit event_filter blocks tap_action".split(" ");
const foreignKeys =
  "type grid_options layout_options visibility view_layout card_mod disabled index hidden entity".split(" ");

function fail(sentence: string): never {
  throw new Error(`Pi UPS card: ${sentence}`);
}

function shown(value: unknown): string {
  return typeof value === "string" ? `"${value}"` : (JSON.stringify(value) ?? String(value));
}

function text(raw: Readonly<Record<string, unknown>>, key: string): string | null {
  const value = raw[key];
  if (value === undefined || value === null || value === "") return null;
  if (typeof value !== "string") fail(`${key} is ${shown(value)}; it must be a text.`);
  return value;
}

function oneOf<T extends string>(key: string, value: unknown, words: readonly T[], fallback: T): T {
  if (value === undefined || value === null) return fallback;
  const word = words.find((each) => each === value);
  return word ?? fail(`${key} is ${shown(value)}; it must be one of ${words.join(", ")}.`);
}

function whole(key: string, value: unknown, min: number, max: number, fallback: number): number {
  if (value === undefined || value === null) return fallback;
  if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
    fail(`${key} is ${shown(value)}; it must be a whole number from ${min} to ${max}.`);
  }
  return value;
}

function blockSet(value: unknown): ReadonlySet<Block> {
  if (value === undefined || value === null) return new Set(blocks);
  if (!Array.isArray(value))
    fail(`blocks is ${shown(value)}; it must be a list such as [flow, battery, trend, events].`);
  return new Set(
    value.map((each: unknown) => oneOf("an entry of blocks", each ?? "nothing", blocks, "flow")),
  );
}

function action(value: unknown): ActionConfig {
  if (value === undefined || value === null) return { action: "more-info" };
  if (typeof value !== "object" || typeof (value as { action?: unknown }).action !== "string") {
    fail(`tap_action is ${shown(value)}; it must be an action such as {action: more-info}.`);
  }
  return value as ActionConfig;
}

function gridRows(raw: Readonly<Record<string, unknown>>): number | null {
  const rows = (raw["grid_options"] as { rows?: unknown } | null | undefined)?.rows;
  return typeof rows === "number" ? rows : null;
}

/** @throws Error with a sentence that Home Assistant shows in place of the card. */
export function parseConfig(input: unknown): CardConfig {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    fail(`the configuration is ${shown(input)}; it must be a list of options with at least "device".`);
  }
  const raw = input as Readonly<Record<string, unknown>>;
  const device = text(raw, "device");
  if (device === null) {
    fail('"device" is missing. Pick your UPS in the editor, or write the agent\'s id: device: rack-pi');
  }
  return Object.freeze({
    device,
    name: text(raw, "name"),
    layout: oneOf("layout", raw["layout"], layouts, "auto"),
    hours: whole("hours", raw["hours"], 1, 168, 24),
    eventsLimit: whole("events_limit", raw["events_limit"], 1, 100, 6),
    eventFilter: oneOf("event_filter", raw["event_filter"], filters, "all"),
    blocks: blockSet(raw["blocks"]),
    tapAction: action(raw["tap_action"]),
    gridRows: gridRows(raw),
    unknownKeys: Object.keys(raw).filter((key) => !ownKeys.includes(key) && !foreignKeys.includes(key)),
  });
}

/** `auto` follows the rows that the user gave the card; with none it shows everything. */
export function effectiveLayout(config: CardConfig): Exclude<Layout, "auto"> {
  if (config.layout !== "auto") return config.layout;
  if (config.gridRows === null || config.gridRows >= 5) return "full";
  return config.gridRows <= 1 ? "tile" : "compact";
}
