// The recorder's history of one UPS, live: one `history/stream` for charge and mains, shared by all cards that show it.
import type { Connection, Refusal } from "../ha.ts";
import { type History, type HistoryMessage, mergeHistory, pruneHistory } from "./history-fold.ts";
import { LiveSubscription } from "./live-subscription.ts";
import { clockOf, type ServerClock } from "./server-clock.ts";
import type { Feed } from "./shared-feeds.ts";

const hourMs = 3_600_000;

export class HistoryFeed implements Feed {
  onChange: (() => void) | null = null;
  private readonly _clock: ServerClock;
  private readonly _hours: number;
  private readonly _subscription: LiveSubscription<HistoryMessage>;
  private _history: History = {};
  private _fresh = true;
  private _ready = false;
  private _trouble: Refusal | null = null;

  constructor(connection: Connection, entityIds: readonly string[], hours: number) {
    this._hours = hours;
    this._clock = clockOf(connection);
    this._subscription = new LiveSubscription<HistoryMessage>(connection, {
      request: () => {
        this._fresh = true;
        return {
          type: "history/stream",
          start_time: new Date(this._windowStart()).toISOString(),
          entity_ids: entityIds,
          minimal_response: true,
          no_attributes: true,
          significant_changes_only: true,
        };
      },
      onMessage: (message) => this._take(message),
      onStart: () => {
        this._trouble = null;
      },
      onRefused: (refusal) => {
        this._trouble = refusal;
        this._ready = true;
        this.onChange?.();
      },
    });
  }

  get history(): History {
    return this._history;
  }
  /** True after the first answer, also when it was a refusal. */
  get ready(): boolean {
    return this._ready;
  }
  get trouble(): Refusal | null {
    return this._trouble;
  }

  start(): void {
    this._subscription.start();
  }

  stop(): void {
    this._subscription.stop();
  }

  private _take(message: HistoryMessage): void {
    // A subscription that was made anew replays everything: replace, never append twice.
    const known = this._fresh ? {} : this._history;
    this._fresh = false;
    this._ready = true;
    // The first answer tells Home Assistant's own time at which it was put together.
    if (message.end_time !== undefined) this._clock.observe(message.end_time * 1000);
    this._history = pruneHistory(mergeHistory(known, message), this._windowStart());
    this.onChange?.();
  }

  private _windowStart(): number {
    return this._clock.now() - this._hours * hourMs;
  }
}
