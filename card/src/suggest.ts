// How the card is found: the card picker's first example, and the suggestion for one of our entities.
import { demoDevice } from "./config.ts";
import type { HomeAssistant } from "./ha.ts";

export const cardType = "pi-ups-card";

/** The first UPS of this Home Assistant; without one the card shows its demo. */
export function stubConfig(hass: Pick<HomeAssistant, "entities">): { readonly device: string } {
  const entry = Object.values(hass.entities).find((each) => each?.platform === "pi_ups" && each.device_id);
  return { device: entry?.device_id ?? demoDevice };
}

/** Home Assistant 2026.6 and later asks every card about the entity that the user picked; null for a stranger's. */
export function entitySuggestion(hass: Pick<HomeAssistant, "entities">, entityId: string) {
  const { platform, device_id: device } = hass.entities[entityId] ?? {};
  return platform === "pi_ups" && device ? { config: { type: `custom:${cardType}`, device } } : null;
}
