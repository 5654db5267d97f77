// One output over libgpiod's tools: a `gpioset` that runs for as long as the line is driven, and is started again when it
// dies. Another level is another gpioset. Between the two the line is nobody's for a few ms; Raspberry Pi's kernels go on
// driving it (persist_gpio_outputs, github.com/raspberrypi/linux/pull/6117 and /6150), others let it go to input.
import type { Result } from "../core/model.ts";
import { createInTurn } from "../drivers/in-turn.ts";
import type { GpioOutput } from "../ports/ports.ts";
import { BackOff } from "./gpio-back-off.ts";
import { gpioFailed } from "./gpio-failures.ts";
import { type ChipLine, gpiosetArgs } from "./gpio-gpiod-format.ts";
import { holdLine } from "./gpio-gpiod-hold.ts";
import { chipLine, type GpiodMachine, type GpiodTools } from "./gpio-gpiod-tools.ts";
import type { RunningTool } from "./gpio-tool-process.ts";

export interface GpiodOutputOptions {
  /** How long a program may take to begin, ms. Default 5000. */
  readonly startLimitMs: number;
  /** First pause before a program that died is started again, ms. Default 200. */
  readonly restartMs: number;
  /** How long a program must have lived to count as one that does, ms. Default 1000. */
  readonly provenMs: number;
  /** Whether this kernel goes on driving a line that was let go. */
  readonly outputsPersist: () => boolean;
  readonly onNotice: (message: string) => void;
}

type Driven = Result<boolean>;

export class GpiodOutput implements GpioOutput {
  readonly #tools: GpiodTools;
  readonly #bcm: number;
  readonly #options: GpiodOutputOptions;
  readonly #backOff: BackOff;
  /** The level that was asked for last and taken; a failed write does not change it. */
  #wanted: boolean;
  #driven: Driven;
  #holder: RunningTool | null = null;
  readonly #inTurn = createInTurn();
  #everDriven = false;
  #toldDown = false;
  #closed = false;

  constructor(tools: GpiodTools, bcm: number, initialHigh: boolean, options: GpiodOutputOptions) {
    this.#tools = tools;
    this.#bcm = bcm;
    this.#wanted = initialHigh;
    this.#options = options;
    this.#backOff = new BackOff(options.restartMs);
    this.#driven = gpioFailed("PI_UPS_GPIO_CLOSED", `GPIO${bcm} is not open`);
  }

  /** Begins to drive; a failure is the request's failure, and nothing goes on. */
  async open(): Promise<Result<void>> {
    const driven = await this.#inTurn(() => this.#drive(this.#wanted));
    if (!driven.ok) await this.leave();
    return driven;
  }

  /** What our gpioset drives, never asked of the line: gpioget would switch it to input. */
  read(): Promise<Result<boolean>> {
    return this.#inTurn(() => Promise.resolve(this.#driven));
  }

  write(high: boolean): Promise<Result<void>> {
    return this.#inTurn(async () => {
      if (this.#closed) return this.#asClosed();
      if (this.#driven.ok && this.#driven.value === high) return { ok: true, value: undefined };
      const driven = await this.#drive(high);
      if (driven.ok) this.#wanted = high;
      else this.#again(driven);
      return driven;
    });
  }

  /** The line becomes an input again, also where the kernel would go on driving it. */
  close(): Promise<void> {
    return this.#inTurn(async () => {
      const line = await this.#letGo();
      if (line === null) return;
      const machine = await this.#tools.machine();
      if (machine.ok) await this.#tools.level(machine.value, line, "none");
    });
  }

  /** Nothing of ours goes on running: the level stays where the kernel keeps it, and a notice says where it does not. */
  leave(): Promise<void> {
    return this.#inTurn(async () => {
      const line = await this.#letGo();
      if (line === null || this.#options.outputsPersist()) return;
      this.#options.onNotice(
        `GPIO${this.#bcm} may fall now that the agent lets it go: this kernel does not say that it keeps outputs (persist_gpio_outputs). Add pinctrl_bcm2835.persist_gpio_outputs=Y to /boot/firmware/cmdline.txt, or use Raspberry Pi OS's kernel.`,
      );
    });
  }

  /** The line that was driven until now; null when none was. */
  async #letGo(): Promise<ChipLine | null> {
    // Also when its program died just now, for example because systemd ended it together with us: the level can have stayed.
    const wasDriven = this.#everDriven && !this.#closed;
    this.#closed = true;
    this.#backOff.cancel();
    this.#driven = this.#asClosed();
    await this.#endHolder();
    const machine = wasDriven ? await this.#tools.machine() : null;
    const line = machine?.ok ? chipLine(machine.value, this.#bcm) : null;
    return line?.ok ? line.value : null;
  }

  #asClosed() {
    return gpioFailed("PI_UPS_GPIO_CLOSED", `GPIO${this.#bcm} was closed`);
  }

  async #drive(high: boolean): Promise<Result<void>> {
    const machine = await this.#tools.machine();
    if (!machine.ok) return machine;
    const line = chipLine(machine.value, this.#bcm);
    if (!line.ok) return line;
    await this.#endHolder();
    const held = await this.#hold(machine.value, line.value, high);
    if (held.ok) {
      this.#driven = { ok: true, value: high };
      this.#everDriven = true;
    }
    return held;
  }

  async #hold(machine: GpiodMachine, line: ChipLine, high: boolean): Promise<Result<void>> {
    const held = await holdLine(this.#tools, {
      command: "gpioset",
      args: gpiosetArgs(machine.major, line, high),
      machine,
      line,
      limitMs: this.#options.startLimitMs,
      onLine: () => {},
    });
    if (!held.ok) return held;
    const holder = held.value;
    this.#holder = holder;
    void holder.ended.then((why) => this.#holderEnded(holder, why));
    setTimeout(() => void this.#prove(holder), this.#options.provenMs).unref();
    return { ok: true, value: undefined };
  }

  /** Only a program that lived for a while counts; one that dies again and again is told once. */
  async #prove(holder: RunningTool): Promise<void> {
    const lives = await holder.lives();
    if (!lives || holder !== this.#holder) return;
    this.#backOff.reset();
    if (this.#toldDown) this.#options.onNotice(`GPIO${this.#bcm} is driven again.`);
    this.#toldDown = false;
  }

  #holderEnded(holder: RunningTool, why: string): void {
    if (holder !== this.#holder || this.#closed) return;
    this.#holder = null;
    this.#tools.forget();
    const sentence = `The program that drives GPIO${this.#bcm} has ended; it is started again`;
    const failure = gpioFailed("PI_UPS_GPIO_TOOL_ENDED", sentence, why);
    if (!this.#toldDown) this.#options.onNotice(failure.message);
    this.#again(failure);
  }

  /** Nobody drives the line: tries to drive what was driven before. */
  #again(failure: Extract<Driven, { ok: false }>): void {
    this.#driven = failure;
    this.#toldDown = true;
    this.#backOff.schedule(() => {
      void this.#inTurn(async () => {
        if (this.#closed || this.#driven.ok) return;
        const driven = await this.#drive(this.#wanted);
        if (!driven.ok) this.#again(driven);
      });
    });
  }

  async #endHolder(): Promise<void> {
    const holder = this.#holder;
    this.#holder = null;
    await holder?.end();
  }
}
