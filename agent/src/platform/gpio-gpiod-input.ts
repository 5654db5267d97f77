// One input over libgpiod's tools: `gpioget` reads the level, then `gpiomon` holds the line and tells its edges.
// While gpiomon holds it nobody else can read it, so the level is what was read plus the edges since. An edge between
// the two programs (a few ms) would be lost: the pair is run again after edges and from time to time, which finds it.
import type { Result } from "../core/model.ts";
import type { GpioInput } from "../ports/ports.ts";
import { BackOff } from "./gpio-back-off.ts";
import { gpioFailed } from "./gpio-failures.ts";
import { type Bias, type ChipLine, gpiomonArgs, parseMonitorLine } from "./gpio-gpiod-format.ts";
import { after, holdLine } from "./gpio-gpiod-hold.ts";
import { chipLine, type GpiodMachine, type GpiodTools } from "./gpio-gpiod-tools.ts";
import type { RunningTool } from "./gpio-tool-process.ts";

export interface GpiodInputOptions {
  /** How long a level without edges is believed at most before it is read afresh, ms. Default 30 000. */
  readonly checkMs: number;
  /** How long after the last edge the level is read afresh, ms; then after twice that, and so on. Default 1000. */
  readonly checkAfterEdgeMs: number;
  /** How long a program may take to begin, ms. Default 5000. */
  readonly startLimitMs: number;
  /** How long `read` waits for a reading that is under way, ms. Default 1000. */
  readonly readLimitMs: number;
  /** First pause before a program that died is started again, ms; doubles up to 100 times that. Default 200. */
  readonly restartMs: number;
  /** The kernel drops edges shorter than this, ms; version 2 only. 0: none. */
  readonly kernelDebounceMs: number;
  readonly onNotice: (message: string) => void;
}

/** What we know of a line: its level, or why we know nothing. */
type Known = Result<boolean>;

export class GpiodInput implements GpioInput {
  readonly #tools: GpiodTools;
  readonly #bcm: number;
  readonly #bias: Bias;
  readonly #options: GpiodInputOptions;
  readonly #watchers = new Set<(high: boolean) => void>();
  readonly #backOff: BackOff;
  #known: Known;
  #told: boolean | null = null;
  #monitor: RunningTool | null = null;
  /** The monitor whose words count; null while none is trusted. */
  #episode: symbol | null = null;
  #turn: Promise<void> | null = null;
  #check: NodeJS.Timeout | null = null;
  #nextCheckMs = 0;
  #settled = false;
  #toldDown = false;
  #closed = false;

  constructor(tools: GpiodTools, bcm: number, bias: Bias, options: GpiodInputOptions) {
    this.#tools = tools;
    this.#bcm = bcm;
    this.#bias = bias;
    this.#options = options;
    this.#backOff = new BackOff(options.restartMs);
    this.#known = gpioFailed("PI_UPS_GPIO_CLOSED", `GPIO${bcm} is not open`);
  }

  /** The first reading and the monitor; a failure here is the request's failure, and nothing goes on. */
  async open(): Promise<Result<void>> {
    await this.#refresh();
    const known = this.#known;
    if (known.ok) return { ok: true, value: undefined };
    await this.close();
    return known;
  }

  /** The level now. While the monitor does not run this is a failure, never an old level. */
  async read(): Promise<Result<boolean>> {
    const turn = this.#turn;
    if (turn !== null && (await Promise.race([turn, after(this.#options.readLimitMs)])) === false) {
      return gpioFailed(
        "PI_UPS_GPIO_IO",
        `Reading GPIO${this.#bcm} takes longer than ${this.#options.readLimitMs} ms. See whether the machine is too busy with: uptime`,
      );
    }
    return this.#known;
  }

  watch(onEdge: (high: boolean) => void): () => void {
    const watcher = (high: boolean) => onEdge(high);
    if (!this.#closed) this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#watchers.clear();
    this.#backOff.cancel();
    clearTimeout(this.#check ?? undefined);
    await this.#turn;
    await this.#endMonitor();
    this.#known = gpioFailed("PI_UPS_GPIO_CLOSED", `GPIO${this.#bcm} was closed`);
  }

  /** One turn at a time: end the monitor, read, start the monitor. */
  #refresh(): Promise<void> {
    this.#turn ??= this.#renew().finally(() => {
      this.#turn = null;
    });
    return this.#turn;
  }

  async #renew(): Promise<void> {
    await this.#prove();
    await this.#endMonitor();
    const machine = await this.#tools.machine();
    if (!machine.ok) return this.#down(machine);
    const line = chipLine(machine.value, this.#bcm);
    if (!line.ok) return this.#down(line);
    const level = await this.#look(machine.value, line.value);
    if (this.#closed) return;
    if (!level.ok) return this.#down(level);
    const isNews = level.value !== this.#told;
    this.#know(level.value);
    const armed = await this.#arm(machine.value, line.value);
    if (this.#closed) return;
    if (!armed.ok) return this.#down(armed);
    if (this.#episode === null) {
      // It said nonsense before it was reported; the try that this asked for was still this turn's.
      if (!this.#known.ok) this.#down(this.#known);
      return;
    }
    this.#settled = true;
    this.#checkLater(isNews || this.#toldDown);
  }

  /** Only a monitor that lived until the check after its start counts; one that dies again and again is told once. */
  async #prove(): Promise<void> {
    const lives = (await this.#monitor?.lives()) === true;
    if (!lives || this.#episode === null) return;
    this.#backOff.reset();
    if (this.#toldDown) this.#options.onNotice(`GPIO${this.#bcm} is watched again.`);
    this.#toldDown = false;
  }

  async #look(machine: GpiodMachine, line: ChipLine): Promise<Result<boolean>> {
    // Version 1 cannot wait for a pull that was just switched on; the pull stays on for the second look.
    if (machine.major === 1 && this.#bias !== "none" && !this.#settled) {
      const first = await this.#tools.level(machine, line, this.#bias);
      if (!first.ok) return first;
    }
    return this.#tools.level(machine, line, this.#bias);
  }

  /** Resolves when the monitor has the line. */
  async #arm(machine: GpiodMachine, line: ChipLine): Promise<Result<void>> {
    const { kernelDebounceMs, startLimitMs } = this.#options;
    const episode = Symbol("monitor");
    this.#episode = episode;
    const held = await holdLine(this.#tools, {
      command: "gpiomon",
      args: gpiomonArgs(machine.major, line, this.#bias, kernelDebounceMs),
      machine,
      line,
      limitMs: startLimitMs,
      onLine: (text) => {
        if (episode === this.#episode && !this.#closed) this.#hear(machine, text);
      },
    });
    if (!held.ok) return held;
    this.#monitor = held.value;
    void held.value.ended.then((why) => this.#monitorEnded(episode, line, why));
    return { ok: true, value: undefined };
  }

  #hear(machine: GpiodMachine, text: string): void {
    const heard = parseMonitorLine(machine.major, this.#bcm, text);
    if (heard.kind === "edge") {
      this.#know(heard.high);
      this.#checkLater(true);
      return;
    }
    const said = JSON.stringify(text.slice(0, 60));
    this.#episode = null;
    this.#down(
      gpioFailed(
        "PI_UPS_GPIO_TOOL_ENDED",
        `gpiomon said something that is no edge of GPIO${this.#bcm}: ${said}. It is started again`,
      ),
    );
  }

  #monitorEnded(episode: symbol, line: ChipLine, why: string): void {
    if (episode !== this.#episode || this.#closed) return;
    this.#episode = null;
    // The number of the chip may be another one now.
    this.#tools.forget();
    const sentence = `The program that watches GPIO${this.#bcm} on ${line.chip} has ended; it is started again`;
    this.#down(gpioFailed("PI_UPS_GPIO_TOOL_ENDED", sentence, why));
  }

  #down(failure: Extract<Known, { ok: false }>): void {
    this.#known = failure;
    clearTimeout(this.#check ?? undefined);
    if (this.#closed) return;
    if (this.#settled && !this.#toldDown) {
      this.#toldDown = true;
      this.#options.onNotice(failure.message);
    }
    this.#backOff.schedule(() => void this.#refresh());
  }

  /** A level is told once, whichever program found it. The first one is no edge. */
  #know(high: boolean): void {
    this.#known = { ok: true, value: high };
    if (this.#told === high) return;
    const first = this.#told === null;
    this.#told = high;
    if (!first) for (const watcher of [...this.#watchers]) watcher(high);
  }

  /** Soon after news, because edges come in groups, and then less and less often. */
  #checkLater(isNews: boolean): void {
    clearTimeout(this.#check ?? undefined);
    if (this.#closed) return;
    const { checkAfterEdgeMs, checkMs } = this.#options;
    this.#nextCheckMs = isNews ? checkAfterEdgeMs : Math.min(this.#nextCheckMs * 2, checkMs);
    this.#check = setTimeout(() => void this.#refresh(), this.#nextCheckMs);
    this.#check.unref();
  }

  async #endMonitor(): Promise<void> {
    const monitor = this.#monitor;
    this.#monitor = null;
    this.#episode = null;
    await monitor?.end();
  }
}
