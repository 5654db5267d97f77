// What another client of Home Assistant sees: state changes, bus events, the card's live feed, and the stored history.
import type { Connection } from "home-assistant-js-websocket";
import { type HaState, waitFor } from "../../scripts/ha/api.ts";
import { agentId } from "./demo-home.ts";

export interface Watched<T> {
  /** What came so far, oldest first. */
  readonly seen: readonly T[];
  stop(): Promise<void>;
}

export interface Change {
  readonly entityId: string;
  readonly state: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** True for the entities of the agent that the end-to-end tests use. */
export function isOurs(entityId: string): boolean {
  return /^(sensor|binary_sensor|event)\.rack_ups_/.test(entityId);
}

/** Collects every state change of our entities; one that an entity vanished is none. */
export async function watchChanges(client: Connection): Promise<Watched<Change>> {
  const seen: Change[] = [];
  const stop = await client.subscribeEvents<{
    readonly data: { readonly entity_id: string; readonly new_state: HaState | null };
  }>(({ data }) => {
    if (!isOurs(data.entity_id) || data.new_state === null) return;
    const { state, attributes } = data.new_state;
    seen.push({ entityId: data.entity_id, state, attributes });
  }, "state_changed");
  return { seen, stop };
}

/** Collects the data of bus events of one type. */
export async function watchBus(
  client: Connection,
  type: string,
): Promise<Watched<Readonly<Record<string, unknown>>>> {
  const seen: Readonly<Record<string, unknown>>[] = [];
  const stop = await client.subscribeEvents<{ readonly data: Readonly<Record<string, unknown>> }>(
    ({ data }) => seen.push(data),
    type,
  );
  return { seen, stop };
}

export interface ListedEvent {
  readonly id: string;
  readonly seq: number;
  readonly type: string;
  readonly time: string;
  readonly value: number | null;
  readonly threshold: number | null;
  readonly message: string;
  readonly synced_late: boolean;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Collects events in the order in which Home Assistant tells them to a card. */
export async function watchFeed(client: Connection): Promise<Watched<ListedEvent>> {
  const seen: ListedEvent[] = [];
  const stop = await client.subscribeMessage<{
    readonly kind: string;
    readonly events?: readonly ListedEvent[];
  }>((message) => seen.push(...(message.events ?? [])), {
    type: "pi_ups/events/subscribe",
    device_id: agentId,
  });
  return { seen, stop };
}

/** The history as the card gets it, turned round: oldest first. */
export async function history(client: Connection): Promise<readonly ListedEvent[]> {
  const { events } = await client.sendMessagePromise<{ readonly events: readonly ListedEvent[] }>({
    type: "pi_ups/events/list",
    device_id: agentId,
    limit: 500,
  });
  return events.toReversed();
}

/**
 * The history once it holds an event of this type behind number `after`: an event is told when it is on disk, and the
 * state may be a moment ahead of it.
 */
export async function historyWith(
  client: Connection,
  type: string,
  after = 0,
): Promise<readonly ListedEvent[]> {
  return await waitFor(`${type} in the history`, 15_000, async () => {
    const list = await history(client);
    return list.some((event) => event.type === type && event.seq > after) ? list : null;
  });
}

/** The numbers of events that lack nothing and repeat nothing: 1, 2, 3 ... */
export function gapless(events: readonly { readonly seq: number }[]): readonly number[] {
  return events.map((_, index) => index + 1);
}

/** Texts of the persistent notifications. */
export async function notifications(client: Connection): Promise<readonly string[]> {
  const list = await client.sendMessagePromise<readonly { readonly message: string }[]>({
    type: "persistent_notification/get",
  });
  return list.map(({ message }) => message);
}

/** The id in Home Assistant's device registry, which actions want. */
export async function deviceId(client: Connection): Promise<string> {
  const { devices } = await client.sendMessagePromise<{
    readonly devices: readonly { readonly agent_id: string; readonly device_id: string }[];
  }>({ type: "pi_ups/devices" });
  return devices.find(({ agent_id }) => agent_id === agentId)?.device_id ?? "";
}
