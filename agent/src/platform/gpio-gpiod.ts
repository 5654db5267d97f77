// The pins over libgpiod's command line tools (1.6 and 2.x), for kernels without sysfs GPIO. Each line has one small
// program that holds it; none of them outlives the agent. Not tried on hardware.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Result } from "../core/model.ts";
import type { Gpio, GpioInput, GpioOutput } from "../ports/ports.ts";
import { GpiodInput } from "./gpio-gpiod-input.ts";
import { GpiodOutput } from "./gpio-gpiod-output.ts";
import { type GpiodMachine, GpiodTools, type GpiodToolsOptions } from "./gpio-gpiod-tools.ts";

export interface GpiodGpioOptions extends GpiodToolsOptions {
  /** Replaces `/sys`, for tests. */
  readonly sysRoot?: string;
  /** How long a level without edges is believed at most before it is read afresh, ms. Default 30 000. */
  readonly checkMs?: number;
  /** How long after the last edge the level is read afresh, ms; then after twice that, and so on. Default 1000. */
  readonly checkAfterEdgeMs?: number;
  /** How long a program may take to begin, ms. Default 5000. */
  readonly startLimitMs?: number;
  /** How long `read` waits for a reading that is under way, ms. Default 1000. */
  readonly readLimitMs?: number;
  /** First pause before a program that died is started again, ms; doubles up to 100 times that. Default 200. */
  readonly restartMs?: number;
  /** How long a program that drives a line must have lived to count as one that does, ms. Default 1000. */
  readonly provenMs?: number;
  /** The kernel drops what is shorter, ms; only version 2 of the tools can ask for that. Default 5; 0: nothing is dropped. */
  readonly kernelDebounceMs?: number;
  /** A sentence that a person should see. */
  readonly onNotice?: (message: string) => void;
}

/**
 * The kernel keeps 16 edges of a line: a pin that floats fills that in no time, and the oldest are lost. This is far below
 * what the core debounces, and short enough to see a pin that flaps at 50 Hz.
 */
const usualKernelDebounceMs = 5;

/** libgpiod's tools as a `Gpio`, with what `status` and `doctor` say about them. */
export interface GpiodGpio extends Gpio {
  /** What is installed and which chip it sees. Opens no line. */
  machine(): Promise<Result<GpiodMachine>>;
}

/** The parameter is true on Raspberry Pi's own kernels, by the name of the chip's driver. */
function outputsPersist(sysRoot: string): boolean {
  return ["pinctrl_bcm2835", "pinctrl_rp1"].some((driver) => {
    try {
      const file = join(sysRoot, "module", driver, "parameters", "persist_gpio_outputs");
      return /^[Yy1]/.test(readFileSync(file, "utf8"));
    } catch {
      return false;
    }
  });
}

class ToolsGpio implements GpiodGpio {
  readonly #tools: GpiodTools;
  readonly #options: GpiodGpioOptions;
  readonly #open = new Set<{ close(): Promise<void> }>();

  constructor(options: GpiodGpioOptions) {
    this.#options = options;
    this.#tools = new GpiodTools(options);
  }

  machine(): Promise<Result<GpiodMachine>> {
    return this.#tools.machine();
  }

  input(bcm: number, bias: "pull_up" | "pull_down" | "none"): Promise<Result<GpioInput>> {
    const { checkMs, checkAfterEdgeMs, readLimitMs, kernelDebounceMs } = this.#options;
    const input = new GpiodInput(this.#tools, bcm, bias, {
      ...this.#common(),
      checkMs: checkMs ?? 30_000,
      checkAfterEdgeMs: checkAfterEdgeMs ?? 1_000,
      readLimitMs: readLimitMs ?? 1_000,
      kernelDebounceMs: kernelDebounceMs ?? usualKernelDebounceMs,
    });
    return this.#keep(input);
  }

  output(bcm: number, initialHigh: boolean): Promise<Result<GpioOutput>> {
    const persist = () => outputsPersist(this.#options.sysRoot ?? "/sys");
    const provenMs = this.#options.provenMs ?? 1_000;
    const options = { ...this.#common(), provenMs, outputsPersist: persist };
    return this.#keep(new GpiodOutput(this.#tools, bcm, initialHigh, options));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open].map((line) => line.close()));
    this.#open.clear();
  }

  #common() {
    const { startLimitMs, restartMs, onNotice } = this.#options;
    return {
      startLimitMs: startLimitMs ?? 5_000,
      restartMs: restartMs ?? 200,
      onNotice: onNotice ?? (() => {}),
    };
  }

  /** Known before it is open, so that `close` in the middle of a request leaves no program behind. */
  async #keep<T extends { open(): Promise<Result<void>>; close(): Promise<void> }>(
    line: T,
  ): Promise<Result<T>> {
    this.#open.add(line);
    const opened = await line.open();
    if (opened.ok) return { ok: true, value: line };
    this.#open.delete(line);
    return opened;
  }
}

/** Starts nothing before the first call. */
export function createGpiodGpio(options: GpiodGpioOptions = {}): GpiodGpio {
  return new ToolsGpio(options);
}
