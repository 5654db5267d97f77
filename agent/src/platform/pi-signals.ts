// What a Raspberry Pi tells about its own supply: the firmware's under-voltage flag, and on a Pi 5 what its power chip
// measures. Each source is looked for once; what this machine does not have does not exist. Not tried on hardware.
// Facts: torvalds/linux drivers/hwmon/raspberrypi-hwmon.c; Raspberry Pi documentation, vcgencmd get_throttled and pmic_read_adc.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ReadFailure, Result } from "../core/model.ts";
import type { Clock, PiReading, PiReport, PiSignals } from "../ports/ports.ts";
import { trimmed } from "./machine-facts-files.ts";
import { type PmicFigures, parsePmic } from "./pmic.ts";
import { createTool, type Tool, type ToolAnswer } from "./run-tool.ts";

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
/** `get_throttled`: under-voltage now, and that it has occurred since boot. */
const underVoltageBit = 0x1;
const underVoltageSeenBit = 0x1_0000;
/** A dip between two looks shows in the second bit alone. It is told for so long that no debounce swallows it, ms. */
const dipShownMs = 10_000;

/** `throttled=0x50005` gives the number; null for anything else. */
export function parseThrottled(text: string): number | null {
  const hex = /^(?:throttled=)?(?:0x)?([0-9a-f]+)\s*$/i.exec(text.trim())?.[1];
  return hex === undefined ? null : Number.parseInt(hex, 16);
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

const failedCode = "PI_UPS_PI_SIGNAL";
const lateCode = "PI_UPS_PI_SIGNAL_LATE";

function failed(what: string, why: string, code = failedCode): ReadFailure {
  return {
    ok: false,
    code,
    message: `${what} cannot be read: ${why}. Try it as the agent's user with: vcgencmd get_throttled (it needs the group video)`,
  };
}

function toolFailed(what: string, { late, why }: Extract<ToolAnswer, { ok: false }>): ReadFailure {
  return failed(what, why, late === true ? lateCode : failedCode);
}

type Reader<T> = () => Promise<Result<T>>;

/** A machine that still boots can be late once: a source that was not there then would be missing for the whole run. */
async function firstAnswer<T>(ask: Reader<T>): Promise<Result<T>> {
  const first = await ask();
  return first.ok || first.code !== lateCode ? first : ask();
}

/**
 * Asks at most every `everyMs`, one question at a time, beginning that long after `first` was heard. Nobody waits: a mailbox
 * that is busy must not hold up a sample, so the last answer stands until the next one is there.
 */
function paced<T>(clock: Clock, everyMs: number, first: Result<T>, ask: Reader<T>): Reader<T> {
  let known = first;
  let running = false;
  let askedAtMs = clock.now().monoMs;
  return () => {
    const nowMs = clock.now().monoMs;
    if (!running && nowMs - askedAtMs >= everyMs) {
      running = true;
      askedAtMs = nowMs;
      void ask().then((answer) => {
        known = answer;
        running = false;
      });
    }
    return Promise.resolve(known);
  };
}

interface Sources {
  readonly pmic: Reader<PmicFigures> | null;
  readonly underVoltage: Reader<boolean> | null;
}

/** Remembers the firmware's flags, so that a dip between two looks is told as well. */
class Throttled {
  #seenBefore: boolean | null = null;
  #dipUntilMs = Number.NEGATIVE_INFINITY;

  underVoltage(word: number, nowMs: number): boolean {
    const seen = (word & underVoltageSeenBit) !== 0;
    // What was there before the first look happened at some time since boot.
    if (seen && this.#seenBefore === false) this.#dipUntilMs = nowMs + dipShownMs;
    this.#seenBefore = seen;
    return (word & underVoltageBit) !== 0 || nowMs < this.#dipUntilMs;
  }

  /** Since boot; null before the first look. */
  get seen(): boolean | null {
    return this.#seenBefore;
  }
}

class FoundSignals implements PiSignals {
  readonly #clock: Clock;
  readonly #root: string;
  readonly #vcgencmd: string;
  readonly #run: Tool;
  readonly #throttled = new Throttled();
  #sources: Promise<Sources> | null = null;
  #model: string | null = null;
  #rails: PiReport["rails"] = [];
  /** By the looks of this run; null before the first. */
  #seen: boolean | null = null;

  constructor(clock: Clock, { root = "/", vcgencmd = "vcgencmd", toolLimitMs = 2_000 }: PiSignalsOptions) {
    this.#clock = clock;
    this.#root = root;
    this.#vcgencmd = vcgencmd;
    this.#run = createTool({ limitMs: toolLimitMs });
  }

  async read(): Promise<PiReading> {
    this.#sources ??= this.#find();
    const { pmic, underVoltage } = await this.#sources;
    const [figures, flag] = await Promise.all([pmic?.(), underVoltage?.()]);
    this.#rails = figures?.ok === true ? figures.value.rails : [];
    if (flag?.ok === true) this.#seen = this.#seen === true || flag.value;
    return {
      ...(figures === undefined ? {} : { railMv: railOf(figures) }),
      ...(flag === undefined ? {} : { underVoltage: flag }),
    };
  }

  report(): PiReport {
    const underVoltageSeen = this.#throttled.seen === true ? true : this.#seen;
    return { model: this.#model, rails: this.#rails, underVoltageSeen };
  }

  async #find(): Promise<Sources> {
    this.#model = trimmed(join(this.#root, "proc/device-tree/model"));
    const [pmic, underVoltage] = await Promise.all([
      this.#pacedIfThere(pmicEveryMs, () => this.#askPmic()),
      this.#findFlag(),
    ]);
    return { pmic, underVoltage };
  }

  #findFlag(): Promise<Reader<boolean> | null> {
    const alarm = findAlarmFile(this.#root);
    // The kernel's alarm is the firmware's memory of the last two seconds, so it needs none of ours.
    if (alarm !== null) return Promise.resolve(() => Promise.resolve(readAlarm(alarm)));
    return this.#pacedIfThere(throttledEveryMs, () => this.#askThrottled());
  }

  async #pacedIfThere<T>(everyMs: number, ask: Reader<T>): Promise<Reader<T> | null> {
    const first = await firstAnswer(ask);
    return first.ok ? paced(this.#clock, everyMs, first, ask) : null;
  }

  /** Never rejects. */
  async #askPmic(): Promise<Result<PmicFigures>> {
    const answer = await this.#run(this.#vcgencmd, ["pmic_read_adc"]);
    if (!answer.ok) return toolFailed("The 5 V rail", answer);
    const figures = parsePmic(answer.value);
    return figures === null
      ? failed("The 5 V rail", "vcgencmd names no EXT5V_V")
      : { ok: true, value: figures };
  }

  /** Never rejects. */
  async #askThrottled(): Promise<Result<boolean>> {
    const answer = await this.#run(this.#vcgencmd, ["get_throttled"]);
    if (!answer.ok) return toolFailed("The under-voltage flag", answer);
    const word = parseThrottled(answer.value);
    if (word === null) return failed("The under-voltage flag", "vcgencmd says no number");
    return { ok: true, value: this.#throttled.underVoltage(word, this.#clock.now().monoMs) };
  }
}

function railOf(figures: Result<PmicFigures>): Result<number> {
  return figures.ok ? { ok: true, value: figures.value.ext5vMv } : figures;
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
