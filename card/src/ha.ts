// The small part of Home Assistant's frontend that the card relies on, in own words: published type packages are out of date.
// Everything here is documented for custom cards or has been stable for years.

export interface EntityState {
  readonly entity_id: string;
  readonly state: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** RFC 3339, Home Assistant's clock. */
  readonly last_changed: string;
  readonly last_updated: string;
}

/** An entry of `hass.entities`; disabled entities are not in it. */
export interface EntityEntry {
  readonly entity_id: string;
  readonly platform?: string;
  readonly translation_key?: string;
  readonly device_id?: string | null;
}

export interface DeviceEntry {
  readonly id: string;
  readonly name?: string | null;
  readonly name_by_user?: string | null;
}

/** The user's profile settings for numbers and times. */
export interface Locale {
  readonly language: string;
  /** `language`, `system`, `comma_decimal`, `decimal_comma`, `space_comma`, `quote_decimal` or `none`. */
  readonly number_format?: string;
  /** `language`, `system`, `12` or `24`. */
  readonly time_format?: string;
  /** `local` (the browser's) or `server`. */
  readonly time_zone?: string;
}

export type Unsubscribe = () => unknown;

/** Home Assistant's WebSocket connection; the object lives as long as the page. */
export interface Connection {
  subscribeMessage<T>(
    callback: (message: T) => void,
    message: Readonly<Record<string, unknown>> & { readonly type: string },
    options?: { readonly resubscribe?: boolean },
  ): Promise<Unsubscribe>;
  sendMessagePromise<T>(message: Readonly<Record<string, unknown>> & { readonly type: string }): Promise<T>;
  addEventListener(type: "ready" | "disconnected", listener: () => void): void;
  removeEventListener(type: "ready" | "disconnected", listener: () => void): void;
}

export interface HomeAssistant {
  readonly states: Readonly<Record<string, EntityState | undefined>>;
  readonly entities: Readonly<Record<string, EntityEntry | undefined>>;
  readonly devices: Readonly<Record<string, DeviceEntry | undefined>>;
  readonly locale: Locale;
  readonly config: { readonly time_zone: string };
  readonly connection: Connection;
  callService(
    domain: string,
    service: string,
    data?: Readonly<Record<string, unknown>>,
    target?: Readonly<Record<string, unknown>>,
    notifyOnError?: boolean,
  ): Promise<unknown>;
  /** Replaced when the user's format or the translations change. */
  readonly formatEntityState: (state: EntityState, value?: string) => string;
}

/** What a tap does, as the `ui_action` selector writes it; Home Assistant itself runs it. */
export interface ActionConfig {
  readonly action: string;
  readonly [key: string]: unknown;
}

/** What Home Assistant rejects a command with. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** Anything thrown, as a refusal. */
export function toRefusal(error: unknown): Refusal {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return { code: String(code ?? error), message: String(message ?? code ?? error) };
}
