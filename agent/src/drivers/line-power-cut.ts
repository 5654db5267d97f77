// The software's press of the board's power button: a pulse of some seconds, after which the pin must rest again, or the
// board's own button needs two presses and its automatic start fails. The pin is driven during the pulse only.
// Source: github.com/geekworm-com/x728-script (xSoft.sh, sample/x728-v2.x-asd.py).
import type { PulseLine } from "../boards/board.ts";
import type { ReadFailure, Result } from "../core/model.ts";
import type { Clock, Gpio, GpioOutput } from "../ports/ports.ts";
import { levelFor } from "./line-output.ts";

const done: Result<void> = { ok: true, value: undefined };
const restTries = 5;
const restRetryMs = 100;

export interface PowerCutLine {
  /**
   * Presses the button and resolves when the pin rests again. A call during a pulse joins it. The board asks the system
   * to go down and cuts the power once it is, so that a delay cannot be given to it: the earliest moment of the cut is
   * the end of the shutdown. Null cannot take a press back: `PI_UPS_POWER_CUT_GIVEN` during and after one; before one it
   * brings the pin to rest, which ends a press that a killed agent has left behind.
   *
   * `PI_UPS_POWER_CUT_STUCK`: the pin could not be brought to rest; it was given back.
   */
  cut(delayS: number | null): Promise<Result<void>>;
  /** Lets a running pulse end (a shorter one would be another request) and leaves the pin alone. Idempotent. */
  release(): Promise<void>;
}

class GpioPowerCutLine implements PowerCutLine {
  readonly #line: PulseLine;
  readonly #gpio: Gpio;
  readonly #clock: Clock;
  #pulse: Promise<Result<void>> | null = null;
  #resting: Promise<Result<void>> | null = null;
  #given = false;

  constructor(line: PulseLine, gpio: Gpio, clock: Clock) {
    this.#line = line;
    this.#gpio = gpio;
    this.#clock = clock;
  }

  cut(delayS: number | null): Promise<Result<void>> {
    if (delayS === null) return this.#callOff();
    this.#pulse ??= this.#press().finally(() => {
      this.#pulse = null;
    });
    return this.#pulse;
  }

  async release(): Promise<void> {
    await Promise.allSettled([this.#pulse, this.#resting]);
  }

  #callOff(): Promise<Result<void>> {
    if (this.#given || this.#pulse !== null) return Promise.resolve(this.#cannotTakeBack());
    this.#resting ??= this.#withPin((output, rest) => this.#rest(output, rest)).finally(() => {
      this.#resting = null;
    });
    return this.#resting;
  }

  async #press(): Promise<Result<void>> {
    await this.#resting;
    return this.#withPin(async (output, rest) => {
      const pressed = await output.write(!rest);
      if (pressed.ok) {
        this.#given = true;
        await this.#clock.sleep(this.#line.pulseMs);
      }
      const rests = await this.#rest(output, rest);
      return pressed.ok ? rests : pressed;
    });
  }

  /** The pin is ours, and at rest, from the first moment; it is given back whatever happens. */
  async #withPin(use: (output: GpioOutput, rest: boolean) => Promise<Result<void>>): Promise<Result<void>> {
    const rest = levelFor(this.#line, false);
    const opened = await this.#gpio.output(this.#line.bcm, rest);
    if (!opened.ok) return opened;
    try {
      return await use(opened.value, rest);
    } finally {
      await opened.value.close();
    }
  }

  async #rest(output: GpioOutput, rest: boolean): Promise<Result<void>> {
    let failure: ReadFailure | null = null;
    for (let attempt = 0; attempt < restTries; attempt += 1) {
      if (failure !== null) await this.#clock.sleep(restRetryMs);
      const written = await output.write(rest);
      const level: Result<boolean> = written.ok ? await output.read() : written;
      if (level.ok && level.value === rest) return done;
      failure = level.ok ? this.#stuck("it reads as before") : level;
    }
    return this.#stuck(failure?.message ?? "it was not written");
  }

  #stuck(found: string): ReadFailure {
    const { bcm, trueWhen } = this.#line;
    return {
      ok: false,
      code: "PI_UPS_POWER_CUT_STUCK",
      message: `GPIO${bcm} could not be brought to rest after the power-off pulse (${found}). It was given back; while it stays ${trueWhen} the board's button and its automatic start do not work. Take the board's power away and connect it again.`,
    };
  }

  #cannotTakeBack(): ReadFailure {
    return {
      ok: false,
      code: "PI_UPS_POWER_CUT_GIVEN",
      message: `The power-off pulse on GPIO${this.#line.bcm} was given and cannot be taken back: the board cuts the power once the system is down.`,
    };
  }
}

/** Does no I/O before `cut`. */
export function createPowerCutLine(line: PulseLine, gpio: Gpio, clock: Clock): PowerCutLine {
  return new GpioPowerCutLine(line, gpio, clock);
}
