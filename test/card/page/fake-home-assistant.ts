// Home Assistant's side of the wire, as far as a card sees it: the WebSocket connection with the integration's commands and
// the recorder's stream, and the `hass` object that is replaced on every change. Shapes follow test/contract/card.json.
import type { EntityState } from "../../../card/src/ha.ts";
import type { Message, Settings } from "../support/harness-api.ts";
import type { Scenario } from "../support/scenario.ts";

type Callback = (message: unknown) => void;

interface Live {
  readonly message: Message;
  readonly callback: Callback;
}

/** Sends what a scenario holds; counts what is open. */
export class FakeConnection {
  readonly log: Message[] = [];
  private readonly _live = new Set<Live>();
  private readonly _listeners = new Map<string, Set<() => void>>();
  private readonly _refusals = new Map<string, { code: string; message: string }>();
  scenario: Scenario;

  constructor(scenario: Scenario) {
    this.scenario = scenario;
  }

  get open(): number {
    return this._live.size;
  }
  get listeners(): number {
    return [...this._listeners.values()].reduce((sum, each) => sum + each.size, 0);
  }

  refuse(type: string, code: string, message: string): void {
    this._refusals.set(type, { code, message });
  }
  accept(type: string): void {
    this._refusals.delete(type);
  }

  addEventListener(type: string, listener: () => void): void {
    const listeners = this._listeners.get(type) ?? new Set();
    listeners.add(listener);
    this._listeners.set(type, listeners);
  }
  removeEventListener(type: string, listener: () => void): void {
    this._listeners.get(type)?.delete(listener);
  }

  /** The socket breaks: what was subscribed with `resubscribe: false` is gone. */
  drop(): void {
    this._live.clear();
  }
  ready(): void {
    for (const listener of [...(this._listeners.get("ready") ?? [])]) listener();
  }

  send(type: string, message: unknown): void {
    for (const live of [...this._live]) if (live.message.type === type) live.callback(message);
  }

  async subscribeMessage(callback: Callback, message: Message): Promise<() => Promise<void>> {
    this.log.push(message);
    await Promise.resolve();
    const refusal = this._refusals.get(message.type);
    if (refusal !== undefined) throw refusal;
    const live = { message, callback };
    this._live.add(live);
    queueMicrotask(() => this._begin(live));
    return () => {
      if (!this._live.delete(live))
        return Promise.reject({ code: "not_found", message: "Subscription not found." });
      return Promise.resolve();
    };
  }

  private _begin(live: Live): void {
    if (!this._live.has(live)) return;
    if (live.message.type === "pi_ups/events/subscribe") {
      live.callback({ kind: "device", device: this.scenario.device });
    } else if (live.message.type === "history/stream") {
      live.callback(this._history(live.message));
    }
  }

  private _history(message: Message): unknown {
    const wanted = message["entity_ids"] as readonly string[];
    const startS = Date.parse(String(message["start_time"])) / 1000;
    const states: Record<string, unknown> = {};
    for (const id of wanted) {
      const all = this.scenario.history[id] ?? [];
      const inside = all.filter(({ lu }) => lu >= startS);
      const before = all.filter(({ lu }) => lu < startS).at(-1);
      states[id] = before === undefined ? inside : [{ ...before, lu: startS }, ...inside];
    }
    return { states, start_time: startS, end_time: this.scenario.nowMs / 1000 };
  }

  async sendMessagePromise(message: Message): Promise<unknown> {
    this.log.push(message);
    await Promise.resolve();
    const refusal = this._refusals.get(message.type);
    if (refusal !== undefined) throw refusal;
    if (message.type === "pi_ups/devices")
      return { devices: this.scenario.devices ?? [this.scenario.device] };
    if (message.type === "pi_ups/events/list") return this._page(message);
    throw { code: "unknown_command", message: "Unknown command." };
  }

  /** Newest first, by type, behind a cursor: as the integration pages its store. */
  private _page(message: Message): unknown {
    const types = message["types"] as readonly string[] | undefined;
    const limit = (message["limit"] as number | undefined) ?? 50;
    const [beforeMs, beforeSeq] = String(message["cursor"] ?? `${Number.MAX_SAFE_INTEGER}:0`)
      .split(":")
      .map(Number);
    const key = (event: { time: string; seq: number }) => [Date.parse(event.time), event.seq] as const;
    const older = [...this.scenario.events]
      .sort((a, b) => key(b)[0] - key(a)[0] || key(b)[1] - key(a)[1])
      .filter((event) => types === undefined || types.includes(event.type))
      .filter((event) => {
        const [atMs, seq] = key(event);
        return atMs < (beforeMs ?? 0) || (atMs === beforeMs && seq < (beforeSeq ?? 0));
      });
    const events = older.slice(0, limit);
    const last = events.at(-1);
    const more = older.length > limit && last !== undefined;
    return { events, next_cursor: more ? `${key(last)[0]}:${key(last)[1]}` : null };
  }
}

/** Makes `hass` objects as Home Assistant does: a new one on every change, its unchanged parts the same as before. */
export function hassMaker(
  connection: FakeConnection,
  settings: Settings,
  services: (service: string, target: unknown) => Promise<unknown>,
) {
  const { device, words } = connection.scenario;
  const numbers = new Intl.NumberFormat(settings.language, { maximumFractionDigits: 2 });
  const lasting = {
    devices: { [device.device_id]: { id: device.device_id, name: device.name } },
    locale: settings,
    language: settings.language,
    config: { time_zone: "Europe/Berlin" },
    connection,
    callService: (_domain: string, service: string, _data: unknown, target: unknown) =>
      services(service, target),
    formatEntityState(state: EntityState, value = state.state): string {
      const unit = state.attributes["unit_of_measurement"];
      if (typeof unit === "string") return `${numbers.format(Number(value))} ${unit}`;
      return words[settings.language]?.[value] ?? value;
    },
  };
  return () => ({ ...lasting, states: connection.scenario.states, entities: connection.scenario.entities });
}
