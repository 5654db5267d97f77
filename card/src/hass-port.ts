// The one door to Home Assistant's `hass` object: nothing below the card's root sees it. It also answers the question that
// comes with every state change in the house: does this concern us?
import { clockOf, type ServerClock } from "./data/server-clock.ts";
import type { Connection, EntityState, HomeAssistant } from "./ha.ts";
import { type Strings, stringsFor } from "./i18n/strings.ts";
import { createFormat, type Format } from "./view/format.ts";

/** "ac_power_restored" -> "Mains restored" */
function plain(word: string): string {
  const text = word.replace("ac_power", "mains").replaceAll("_", " ");
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

export class HassPort {
  readonly connection: Connection;
  format!: Format;
  strings!: Strings;
  private _hass: HomeAssistant;

  constructor(hass: HomeAssistant) {
    this.connection = hass.connection;
    this._hass = hass;
    this._speak();
  }

  private _speak(): void {
    const { locale, config } = this._hass;
    this.format = createFormat(locale, config.time_zone);
    this.strings = stringsFor(locale.language);
  }

  get clock(): ServerClock {
    return clockOf(this.connection);
  }
  get states(): HomeAssistant["states"] {
    return this._hass.states;
  }
  get entities(): HomeAssistant["entities"] {
    return this._hass.entities;
  }

  /** The name that the user gave the device; undefined when there is none. */
  deviceName(deviceId: string): string | null | undefined {
    const device = this._hass.devices[deviceId];
    return device?.name_by_user ?? device?.name;
  }

  /** State with unit, by the user's settings; null when there is nothing to show. */
  display(state: EntityState | undefined): string | null {
    return state === undefined || ["unavailable", "unknown"].includes(state.state)
      ? null
      : this._hass.formatEntityState(state);
  }

  /** A word of an entity that has translations for its states; the bare word where they are not loaded (yet). */
  readonly translate = (state: EntityState | undefined, word: string): string => {
    const text = state === undefined ? word : this._hass.formatEntityState(state, word);
    return text === word ? plain(word) : text;
  };

  /** Rejects with Home Assistant's sentence. No toast: the card shows the sentence where the button was pressed. */
  async call(service: string, deviceId: string): Promise<void> {
    await this._hass.callService("pi_ups", service, {}, { device_id: deviceId }, false);
  }

  /**
   * Takes the new `hass`. Home Assistant replaces an object when something in it changed, so comparing identities is enough.
   * @param watched entity ids that the card shows
   * @returns whether anything that the card shows changed
   */
  update(hass: HomeAssistant, watched: readonly string[], deviceId: string | undefined): boolean {
    const old = this._hass;
    this._hass = hass;
    const changed = watched.filter((id) => old.states[id] !== hass.states[id]);
    // A state that changed before our eyes was written a moment ago.
    for (const id of changed) this.clock.observe(Date.parse(hass.states[id]?.last_updated ?? ""));
    const respoken = old.locale !== hass.locale || old.formatEntityState !== hass.formatEntityState;
    if (respoken) this._speak();
    return (
      respoken ||
      changed.length > 0 ||
      old.entities !== hass.entities ||
      old.devices[deviceId ?? ""] !== hass.devices[deviceId ?? ""]
    );
  }
}
