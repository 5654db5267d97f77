// How much room the card asks Home Assistant for, by layout.
import { type CardConfig, effectiveLayout } from "./config.ts";

/** Sections view: 12 columns; a row is 56 px with gaps of 8 px. No `rows`: the height follows the content. */
export interface GridOptions {
  readonly columns: number;
  readonly min_columns: number;
  readonly min_rows: number;
  readonly rows?: number;
}

export function gridOptions(config: CardConfig | null): GridOptions {
  switch (config?.layout) {
    case "tile":
      return { columns: 6, rows: 1, min_columns: 6, min_rows: 1 };
    case "compact":
      return { columns: 6, min_columns: 6, min_rows: 2 };
    default:
      return { columns: 12, min_columns: 6, min_rows: 1 };
  }
}

/** The height is given by the grid, so the card has to fill it and must not grow. */
export function isFixed(config: CardConfig, layout: string | undefined): boolean {
  return layout === "grid" && (config.gridRows ?? gridOptions(config).rows) !== undefined;
}

/** Masonry view: units of about 50 px. */
export function cardSize(config: CardConfig): number {
  switch (effectiveLayout(config)) {
    case "tile":
      return 1;
    case "compact":
      return 3;
    default: {
      const { blocks, eventsLimit } = config;
      const flow = blocks.includes("flow") ? 2 : 0;
      const trend = blocks.includes("trend") ? 3 : 0;
      const events = blocks.includes("events") ? 2 + Math.min(eventsLimit, 10) : 0;
      return 2 + flow + trend + events;
    }
  }
}
