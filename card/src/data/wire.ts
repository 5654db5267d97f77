// What the card asks the integration for, in one place; the answers' shapes are the protocol's own types.

import type { CardMessage, Device, ListedEvent } from "../../../agent/src/protocol/messages.ts";
import type { Connection } from "../ha.ts";

export type { CardMessage, Device, ListedEvent };

export interface EventsQuery {
  readonly device_id: string;
  readonly start?: string;
  readonly end?: string;
  readonly types?: readonly string[];
  readonly limit?: number;
  readonly cursor?: string;
}

export interface EventsPage {
  readonly events: readonly ListedEvent[];
  readonly next_cursor: string | null;
}

export function listDevices(connection: Connection): Promise<{ readonly devices: readonly Device[] }> {
  return connection.sendMessagePromise({ type: "pi_ups/devices" });
}

export function listEvents(connection: Connection, query: EventsQuery): Promise<EventsPage> {
  return connection.sendMessagePromise({ type: "pi_ups/events/list", ...query });
}

export function deviceSubscription(deviceId: string) {
  return { type: "pi_ups/events/subscribe", device_id: deviceId } as const;
}
