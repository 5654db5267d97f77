// One subscription for all cards that want the same data. It outlives its last listener by a few seconds,
// so that a change of view does not ask Home Assistant for everything again.

export interface Feed {
  start(): void;
  stop(): void;
  /** Called after each change. */
  onChange: () => void;
}

/** How long a feed stays without a listener. */
const graceMs = 5_000;

interface Entry<F> {
  readonly feed: F;
  readonly listeners: Set<() => void>;
  timer: ReturnType<typeof setTimeout> | undefined;
}

export interface Lease<F> {
  readonly feed: F;
  release(): void;
}

export class SharedFeeds<F extends Feed> {
  private readonly _byOwner = new WeakMap<object, Map<string, Entry<F>>>();

  /** @param owner the connection that the feed uses; another connection gets a feed of its own */
  acquire(owner: object, key: string, create: () => F, listener: () => void): Lease<F> {
    const entries = this._byOwner.get(owner) ?? new Map<string, Entry<F>>();
    this._byOwner.set(owner, entries);
    const entry = entries.get(key) ?? this._open(entries, key, create());
    clearTimeout(entry.timer);
    entry.listeners.add(listener);
    const release = () => {
      if (!entry.listeners.delete(listener) || entry.listeners.size > 0) return;
      entry.timer = setTimeout(() => {
        entry.feed.stop();
        entries.delete(key);
      }, graceMs);
    };
    return { feed: entry.feed, release };
  }

  private _open(entries: Map<string, Entry<F>>, key: string, feed: F): Entry<F> {
    const entry: Entry<F> = { feed, listeners: new Set(), timer: undefined };
    entries.set(key, entry);
    feed.onChange = () => {
      for (const listener of entry.listeners) listener();
    };
    feed.start();
    return entry;
  }
}
