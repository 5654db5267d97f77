// Cancelling a shutdown: one press, shown at once as "Cancelling", taken back with a sentence when it was refused or
// nobody answered. It ends by itself when the countdown does.
import { toRefusal } from "./ha.ts";
import type { Cancelling } from "./parts/banner.ts";

const timeoutMs = 10_000;

export class Cancellation {
  state: Cancelling = { kind: "idle" };
  private readonly _onChange: () => void;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _attempt = 0;

  constructor(onChange: () => void) {
    this._onChange = onChange;
  }

  /** @param noAnswer the sentence for silence */
  async press(call: () => Promise<void>, noAnswer: string): Promise<void> {
    if (this.state.kind === "sent") return;
    this._attempt += 1;
    const attempt = this._attempt;
    const fail = (why: string) => {
      if (attempt === this._attempt && this.state.kind === "sent") this._set({ kind: "failed", why });
    };
    this._set({ kind: "sent" });
    this._timer = setTimeout(() => fail(noAnswer), timeoutMs);
    try {
      await call();
    } catch (error) {
      const { message, code } = toRefusal(error);
      fail(message === "" ? code : message);
    }
  }

  /** The countdown is over, one way or the other; or the card left the page. */
  reset(): void {
    clearTimeout(this._timer);
    this._attempt += 1;
    this.state = { kind: "idle" };
  }

  private _set(state: Cancelling): void {
    clearTimeout(this._timer);
    this.state = state;
    this._onChange();
  }
}
