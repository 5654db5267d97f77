// Home Assistant's time as this browser can know it: a wall tablet with a wrong clock must count down right.
// A message can only arrive after it was sent, so of all observations the largest difference is the closest to the truth.

const clocks = new WeakMap<object, ServerClock>();

/** One clock for everything that hangs on one connection. */
export function clockOf(connection: object): ServerClock {
  const clock = clocks.get(connection) ?? new ServerClock();
  clocks.set(connection, clock);
  return clock;
}

/** The browser's time at the page's load, continued by a clock that never jumps. */
export function steadyNow(): number {
  return performance.timeOrigin + performance.now();
}

export class ServerClock {
  private readonly _local: () => number;
  private _ahead: number | null = null;

  /** @param local a clock in ms that never jumps */
  constructor(local: () => number = steadyNow) {
    this._local = local;
  }

  /** @param sentMs a moment of Home Assistant's clock that has just arrived and cannot lie in the future */
  observe(sentMs: number): void {
    if (!Number.isFinite(sentMs)) return;
    const ahead = sentMs - this._local();
    if (this._ahead === null || ahead > this._ahead) this._ahead = ahead;
  }

  /** Home Assistant's time in ms since the epoch; the browser's own until something was observed. */
  now(): number {
    return this._local() + (this._ahead ?? 0);
  }
}
