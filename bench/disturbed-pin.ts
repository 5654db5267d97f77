// A mains line that dips for moments: a bad contact or a supply that sags shows the wrong level to whoever reads or watches.
import type { Result } from "../agent/src/core/model.ts";
import type { Gpio, GpioInput, GpioOutput } from "../agent/src/ports/ports.ts";

type Watcher = (high: boolean) => void;

class DisturbedInput implements GpioInput {
  readonly #inner: GpioInput;
  readonly #watchers = new Set<Watcher>();
  #wrong = false;

  constructor(inner: GpioInput) {
    this.#inner = inner;
  }

  async read(): Promise<Result<boolean>> {
    const seen = await this.#inner.read();
    return seen.ok ? { ok: true, value: seen.value !== this.#wrong } : seen;
  }

  watch(onEdge: Watcher): () => void {
    this.#watchers.add(onEdge);
    const end = this.#inner.watch((high) => onEdge(high !== this.#wrong));
    return () => {
      this.#watchers.delete(onEdge);
      end();
    };
  }

  close(): Promise<void> {
    this.#watchers.clear();
    return this.#inner.close();
  }

  async disturb(wrong: boolean): Promise<void> {
    if (wrong === this.#wrong) return;
    this.#wrong = wrong;
    const seen = await this.read();
    if (!seen.ok) return;
    for (const onEdge of this.#watchers) onEdge(seen.value);
  }
}

/** Lines of which one input can be made to show the wrong level: on a button's line so long a wrong level is a press. */
export class DisturbedPins implements Gpio {
  readonly #inner: Gpio;
  readonly #mainsBcm: number | null;
  readonly #inputs: DisturbedInput[] = [];

  /** @param mainsBcm the line that is disturbed; null: none is */
  constructor(inner: Gpio, mainsBcm: number | null) {
    this.#inner = inner;
    this.#mainsBcm = mainsBcm;
  }

  async input(bcm: number, bias: "pull_up" | "pull_down" | "none"): Promise<Result<GpioInput>> {
    const opened = await this.#inner.input(bcm, bias);
    if (!opened.ok || bcm !== this.#mainsBcm) return opened;
    const input = new DisturbedInput(opened.value);
    this.#inputs.push(input);
    return { ok: true, value: input };
  }

  output(bcm: number, initialHigh: boolean): Promise<Result<GpioOutput>> {
    return this.#inner.output(bcm, initialHigh);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  /** From now on the mains line shows the wrong level (true) or the right one; whoever watches is told at once. */
  async disturb(wrong: boolean): Promise<void> {
    for (const input of this.#inputs) await input.disturb(wrong);
  }
}
