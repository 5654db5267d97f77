// What a Raspberry Pi tells about its own supply: the firmware's under-voltage flag, and on a Pi 5 the 5 V rail by its
// power chip. Each source is looked for once; what this machine does not have does not exist. Not tried on hardware.
// Facts: torvalds/linux drivers/hwmon/raspberrypi-hwmon.c; Raspberry Pi documentation, vcgencmd get_throttled and pmic_read_adc.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ReadFailure, Result } from "../core/model.ts";
import type { Clock, PiReading, PiSignals } from "../ports/ports.ts";
import { runTool } from "./run-tool.ts";

export interface PiSignalsOptions {
  /** Where /sys and /proc are; tests give a folder of their own. */
  readonly root?: string;
  /** `vcgencmd`, or a program that answers like it. */
  readonly vcgencmd?: string;
  /** How long it may take to answer, ms. Default 2000. */
  readonly toolLimitMs?: number;
}

/** The power chip is asked through the firmware's mailbox, which takes tens of milliseconds. */
const pmicEveryMs = 5_000;
const throttledEveryMs = 2_000;
/** Bit 0: under-voltage now. Bit 16: it has occurred since boot. */
const underVoltageBit = 0x1;

/** `throttled=0x50005` gives the number; null for anything else. */
export function parseThrottled(text: string): number | null {
  const hex = /^(?:throttled=)?(?:0x)?([0-9a-f]+)\s*$/i.exec(text.trim())?.[1];
  return hex === undefined ? null : Number.parseInt(hex, 16);
}

/** mV of the line `EXT5V_V volt(24)=5.08530000V`; null when there is none. */
export function parseExt5vMv(text: string): number | null {
  const volts = /^\s*EXT5V_V\s+volt\(\d+\)=([\d.]+)V\s*$/m.exec(text)?.[1];
  const mv = Number(volts) * 1000;
  return volts === undefined || !Number.isFinite(mv) ? null : Math.round(mv);
}

/** The file of hwmon device `rpi_volt` that tells the under-voltage alarm; null: this kernel has none. */
export function findAlarmFile(root: string): string | null {
  const folder = join(root, "sys/class/hwmon");
  try {
    for (const name of readdirSync(folder)) {
      if (readFileSync(join(folder, name, "name"), "utf8").trim() === "rpi_volt") {
        return join(folder, name, "in0_lcrit_alarm");
      }
    }
  } catch {
    // No hwmon, or a device that went away while it was looked at: there is no alarm to read.
  }
  return null;
}

function failed(what: string, why: string): ReadFailure {
  return { ok: false, code: "PI_UPS_PI_SIGNAL", message: `${what} cannot be read: ${why}.` };
}

type Reader<T> = () => Promise<Result<T>>;

/**
 * Asks at most every `everyMs`, one question at a time. Only the first answer is waited for: a mailbox that is busy must not
 * hold up a sample, so the last answer stands until the next one is there.
 */
function paced<T>(clock: Clock, everyMs: number, ask: Reader<T>): Reader<T> {
  let known: Promise<Result<T>> | null = null;
  let running = false;
  let askedAtMs = Number.NEGATIVE_INFINITY;
  return () => {
    const nowMs = clock.now().monoMs;
    if (known !== null && (running || nowMs - askedAtMs < everyMs)) return known;
    running = true;
    askedAtMs = nowMs;
    const asked = ask().finally(() => {
      running = false;
    });
    if (known === null) known = asked;
    else void asked.then((answer) => (known = Promise.resolve(answer)));
    return known;
  };
}

interface Sources {
  readonly railMv: Reader<number> | null;
  readonly underVoltage: Reader<boolean> | null;
}

class FoundSignals implements PiSignals {
  readonly #clock: Clock;
  readonly #root: string;
  readonly #vcgencmd: string;
  readonly #toolLimitMs: number;
  #sources: Promise<Sources> | null = null;

  constructor(clock: Clock, { root = "/", vcgencmd = "vcgencmd", toolLimitMs = 2_000 }: PiSignalsOptions) {
    this.#clock = clock;
    this.#root = root;
    this.#vcgencmd = vcgencmd;
    this.#toolLimitMs = toolLimitMs;
  }

  async read(): Promise<PiReading> {
    this.#sources ??= this.#find();
    const { railMv, underVoltage } = await this.#sources;
    const [rail, flag] = await Promise.all([railMv?.(), underVoltage?.()]);
    return {
      ...(rail === undefined ? {} : { railMv: rail }),
      ...(flag === undefined ? {} : { underVoltage: flag }),
    };
  }

  async #find(): Promise<Sources> {
    const rail = await this.#askRail();
    const railMv = rail.ok ? paced(this.#clock, pmicEveryMs, () => this.#askRail()) : null;
    const alarm = findAlarmFile(this.#root);
    if (alarm !== null) return { railMv, underVoltage: () => Promise.resolve(readAlarm(alarm)) };
    const flag = await this.#askThrottled();
    const underVoltage = flag.ok ? paced(this.#clock, throttledEveryMs, () => this.#askThrottled()) : null;
    return { railMv, underVoltage };
  }

  async #askRail(): Promise<Result<number>> {
    const answer = await runTool(this.#vcgencmd, ["pmic_read_adc", "EXT5V_V"], this.#toolLimitMs);
    if (!answer.ok) return failed("The 5 V rail", answer.why);
    const mv = parseExt5vMv(answer.text);
    return mv === null ? failed("The 5 V rail", "vcgencmd names no EXT5V_V") : { ok: true, value: mv };
  }

  async #askThrottled(): Promise<Result<boolean>> {
    const answer = await runTool(this.#vcgencmd, ["get_throttled"], this.#toolLimitMs);
    if (!answer.ok) return failed("The under-voltage flag", answer.why);
    const word = parseThrottled(answer.text);
    if (word === null) return failed("The under-voltage flag", "vcgencmd says no number");
    return { ok: true, value: (word & underVoltageBit) !== 0 };
  }
}

function readAlarm(file: string): Result<boolean> {
  try {
    const text = readFileSync(file, "utf8").trim();
    if (text === "0" || text === "1") return { ok: true, value: text === "1" };
    return failed(file, `it says ${JSON.stringify(text.slice(0, 20))}, expected is 0 or 1`);
  } catch (error) {
    return failed(file, error instanceof Error ? error.message : String(error));
  }
}

/** Does no I/O before the first `read`. */
export function createPiSignals(clock: Clock, options: PiSignalsOptions = {}): PiSignals {
  return new FoundSignals(clock, options);
}
