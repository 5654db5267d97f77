// What a running simulator is to those who use it: its options, its ports, and what is true in its world.
import type { Board } from "../boards/board.ts";
import type { SimCommand, SimFault } from "../ports/control.ts";
import type { Answer } from "../ports/ha-link.ts";
import type { Clock, Gpio, I2cBus, KernelPower, PiSignals, Thermometer } from "../ports/ports.ts";
import type { SimSaved } from "./saved-world.ts";
import type { PackOptions } from "./sim-pack.ts";
import type { WorldOptions } from "./world-state.ts";

export interface SimOptions extends WorldOptions, PackOptions {
  /** Makes garbled transfers repeatable. Default 1. */
  readonly seed?: number;
  /** Time that an I2C transfer takes, ms. Default 0. */
  readonly latencyMs?: number;
  /** The Pi has lost its power without a goodbye: the battery ran empty, or the board cut it. */
  readonly onBlackout?: (why: "empty" | "cut") => void;
  /** Something changed that a saved file should know: a command was obeyed, the Pi went off or on. */
  readonly onChange?: () => void;
}

export interface SimulatorParts {
  readonly board: Board;
  readonly clock: Clock;
  readonly options?: SimOptions;
  /**
   * A world to continue; its Pi is switched on. A world of another board is not continued. Of the options, only a
   * speed other than the one asked for at that time changes it.
   */
  readonly saved?: SimSaved | null;
}

/** What is true in the simulated world, whatever gauge and pins say. */
export interface SimTruth {
  readonly acPresent: boolean;
  readonly pi: "on" | "off";
  readonly chargePct: number;
  /** What the gauge is about to show. */
  readonly gaugePct: number;
  readonly cellMv: number;
  /** Pack current, positive while charging. */
  readonly currentMa: number;
  readonly loadW: number;
  readonly temperatureC: number;
  readonly speed: number;
  readonly faults: readonly SimFault[];
}

export interface Simulator {
  readonly i2c: I2cBus;
  readonly gpio: Gpio;
  readonly kernel: KernelPower;
  readonly thermometer: Thermometer;
  readonly piSignals: PiSignals;
  /** Obeys or refuses (`PI_UPS_SIM_BAD_COMMAND`); the answer's message says what the world is now. */
  apply(command: SimCommand): Answer;
  /** One line for people. */
  describe(): string;
  truth(): SimTruth;
  save(): SimSaved;
  /** The power switch of the simulated Pi: the load ends, the world goes on. Idempotent. */
  powerOff(): void;
  /** The simulated Pi gets power again. Idempotent. */
  powerOn(): void;
  /** Ends all timers; the ports still answer. Idempotent. */
  stop(): void;
}
