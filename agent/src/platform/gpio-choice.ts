// Which of the two ways to the pins this machine has: sysfs where it is complete, else libgpiod's tools. The choice is made
// at the first request, because a board without pins needs neither.
import { accessSync, constants } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ReadFailure, Result } from "../core/model.ts";
import type { GpioReport } from "../ports/control.ts";
import type { Gpio } from "../ports/ports.ts";
import { type GpioBackend, gpioFailed } from "./gpio-failures.ts";
import { createGpiodGpio, type GpiodGpio, type GpiodGpioOptions } from "./gpio-gpiod.ts";
import { headerChipIn } from "./gpio-numbers.ts";
import { createOnoffGpio, type OnoffGpio } from "./gpio-onoff.ts";

export interface ChooseGpioOptions {
  /** `auto` takes sysfs where it works, else libgpiod's tools. */
  readonly backend: "auto" | GpioBackend;
  /** Replaces `/sys`, for tests. onoff itself always uses `/sys/class/gpio`. */
  readonly sysRoot?: string;
  /** How onoff is imported; for tests. */
  readonly importOnoff?: () => Promise<unknown>;
  /** How often a watched level is looked at beside sysfs's edges, ms. */
  readonly pollMs?: number;
  /** Settings of the other way; `toolsFolder` is searched before PATH. */
  readonly gpiod?: Omit<GpiodGpioOptions, "sysRoot" | "onNotice">;
  /** A sentence that a person should see, for example that a program which holds a line was started again. */
  readonly onNotice?: (message: string) => void;
}

/** A `Gpio` that chooses its back end when it is first used. */
export interface ChosenGpio extends Gpio {
  /** What was chosen; null before the first request. */
  readonly chosen: GpioReport | null;
  /** Chooses now if nothing was chosen yet. Opens no line. */
  describe(): Promise<GpioReport>;
}

interface Choice {
  /** null: each request gives the failure. */
  readonly gpio: Gpio | null;
  readonly failure: ReadFailure | null;
  readonly description: GpioReport;
}

async function versionOfOnoff(): Promise<string | null> {
  try {
    const file = import.meta.resolve("onoff/package.json");
    const found: unknown = JSON.parse(await readFile(new URL(file), "utf8"));
    const version = typeof found === "object" && found !== null && "version" in found ? found.version : null;
    return typeof version === "string" ? version : null;
  } catch {
    return null;
  }
}

class Choosing implements ChosenGpio {
  readonly #options: ChooseGpioOptions;
  readonly #sysRoot: string;
  readonly #onoff: OnoffGpio;
  readonly #gpiod: GpiodGpio;
  #choice: Promise<Choice> | null = null;
  #chosen: GpioReport | null = null;

  constructor(options: ChooseGpioOptions) {
    const { onNotice, pollMs, importOnoff } = options;
    const notice = onNotice === undefined ? {} : { onNotice };
    this.#options = options;
    this.#sysRoot = options.sysRoot ?? "/sys";
    this.#onoff = createOnoffGpio({
      root: join(this.#sysRoot, "class/gpio"),
      ...(pollMs === undefined ? {} : { pollMs }),
      ...(importOnoff === undefined ? {} : { importModule: importOnoff }),
      ...notice,
    });
    this.#gpiod = createGpiodGpio({ ...options.gpiod, sysRoot: this.#sysRoot, ...notice });
  }

  get chosen(): GpioReport | null {
    return this.#chosen;
  }

  async describe(): Promise<GpioReport> {
    return (await this.#choose()).description;
  }

  async input(...request: Parameters<Gpio["input"]>): ReturnType<Gpio["input"]> {
    const { gpio, failure } = await this.#choose();
    return gpio === null ? this.#refused(request[0], failure) : gpio.input(...request);
  }

  async output(...request: Parameters<Gpio["output"]>): ReturnType<Gpio["output"]> {
    const { gpio, failure } = await this.#choose();
    return gpio === null ? this.#refused(request[0], failure) : gpio.output(...request);
  }

  async close(): Promise<void> {
    await this.#onoff.close();
    await this.#gpiod.close();
  }

  #refused(bcm: number, failure: ReadFailure | null): ReadFailure {
    const why = failure ?? gpioFailed("PI_UPS_GPIO_NO_BACKEND", "there is no way to the pins");
    return { ...why, message: `GPIO${bcm} cannot be opened. ${why.message}` };
  }

  /** Kept when something works. When nothing does, a person may mend it while the agent runs: the next request looks again. */
  async #choose(): Promise<Choice> {
    this.#choice ??= this.#pick();
    const choice = await this.#choice;
    this.#chosen = choice.description;
    if (choice.gpio === null) this.#choice = null;
    return choice;
  }

  #pick(): Promise<Choice> {
    switch (this.#options.backend) {
      case "sysfs":
        return this.#asAsked("sysfs");
      case "gpiod":
        return this.#asAsked("gpiod");
      case "auto":
        return this.#whatWorks();
    }
  }

  /** A person chose it: requests go there, and say themselves what is wrong. */
  async #asAsked(backend: GpioBackend): Promise<Choice> {
    const found = await (backend === "sysfs" ? this.#trySysfs() : this.#tryGpiod());
    const asked = `The configuration asks for ${backend}`;
    if (found.ok) return this.#use(backend, found.value, `${asked}.`);
    return nothing({ ok: false, code: found.code, message: `${asked}. ${found.message}` });
  }

  async #whatWorks(): Promise<Choice> {
    const sysfs = await this.#trySysfs();
    if (sysfs.ok) return this.#use("sysfs", sysfs.value, "sysfs GPIO is there and usable.");
    const gpiod = await this.#tryGpiod();
    if (gpiod.ok) {
      return this.#use(
        "gpiod",
        gpiod.value,
        `libgpiod's tools, because sysfs GPIO is not usable. ${sysfs.message}`,
      );
    }
    const denied = [sysfs, gpiod].find(({ code }) => code === "PI_UPS_GPIO_NO_PERMISSION");
    const message = `Neither way to the pins works here. sysfs GPIO: ${sysfs.message} libgpiod: ${gpiod.message} The other way out is a kernel with sysfs GPIO, and onoff built with: npm run native.`;
    return nothing({ ok: false, code: denied?.code ?? "PI_UPS_GPIO_NO_BACKEND", message });
  }

  #use(backend: GpioBackend, found: Found, why: string): Choice {
    const gpio = backend === "sysfs" ? this.#onoff : this.#gpiod;
    return { gpio, failure: null, description: { backend, ...found, why } };
  }

  async #trySysfs(): Promise<Result<Found>> {
    const folder = join(this.#sysRoot, "class/gpio");
    const chip = await headerChipIn(folder);
    if (!chip.ok) return chip;
    try {
      accessSync(join(folder, "export"), constants.W_OK);
    } catch (cause) {
      const missing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
      const code = missing ? "PI_UPS_GPIO_NO_SYSFS" : "PI_UPS_GPIO_NO_PERMISSION";
      const sentence = missing
        ? `${folder}/export is not there, so that this kernel opens no line over sysfs`
        : `This user may not write to ${folder}/export. Add it to the group gpio with: sudo usermod -aG gpio USER, then log in again or restart the service`;
      return gpioFailed(code, sentence);
    }
    const loaded = await this.#onoff.usable();
    if (!loaded.ok) return loaded;
    return { ok: true, value: { version: await versionOfOnoff(), chip: chip.value.label } };
  }

  async #tryGpiod(): Promise<Result<Found>> {
    const machine = await this.#gpiod.machine();
    if (!machine.ok) return machine;
    return { ok: true, value: { version: machine.value.version, chip: machine.value.label } };
  }
}

interface Found {
  readonly version: string | null;
  readonly chip: string | null;
}

function nothing(failure: ReadFailure): Choice {
  const description = { backend: "none", version: null, chip: null, why: failure.message } as const;
  return { gpio: null, failure, description };
}

/** The pins of the 40-pin header by the way that this machine has. Touches nothing before the first request. */
export function chooseGpio(options: ChooseGpioOptions): ChosenGpio {
  return new Choosing(options);
}
