// What both directions of the libgpiod back end need: which version is installed, which chip is the header's, one reading,
// and the sentence for a tool that failed.
import { headerChipLabels } from "../boards/lines.ts";
import type { ReadFailure, Result } from "../core/model.ts";
import { errnoInWords, gpiodCure, gpioErrno, gpioFailed } from "./gpio-failures.ts";
import {
  type Bias,
  type ChipLine,
  type GpiodVersion,
  gpiogetArgs,
  gpioinfoArgs,
  parseLevel,
  parseVersion,
} from "./gpio-gpiod-format.ts";
import { findProgram } from "./gpio-tool-process.ts";
import { parseGpiodetect, parseGpioinfo } from "./machine-facts-buses.ts";
import { createTool, type Tool, toolsPath } from "./run-tool.ts";

const neededTools = ["gpiodetect", "gpioinfo", "gpioget", "gpiomon", "gpioset"] as const;

/** libgpiod's tools on this machine, and the chip of the header that they see. */
export interface GpiodMachine extends GpiodVersion {
  /** `gpiochip0`; the number differs between kernels, so it is looked up by label. */
  readonly chip: string;
  readonly label: string;
  readonly lines: number;
}

export interface GpiodToolsOptions {
  /** A folder that is searched before the usual ones. */
  readonly toolsFolder?: string;
  /** Labels of chips that count as the header's, the first that is there wins. */
  readonly labels?: readonly string[];
  /** Time limit of a tool that ends by itself, ms. Default 5000. */
  readonly limitMs?: number;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

export class GpiodTools {
  readonly path: string;
  readonly #labels: readonly string[];
  readonly #run: Tool;
  #machine: Promise<Result<GpiodMachine>> | null = null;

  constructor(options: GpiodToolsOptions) {
    this.path = toolsPath(options.toolsFolder ?? "");
    this.#labels = options.labels ?? headerChipLabels;
    this.#run = createTool({ path: this.path, limitMs: options.limitMs ?? 5_000 });
  }

  /** Asks the machine once; after a failure the next call asks again. */
  async machine(): Promise<Result<GpiodMachine>> {
    this.#machine ??= this.#look();
    const found = await this.#machine;
    if (!found.ok) this.#machine = null;
    return found;
  }

  /** The chip may have got another number: the next `machine` looks again. */
  forget(): void {
    this.#machine = null;
  }

  /** One look at an input that nobody holds. */
  async level(machine: GpiodMachine, line: ChipLine, bias: Bias): Promise<Result<boolean>> {
    const said = await this.#run("gpioget", gpiogetArgs(machine.major, line, bias));
    if (!said.ok) return this.failure(line, said.why);
    const level = parseLevel(said.value);
    return level === null
      ? gpioFailed(
          "PI_UPS_GPIO_IO",
          `gpioget gave no level of GPIO${line.offset}. ${gpiodCure}, in the version of the distribution`,
          said.value.slice(0, 80).trim(),
        )
      : { ok: true, value: level };
  }

  /**
   * Whether a program of this consumer name holds the line, waiting for it: version 1 of the tools does not tell that it
   * has begun.
   */
  async isHeldBy(
    line: ChipLine,
    holder: string,
    limitMs: number,
    isWorthwhile: () => boolean,
  ): Promise<boolean> {
    const untilMs = performance.now() + limitMs;
    while (performance.now() < untilMs && isWorthwhile()) {
      if ((await this.#holder(line)) === holder) return isWorthwhile();
      await pause(20);
    }
    return false;
  }

  /** What a tool's last words mean; for a line that is held, who holds it. */
  async failure(line: ChipLine, why: string): Promise<ReadFailure> {
    const errno = errnoInWords(why);
    const name = `GPIO${line.offset} (${line.chip})`;
    if (errno === "ENOENT" || errno === "ENODEV" || errno === "ENXIO") this.forget();
    if (errno !== "EBUSY") return gpioErrno(name, errno, "gpiod", why);
    const holder = await this.#holder(line);
    if (holder === null) return gpioErrno(name, errno, "gpiod", why);
    const failure = gpioErrno(name, errno, "gpiod", `${why}; gpioinfo names "${holder}"`);
    // sysfs keeps a line until it is told to give it back, also after the program has ended.
    const sysfs =
      " If no program uses it any more, give it back with: grep -l out /sys/class/gpio/gpio*/direction, then write its number to /sys/class/gpio/unexport.";
    return holder === "sysfs" ? { ...failure, message: `${failure.message}${sysfs}` } : failure;
  }

  async #holder(line: ChipLine): Promise<string | null> {
    const machine = await this.machine();
    if (!machine.ok) return null;
    const said = await this.#run("gpioinfo", gpioinfoArgs(machine.value.major, line.chip));
    if (!said.ok) return null;
    return parseGpioinfo(said.value).find(({ bcm }) => bcm === line.offset)?.holder ?? null;
  }

  async #look(): Promise<Result<GpiodMachine>> {
    const absent = neededTools.filter((name) => findProgram(this.path, name) === null);
    if (absent.length > 0) {
      const found = `not found: ${absent.join(", ")}`;
      return gpioFailed("PI_UPS_GPIO_NO_TOOLS", `libgpiod's tools are not installed. ${gpiodCure}`, found);
    }
    const [asked, detected] = await Promise.all([
      this.#run("gpiodetect", ["--version"]),
      this.#run("gpiodetect", []),
    ]);
    const version = asked.ok ? parseVersion(asked.value) : null;
    if (version === null) {
      const found = asked.ok ? asked.value.trim() : asked.why;
      return gpioFailed(
        "PI_UPS_GPIO_NO_TOOLS",
        `libgpiod's tools do not tell their version. ${gpiodCure}`,
        found,
      );
    }
    if (!detected.ok) return gpioErrno("The GPIO chips", errnoInWords(detected.why), "gpiod", detected.why);
    return this.#chipOf(version, detected.value);
  }

  #chipOf(version: GpiodVersion, text: string): Result<GpiodMachine> {
    const chips = parseGpiodetect(text);
    for (const label of this.#labels) {
      const chip = chips.find((one) => one.label === label);
      if (chip !== undefined) {
        return { ok: true, value: { ...version, chip: chip.seenAt, label, lines: chip.lines } };
      }
    }
    const labels = chips.map(({ label }) => label).join(", ");
    return gpioFailed(
      "PI_UPS_GPIO_NO_CHIP",
      `gpiodetect sees no GPIO chip of a Raspberry Pi's header. Found: ${labels || "none"}. Expected is one of: ${this.#labels.join(", ")}. Where there should be one, this user may lack the group gpio: sudo usermod -aG gpio USER`,
    );
  }
}

/** The line of a BCM number on the header's chip. */
export function chipLine(machine: GpiodMachine, bcm: number): Result<ChipLine> {
  if (Number.isInteger(bcm) && bcm >= 0 && bcm < machine.lines) {
    return { ok: true, value: { chip: machine.chip, offset: bcm } };
  }
  return gpioFailed(
    "PI_UPS_GPIO_BAD_LINE",
    `GPIO${bcm} does not exist on ${machine.label}, which has the lines 0 to ${machine.lines - 1}. Check the board in the configuration`,
  );
}
