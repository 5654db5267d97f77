// How the card is found: the card picker's first example, and the suggestion for one of our entities.
import { demoDevice } from "./config.ts";
import type { HomeAssistant } from "./ha.ts";

export const cardType = "pi-ups-card";

/** The first UPS of this Home Assistant; without one the card shows its demo. */
export function stubConfig(hass: Pick<HomeAssistant, "entities">): { readonly device: string } {
  const entry = Object.values(hass.entities).find((each) => each?.platform === "pi_ups" && each.device_id);
  return { device: entry?.device_id ?? demoDevice };
}

export interface Suggestion {
  readonly label?: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** Home Assistant 2026.6 and later asks every card about the entity that the user picked. */
export function entitySuggestion(
  hass: Pick<HomeAssistant, "entities">,
  entityId: string,
): readonly Suggestion[] | null {
  const entry = hass.entities[entityId];
  if (entry?.platform !== "pi_ups" || !entry.device_id) return null;
  const config = { type: `custom:${cardType}`, device: entry.device_id };
  return [{ config }, { label: "Compact", config: { ...config, layout: "compact" } }];
}
