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
  /** Rows of events before "Show more". */
  readonly eventsLimit: number;
  readonly eventFilter: EventFilter;
  readonly blocks: readonly Block[];
  readonly tapAction: ActionConfig;
  /** Rows that the user dragged the card to; null while the height follows the content. */
  readonly gridRows: number | null;
}

type Check<T> = (value: unknown) => value is T;

/** An absent option takes its default; a wrong one is told with what was found and what is expected. */
function option<T>(
  raw: Readonly<Record<string, unknown>>,
  key: string,
  fallback: T,
  expected: string,
  good: Check<T>,
): T {
  const value = raw[key] ?? fallback;
  if (good(value)) return value;
  throw new Error(`Pi UPS card: ${key} is ${JSON.stringify(value)}; it must be ${expected}.`);
}

function oneOf<T extends string>(words: readonly T[]): Check<T> {
  return (value): value is T => (words as readonly unknown[]).includes(value);
}

function whole(max: number): Check<number> {
  return (value): value is number =>
    Number.isInteger(value) && (value as number) >= 1 && (value as number) <= max;
}

const isText: Check<string> = (value) => typeof value === "string";
const isAction: Check<ActionConfig> = (value): value is ActionConfig =>
  typeof (value as Partial<ActionConfig>).action === "string";
const areBlocks: Check<readonly Block[]> = (value) => Array.isArray(value) && value.every(oneOf(blocks));

/** @throws Error with a sentence that Home Assistant shows in place of the card. */
export function parseConfig(input: unknown): CardConfig {
  const raw = (input ?? {}) as Readonly<Record<string, unknown>>;
  const device = option(raw, "device", "", "a text", isText);
  if (device === "") {
    throw new Error(
      `Pi UPS card: "device" is missing; pick your UPS, or write the agent's id: device: rack-pi`,
    );
  }
  const { rows } = (raw["grid_options"] ?? {}) as { rows?: unknown };
  return Object.freeze({
    device,
    name: option(raw, "name", "", "a text", isText) || null,
    layout: option(raw, "layout", "auto", `one of ${layouts.join(", ")}`, oneOf(layouts)),
    hours: option(raw, "hours", 24, "a whole number from 1 to 168", whole(168)),
    eventsLimit: option(raw, "events_limit", 6, "a whole number from 1 to 100", whole(100)),
    eventFilter: option(raw, "event_filter", "all", `one of ${filters.join(", ")}`, oneOf(filters)),
    blocks: option(raw, "blocks", blocks, `a list of ${blocks.join(", ")}`, areBlocks),
    tapAction: option(
      raw,
      "tap_action",
      { action: "more-info" },
      "an action such as {action: more-info}",
      isAction,
    ),
    gridRows: typeof rows === "number" ? rows : null,
  });
}

/** `auto` follows the rows that the user gave the card; with none it shows everything. */
export function effectiveLayout({ layout, gridRows }: CardConfig): Exclude<Layout, "auto"> {
  if (layout !== "auto") return layout;
  if (gridRows === null || gridRows >= 5) return "full";
  return gridRows <= 1 ? "tile" : "compact";
}
