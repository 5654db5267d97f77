// Cancelling a shutdown: one press, shown at once, taken back with a sentence when it was refused or nobody answered.
// It ends by itself when the countdown does.
import { toRefusal } from "./ha.ts";
import type { Cancelling } from "./parts/banner.ts";

const timeoutMs = 10_000;

export class Cancellation {
  state: Cancelling = "idle";
  private readonly _onChange: () => void;
  private _timer: ReturnType<typeof setTimeout> | undefined;

  constructor(onChange: () => void) {
    this._onChange = onChange;
  }

  /** @param noAnswer the sentence for silence */
  async press(call: () => Promise<void>, noAnswer: string): Promise<void> {
    if (this.state === "sent") return;
    const timer = setTimeout(() => this._fail(timer, noAnswer), timeoutMs);
    this._timer = timer;
    this.state = "sent";
    this._onChange();
    try {
      await call();
    } catch (error) {
      this._fail(timer, toRefusal(error).message);
    }
  }

  /** The countdown is over, one way or the other; or the card left the page. */
  reset(): void {
    clearTimeout(this._timer);
    this.state = "idle";
  }

  /** A late answer to an earlier press changes nothing. */
  private _fail(timer: Cancellation["_timer"], why: string): void {
    if (this.state !== "sent" || timer !== this._timer) return;
    clearTimeout(timer);
    this.state = { why };
    this._onChange();
  }
}
