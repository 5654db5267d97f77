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
  const layout = config?.layout;
  const small = layout === "tile" || layout === "compact";
  return { columns: small ? 6 : 12, min_columns: 6, min_rows: 1, ...(layout === "tile" ? { rows: 1 } : {}) };
}

/** The height is given by the grid, so the card has to fill it and must not grow. */
export function isFixed(config: CardConfig, layout: string | undefined): boolean {
  return layout === "grid" && (config.gridRows ?? gridOptions(config).rows) !== undefined;
}

/** Masonry view: units of about 50 px. */
export function cardSize(config: CardConfig): number {
  const layout = effectiveLayout(config);
  if (layout !== "full") return layout === "tile" ? 1 : 3;
  return 1 + 2 * config.blocks.length + (config.blocks.includes("events") ? config.eventsLimit : 0);
}
