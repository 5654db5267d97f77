// The one door to Home Assistant's `hass` object: nothing below the card's root sees it. It also answers the question that
// comes with every state change in the house: does this concern us?
import type { ServerClock } from "./data/server-clock.ts";
import { clockOf } from "./data/server-clock.ts";
import type { Connection, EntityState, HomeAssistant, Locale } from "./ha.ts";
import { type Strings, stringsFor } from "./i18n/strings.ts";
import { createFormat, type Format } from "./view/format.ts";

function localeOf(hass: HomeAssistant): Locale {
  return hass.locale ?? { language: hass.language ?? "en" };
}

export class HassPort {
  private _hass: HomeAssistant;
  private _format: Format;
  private _strings: Strings;

  constructor(hass: HomeAssistant) {
    this._hass = hass;
    const locale = localeOf(hass);
    this._format = createFormat(locale, hass.config?.time_zone);
    this._strings = stringsFor(locale.language);
  }

  get connection(): Connection {
    return this._hass.connection;
  }
  get clock(): ServerClock {
    return clockOf(this._hass.connection);
  }
  get states(): HomeAssistant["states"] {
    return this._hass.states;
  }
  get entities(): HomeAssistant["entities"] {
    return this._hass.entities;
  }
  get format(): Format {
    return this._format;
  }
  get strings(): Strings {
    return this._strings;
  }

  /** The name that the user gave the device; null when there is none. */
  deviceName(deviceId: string): string | null {
    const device = this._hass.devices[deviceId];
    return device?.name_by_user ?? device?.name ?? null;
  }

  /** State with unit, by the user's settings; null when there is nothing to show. */
  display(state: EntityState | undefined): string | null {
    if (state === undefined || state.state === "unavailable" || state.state === "unknown") return null;
    const unit = state.attributes["unit_of_measurement"];
    return (
      this._hass.formatEntityState?.(state) ??
      (typeof unit === "string" ? `${state.state} ${unit}` : state.state)
    );
  }

  /** Rejects with Home Assistant's sentence. No toast: the card shows the sentence where the button was pressed. */
  async call(service: string, deviceId: string): Promise<void> {
    await this._hass.callService("pi_ups", service, {}, { device_id: deviceId }, false);
  }

  /**
   * Takes the new `hass`. Home Assistant replaces an object when something in it changed, so comparing identities is enough.
   * @param watched entity ids that the card shows
   * @returns whether anything that the card shows changed
   */
  update(hass: HomeAssistant, watched: readonly string[], deviceId: string | null): boolean {
    const old = this._hass;
    if (hass === old) return false;
    this._hass = hass;
    const changed = watched.filter((id) => old.states[id] !== hass.states[id]);
    // A state that changed before our eyes was written a moment ago.
    for (const id of changed) this.clock.observe(Date.parse(hass.states[id]?.last_updated ?? ""));
    const localeChanged =
      old.locale !== hass.locale ||
      old.language !== hass.language ||
      old.config?.time_zone !== hass.config?.time_zone;
    if (localeChanged) {
      const locale = localeOf(hass);
      this._format = createFormat(locale, hass.config?.time_zone);
      this._strings = stringsFor(locale.language);
    }
    return (
      localeChanged ||
      changed.length > 0 ||
      old.entities !== hass.entities ||
      (deviceId !== null && old.devices[deviceId] !== hass.devices[deviceId])
    );
  }
}
