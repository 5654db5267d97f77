// The card's only timer. It stands still while the card cannot be seen, and is gone when the card leaves the page.

export class Pulse {
  private readonly _host: Element;
  private readonly _onTick: () => void;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _observer: IntersectionObserver | null = null;
  private _inView = true;
  private _resting = false;

  /** @param onTick time passed, or the card came into sight or went out of it */
  constructor(host: Element, onTick: () => void) {
    this._host = host;
    this._onTick = onTick;
  }

  /** Nobody looks: nothing has to move or tick. */
  get resting(): boolean {
    return this._resting;
  }

  start(): void {
    document.addEventListener("visibilitychange", this._look);
    this._observer = new IntersectionObserver((entries) => {
      this._inView = entries.at(-1)?.isIntersecting ?? true;
      this._look();
    });
    this._observer.observe(this._host);
  }

  stop(): void {
    document.removeEventListener("visibilitychange", this._look);
    this._observer?.disconnect();
    this._observer = null;
    clearTimeout(this._timer);
  }

  /** The next tick in `delayMs`; replaces the one that was planned. */
  plan(delayMs: number): void {
    clearTimeout(this._timer);
    if (this._observer !== null && !this._resting) this._timer = setTimeout(this._onTick, delayMs);
  }

  private readonly _look = (): void => {
    const resting = document.hidden || !this._inView;
    if (resting === this._resting) return;
    this._resting = resting;
    clearTimeout(this._timer);
    this._onTick();
  };
}
