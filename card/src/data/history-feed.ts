// The recorder's history of one UPS, live: one `history/stream` for charge and mains, shared by all cards that show it.
import type { Connection } from "../ha.ts";
import { type History, type HistoryMessage, mergeHistory, pruneHistory } from "./history-fold.ts";
import { LiveSubscription } from "./live-subscription.ts";
import { clockOf } from "./server-clock.ts";
import type { Feed } from "./shared-feeds.ts";

const hourMs = 3_600_000;

export class HistoryFeed implements Feed {
  onChange = (): void => undefined;
  history: History = {};
  /** True after the first answer, also when it was a refusal (the recorder may be switched off). */
  ready = false;
  private readonly _connection: Connection;
  private readonly _hours: number;
  private readonly _subscription: LiveSubscription<HistoryMessage>;
  private _fresh = true;

  constructor(connection: Connection, entityIds: readonly string[], hours: number) {
    this._connection = connection;
    this._hours = hours;
    this._subscription = new LiveSubscription<HistoryMessage>(connection, {
      request: () => {
        this._fresh = true;
        return {
          type: "history/stream",
          start_time: new Date(this._windowStart()).toISOString(),
          entity_ids: entityIds,
          minimal_response: true,
          no_attributes: true,
        };
      },
      onMessage: (message) => this._take(message),
      onStart: () => undefined,
      onRefused: () => this._answered(),
    });
  }

  start(): void {
    this._subscription.start();
  }

  stop(): void {
    this._subscription.stop();
  }

  private _take(message: HistoryMessage): void {
    // A subscription that was made anew replays everything: replace, never append twice.
    const known = this._fresh ? {} : this.history;
    this._fresh = false;
    // The first answer tells Home Assistant's own time at which it was put together.
    clockOf(this._connection).observe((message.end_time ?? Number.NaN) * 1000);
    this.history = pruneHistory(mergeHistory(known, message), this._windowStart());
    this._answered();
  }

  private _answered(): void {
    this.ready = true;
    this.onChange();
  }

  private _windowStart(): number {
    return clockOf(this._connection).now() - this._hours * hourMs;
  }
}
