// The pin of a board's button: edges and, while a press lasts, looks at the level go to the decoder; what it makes of
// them is told once. A line that stays active is reported as trouble, never as a press.
import type { BoardLines } from "../boards/board.ts";
import type { ButtonAction, Result } from "../core/model.ts";
import type { Clock, Gpio, GpioInput } from "../ports/ports.ts";
import { levelMeans } from "./ac-line.ts";
import { type ButtonState, lookAtButton, nextLookInMs, unknownButton } from "./button-decoder.ts";

type ButtonBoardLine = NonNullable<BoardLines["button"]>;

/** Nobody presses a button so long. */
const stuckAfterMs = 60_000;

export interface ButtonLine {
  /** Opens the line and starts watching it; a second call while it is open does nothing. */
  open(): Promise<Result<void>>;
  /**
   * Whether the line can be read: one that died gives no edge that says so. Null while it is not open. The level is not
   * taken for a press, whose beginning only an edge shows.
   */
  check(): Promise<Result<boolean> | null>;
  /** The line has been active for so long that it must be stuck. */
  readonly stuck: boolean;
  close(): Promise<void>;
}

class GpioButtonLine implements ButtonLine {
  readonly #line: ButtonBoardLine;
  readonly #gpio: Gpio;
  readonly #clock: Clock;
  readonly #onPress: (action: ButtonAction) => void;
  #input: GpioInput | null = null;
  #state: ButtonState = unknownButton;
  #activeSinceMs: number | null = null;
  /** Counts edges, so that a level read before an edge is not taken for one after it. */
  #edges = 0;
  #unwatch: () => void = () => {};
  #cancelLook: () => void = () => {};

  constructor(line: ButtonBoardLine, gpio: Gpio, clock: Clock, onPress: (action: ButtonAction) => void) {
    this.#line = line;
    this.#gpio = gpio;
    this.#clock = clock;
    this.#onPress = onPress;
  }

  get stuck(): boolean {
    const since = this.#activeSinceMs;
    return since !== null && this.#clock.now().monoMs - since >= stuckAfterMs;
  }

  async open(): Promise<Result<void>> {
    if (this.#input !== null) return { ok: true, value: undefined };
    const opened = await this.#gpio.input(this.#line.bcm, this.#line.bias);
    if (!opened.ok) return opened;
    this.#input = opened.value;
    this.#state = unknownButton;
    this.#unwatch = opened.value.watch((high) => {
      this.#edges += 1;
      this.#take(high);
    });
    await this.#look();
    return { ok: true, value: undefined };
  }

  async check(): Promise<Result<boolean> | null> {
    const input = this.#input;
    const level = await input?.read();
    return level === undefined || this.#input !== input ? null : level;
  }

  async close(): Promise<void> {
    this.#unwatch();
    this.#unwatch = () => {};
    this.#cancelLook();
    const input = this.#input;
    this.#input = null;
    this.#activeSinceMs = null;
    await input?.close();
  }

  async #look(): Promise<void> {
    const input = this.#input;
    if (input === null) return;
    const edges = this.#edges;
    const level = await input.read();
    if (this.#input !== input || edges !== this.#edges) return;
    if (level.ok) this.#take(level.value);
    else this.#plan();
  }

  #take(high: boolean): void {
    const active = levelMeans(this.#line, high);
    const atMs = this.#clock.now().monoMs;
    this.#activeSinceMs = active ? (this.#activeSinceMs ?? atMs) : null;
    const { state, action } = lookAtButton(this.#state, { active, atMs }, this.#line);
    this.#state = state;
    this.#plan();
    if (action !== null) this.#onPress(action);
  }

  #plan(): void {
    this.#cancelLook();
    const inMs = nextLookInMs(this.#state);
    this.#cancelLook = inMs === null ? () => {} : this.#clock.after(inMs, () => void this.#look());
  }
}

/** The board's button. Does no I/O before `open`. `onPress` hears each press once. */
export function createButtonLine(
  line: ButtonBoardLine,
  gpio: Gpio,
  clock: Clock,
  onPress: (action: ButtonAction) => void,
): ButtonLine {
  return new GpioButtonLine(line, gpio, clock, onPress);
}
