// Keeps one WebSocket subscription alive for as long as somebody listens: made anew after every reconnect, and tried
// again after a refusal, because a Home Assistant that is still starting answers "unknown command".
import { type Connection, type Refusal, toRefusal, type Unsubscribe } from "../ha.ts";

const retryDelaysMs = [1_000, 2_000, 5_000, 10_000, 30_000];

export interface Subscriber<T> {
  /** Asked for each attempt, so that a start time is fresh. */
  readonly request: () => Readonly<Record<string, unknown>> & { readonly type: string };
  readonly onMessage: (message: T) => void;
  /** The subscription stands (again): whatever was known before may have holes. */
  readonly onStart: () => void;
  readonly onRefused: (refusal: Refusal) => void;
}

export class LiveSubscription<T> {
  private readonly _connection: Connection;
  private readonly _subscriber: Subscriber<T>;
  private _attempt = 0;
  private _failures = 0;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _unsubscribe: Unsubscribe | null = null;

  constructor(connection: Connection, subscriber: Subscriber<T>) {
    this._connection = connection;
    this._subscriber = subscriber;
  }

  start(): void {
    this._connection.addEventListener("ready", this._onReady);
    void this._subscribe();
  }

  stop(): void {
    this._attempt += 1;
    clearTimeout(this._timer);
    this._connection.removeEventListener("ready", this._onReady);
    if (this._unsubscribe !== null) void quietly(this._unsubscribe);
    this._unsubscribe = null;
  }

  private readonly _onReady = (): void => {
    // The old subscription ended with its socket.
    this._unsubscribe = null;
    this._failures = 0;
    void this._subscribe();
  };

  private async _subscribe(): Promise<void> {
    clearTimeout(this._timer);
    this._attempt += 1;
    const attempt = this._attempt;
    const current = () => attempt === this._attempt;
    try {
      const unsubscribe = await this._connection.subscribeMessage<T>(
        (message) => {
          if (current()) this._subscriber.onMessage(message);
        },
        this._subscriber.request(),
        { resubscribe: false },
      );
      if (!current()) return quietly(unsubscribe);
      this._unsubscribe = unsubscribe;
      this._failures = 0;
      this._subscriber.onStart();
    } catch (error) {
      if (current()) this._retry(toRefusal(error));
    }
  }

  private _retry(refusal: Refusal): void {
    const delayMs = retryDelaysMs[Math.min(this._failures, retryDelaysMs.length - 1)];
    this._failures += 1;
    this._timer = setTimeout(() => void this._subscribe(), delayMs);
    this._subscriber.onRefused(refusal);
  }
}

/** A late or repeated unsubscribe is refused by Home Assistant; there is nothing left to do about it. */
async function quietly(unsubscribe: Unsubscribe): Promise<void> {
  try {
    await unsubscribe();
  } catch {
    // The subscription is gone either way.
  }
}
