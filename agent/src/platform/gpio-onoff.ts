// The real GPIO lines over the npm package onoff (6.0.3, sysfs), loaded only when they are used. Not tried on hardware.
// onoff drops pulses that are over before it looks, so the level is polled as well; debouncing belongs to the core.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ReadFailure, Result } from "../core/model.ts";
import type { Gpio, GpioInput, GpioOutput } from "../ports/ports.ts";
import { gpiodCure, gpioErrno, gpioFailed } from "./gpio-failures.ts";
import { sysfsNumberOf } from "./gpio-numbers.ts";
import { lazyAddon } from "./native-addon.ts";

/** The part of an onoff line that we use. */
export interface OnoffLine {
  readSync(): number;
  writeSync(value: 0 | 1): void;
  setDirection(direction: "in" | "out" | "high" | "low"): void;
  watch(callback: (error: Error | null | undefined, value: number) => void): void;
  unwatchAll(): void;
  unexport(): void;
}

/** The part of the package that we use. */
export interface OnoffModule {
  readonly Gpio: new (number: number, direction: "in" | "high" | "low", edge?: "both" | "none") => OnoffLine;
}

export interface OnoffGpioOptions {
  /** sysfs folder, for tests; onoff itself always uses `/sys/class/gpio`. */
  readonly root?: string;
  /** How often a watched level is looked at beside the edges, ms. Default 200. */
  readonly pollMs?: number;
  /** How the package is imported; for tests. */
  readonly importModule?: () => Promise<unknown>;
  /** A sentence that a person should see once, for example that a pull-up cannot be set here. */
  readonly onNotice?: (message: string) => void;
}

function isOnoffModule(module: unknown): module is OnoffModule {
  return (
    typeof module === "object" && module !== null && "Gpio" in module && typeof module.Gpio === "function"
  );
}

/** What a failed export or read means, with its cure. */
function failureOf(bcm: number, sysfsNumber: number, cause: unknown): ReadFailure {
  const found = cause instanceof Error ? cause.message : String(cause);
  const errno = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return gpioErrno(`GPIO${bcm} (sysfs number ${sysfsNumber})`, errno, "sysfs", found);
}

interface OpenLine {
  readonly bcm: number;
  readonly sysfsNumber: number;
  readonly line: OnoffLine;
  /** We exported it, so we may take it back; another program's line must stay. */
  readonly exportedByUs: boolean;
}

function attempt<T>(open: OpenLine, run: () => T): Result<T> {
  try {
    return { ok: true, value: run() };
  } catch (cause) {
    return failureOf(open.bcm, open.sysfsNumber, cause);
  }
}

function closedFailure(bcm: number): ReadFailure {
  return gpioFailed("PI_UPS_GPIO_CLOSED", `GPIO${bcm} was closed`);
}

function release(open: OpenLine): void {
  attempt(open, () => (open.exportedByUs ? open.line.unexport() : open.line.unwatchAll()));
}

class OnoffInput implements GpioInput {
  readonly #open: OpenLine;
  readonly #pollMs: number;
  readonly #watchers = new Set<(high: boolean) => void>();
  #poll: NodeJS.Timeout | null = null;
  #seenHigh: boolean | null = null;
  #closed = false;

  constructor(open: OpenLine, pollMs: number) {
    this.#open = open;
    this.#pollMs = pollMs;
  }

  read(): Promise<Result<boolean>> {
    return Promise.resolve(this.#look());
  }

  watch(onEdge: (high: boolean) => void): () => void {
    const watcher = (high: boolean) => onEdge(high);
    this.#watchers.add(watcher);
    if (this.#poll === null && !this.#closed) this.#arm();
    return () => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size === 0) this.#disarm();
    };
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#watchers.clear();
    this.#disarm();
    this.#closed = true;
    release(this.#open);
    return Promise.resolve();
  }

  #look(): Result<boolean> {
    if (this.#closed) return closedFailure(this.#open.bcm);
    return attempt(this.#open, () => this.#open.line.readSync() === 1);
  }

  #arm(): void {
    const first = this.#look();
    this.#seenHigh = first.ok ? first.value : null;
    attempt(this.#open, () =>
      this.#open.line.watch((error, value) => {
        if (!error) this.#report(value === 1);
      }),
    );
    this.#poll = setInterval(() => {
      const level = this.#look();
      if (level.ok) this.#report(level.value);
    }, this.#pollMs);
    this.#poll.unref();
  }

  #disarm(): void {
    if (this.#poll === null) return;
    clearInterval(this.#poll);
    this.#poll = null;
    attempt(this.#open, () => this.#open.line.unwatchAll());
  }

  /** Edges and polls tell the same story; a level is told once. */
  #report(high: boolean): void {
    if (high === this.#seenHigh) return;
    this.#seenHigh = high;
    for (const watcher of [...this.#watchers]) watcher(high);
  }
}

class OnoffOutput implements GpioOutput {
  readonly #open: OpenLine;
  #closed = false;

  constructor(open: OpenLine) {
    this.#open = open;
  }

  /** sysfs gives back the driven level of an output without touching its direction. */
  read(): Promise<Result<boolean>> {
    return Promise.resolve(this.#attempt(() => this.#open.line.readSync() === 1));
  }

  write(high: boolean): Promise<Result<void>> {
    return Promise.resolve(this.#attempt(() => this.#open.line.writeSync(high ? 1 : 0)));
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#closed = true;
    attempt(this.#open, () => this.#open.line.setDirection("in"));
    release(this.#open);
    return Promise.resolve();
  }

  /** An exported output keeps its level without us; the next start finds it exported and takes it over. */
  leave(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }

  #attempt<T>(run: () => T): Result<T> {
    return this.#closed ? closedFailure(this.#open.bcm) : attempt(this.#open, run);
  }
}

/** onoff as a `Gpio`. */
export interface OnoffGpio extends Gpio {
  /** Loads the add-on to see whether it does. */
  usable(): Promise<Result<void>>;
}

class OnoffLines implements OnoffGpio {
  readonly #options: OnoffGpioOptions;
  readonly #root: string;
  readonly #load: ReturnType<typeof lazyAddon<OnoffModule>>;
  readonly #opened = new Set<{ close(): Promise<void> }>();

  constructor(options: OnoffGpioOptions) {
    this.#options = options;
    this.#root = options.root ?? "/sys/class/gpio";
    // The name is a variable so that neither bundler nor type checker looks for an optional package.
    const name = "onoff";
    this.#load = lazyAddon("onoff", options.importModule ?? (() => import(name)), isOnoffModule);
  }

  async input(bcm: number, bias: "pull_up" | "pull_down" | "none"): Promise<Result<GpioInput>> {
    const open = await this.#open(bcm, "in");
    if (!open.ok) return open;
    if (bias !== "none") this.#options.onNotice?.(biasNotice(bcm, bias));
    return this.#keep(new OnoffInput(open.value, this.#options.pollMs ?? 200));
  }

  async output(bcm: number, initialHigh: boolean): Promise<Result<GpioOutput>> {
    const open = await this.#open(bcm, initialHigh ? "high" : "low");
    return open.ok ? this.#keep(new OnoffOutput(open.value)) : open;
  }

  async close(): Promise<void> {
    for (const line of this.#opened) await line.close();
    this.#opened.clear();
  }

  async usable(): Promise<Result<void>> {
    const addon = await this.#load();
    if (addon.ok) return { ok: true, value: undefined };
    return gpioFailed("PI_UPS_GPIO_NO_ADDON", `${addon.why}. Build it with: npm run native`);
  }

  #keep<T extends { close(): Promise<void> }>(line: T): Result<T> {
    this.#opened.add(line);
    return { ok: true, value: line };
  }

  async #open(bcm: number, direction: "in" | "high" | "low"): Promise<Result<OpenLine>> {
    const number = await sysfsNumberOf(this.#root, bcm);
    if (!number.ok) return number;
    const addon = await this.#load();
    if (!addon.ok) {
      return gpioFailed(
        "PI_UPS_GPIO_NO_ADDON",
        `GPIO${bcm} cannot be opened: ${addon.why}. Build it with: npm run native. Or do without it: ${gpiodCure}`,
      );
    }
    const sysfsNumber = number.value;
    const exportedByUs = !existsSync(join(this.#root, `gpio${sysfsNumber}`));
    try {
      // The constructor waits, blocking, until udev has set the file's permissions; that is onoff's way.
      const line = new addon.module.Gpio(sysfsNumber, direction, direction === "in" ? "both" : "none");
      return { ok: true, value: { bcm, sysfsNumber, line, exportedByUs } };
    } catch (cause) {
      return failureOf(bcm, sysfsNumber, cause);
    }
  }
}

function biasNotice(bcm: number, bias: "pull_up" | "pull_down"): string {
  const [what, letter] = bias === "pull_up" ? ["pull-up", "pu"] : ["pull-down", "pd"];
  return `GPIO${bcm} needs a ${what}, which cannot be set over sysfs. If it is not there yet, put gpio=${bcm}=${letter} into /boot/firmware/config.txt and start the Pi again; without it the line can float and show a wrong level.`;
}

/** The lines of the 40-pin header. Touches nothing before the first `input` or `output`. */
export function createOnoffGpio(options: OnoffGpioOptions = {}): OnoffGpio {
  return new OnoffLines(options);
}
