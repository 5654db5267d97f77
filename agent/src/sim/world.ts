// The running simulator: a world that moves with the clock, offered through the same ports as real hardware.
import type { Board } from "../boards/board.ts";
import type { Result } from "../core/model.ts";
import type { SimCommand, SimFault } from "../ports/control.ts";
import type { Answer } from "../ports/ha-link.ts";
import type { Clock, Gpio, I2cBus, Thermometer } from "../ports/ports.ts";
import type { PackParams } from "./battery-model.ts";
import { seededRandom } from "./random.ts";
import { fromSaved, type SimSaved, toSaved } from "./saved-world.ts";
import { createGaugeRegisters, type GaugeSurroundings } from "./sim-gauge.ts";
import { createSimGpio, type SimGpio } from "./sim-gpio.ts";
import { createSimI2cBus } from "./sim-i2c-bus.ts";
import { type PackOptions, packFor } from "./sim-pack.ts";
import {
  acLevelHigh,
  advanceWorld,
  describeWorld,
  findFault,
  gaugePct,
  newWorld,
  obey,
  quickStarted,
  type WorldOptions,
  type WorldState,
  withoutEndedFaults,
} from "./world-state.ts";

export interface SimOptions extends WorldOptions, PackOptions {
  /** Makes garbled transfers repeatable. Default 1. */
  readonly seed?: number;
  /** Time that an I2C transfer takes, ms. Default 0. */
  readonly latencyMs?: number;
  /** The simulated battery ran empty on battery: the Pi has lost its power without a goodbye. */
  readonly onBlackout?: () => void;
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
  readonly thermometer: Thermometer;
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

/** On battery the world looks by itself this often, so that an empty pack is noticed without a read. */
const watchMs = 500;

class RunningWorld implements Simulator {
  readonly i2c: I2cBus;
  readonly gpio: Gpio;
  readonly thermometer: Thermometer;
  readonly #board: Board;
  readonly #clock: Clock;
  readonly #options: SimOptions;
  readonly #params: PackParams;
  readonly #lines: SimGpio = createSimGpio();
  readonly #askedSpeed: number | null;
  #world: WorldState;
  #movedAtMs: number;
  #cancelWatch: (() => void) | null = null;
  readonly #faultTimers = new Map<SimFault, () => void>();
  #stopped = false;

  constructor({ board, clock, options = {}, saved = null }: SimulatorParts) {
    this.#board = board;
    this.#clock = clock;
    this.#options = options;
    this.#params = packFor(board, options);
    this.#askedSpeed = options.speed ?? saved?.asked_speed ?? null;
    this.#world = this.#beginning(saved);
    this.#movedAtMs = clock.now().monoMs;
    this.gpio = this.#lines;
    this.thermometer = { readC: () => Promise.resolve(this.#temperature()) };
    this.i2c = createSimI2cBus({
      bus: board.i2cBus,
      devices: new Map([[board.gauge.address, createGaugeRegisters(board.gauge.chip, this.#surroundings())]]),
      clock,
      latencyMs: options.latencyMs ?? 0,
      fault: () => this.#wireFault(),
      random: seededRandom(options.seed ?? 1),
    });
    const chargeLine = board.lines.chargeAllowed;
    if (chargeLine !== undefined) this.#lines.setLevel(chargeLine.bcm, chargeLine.trueWhen === "high");
    this.#lines.onDriven((bcm) => this.#followChargeLine(bcm));
    this.#showOnLines();
    for (const { fault, untilMs } of this.#world.faults) this.#endFaultAt(fault, untilMs);
    this.#keepWatch();
  }

  apply(command: SimCommand): Answer {
    const now = this.#move();
    const { world, answer } = obey(this.#params, this.#world, command, now);
    this.#world = world;
    if (command.kind === "clear") this.#cancelFaultTimers();
    if (command.kind === "fault") {
      this.#endFaultAt(command.fault, command.forMs === null ? null : now + command.forMs);
    }
    this.#showOnLines();
    this.#keepWatch();
    if (answer.accepted && command.kind !== "show") this.#options.onChange?.();
    return answer;
  }

  describe(): string {
    const now = this.#move();
    return describeWorld(this.#world, now);
  }

  truth(): SimTruth {
    this.#move();
    const { acPresent, pi, battery, loadW, temperatureC, speed, faults } = this.#world;
    return {
      acPresent,
      pi,
      chargePct: battery.chargePct,
      gaugePct: gaugePct(this.#world),
      cellMv: battery.cellMv,
      currentMa: battery.currentMa,
      loadW,
      temperatureC,
      speed,
      faults: faults.map(({ fault }) => fault),
    };
  }

  save(): SimSaved {
    this.#move();
    const { monoMs, wallMs } = this.#clock.now();
    return toSaved(this.#board, this.#world, this.#askedSpeed, wallMs, wallMs - monoMs);
  }

  powerOff(): void {
    this.#switchPi("off");
  }

  powerOn(): void {
    this.#switchPi("on");
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelWatch?.();
    this.#cancelWatch = null;
    this.#cancelFaultTimers();
  }

  #beginning(saved: SimSaved | null): WorldState {
    if (saved === null || saved.board !== this.#board.id) return newWorld(this.#params, this.#options);
    const { monoMs, wallMs } = this.#clock.now();
    const world = fromSaved(this.#params, saved, wallMs, wallMs - monoMs);
    const asked = this.#options.speed;
    const speed = asked === undefined || asked === saved.asked_speed ? world.speed : asked;
    return { ...world, pi: "on", speed };
  }

  #temperature(): Result<number> {
    return { ok: true, value: this.#world.temperatureC };
  }

  #surroundings(): GaugeSurroundings {
    return {
      measure: () => {
        this.#move();
        return { cellMv: this.#world.battery.cellMv, chargePct: gaugePct(this.#world) };
      },
      nowMs: () => this.#clock.now().monoMs,
      frozen: () => this.#hasFault("gauge-stuck"),
      quickStart: () => {
        this.#move();
        this.#world = quickStarted(this.#params, this.#world);
      },
    };
  }

  #hasFault(fault: SimFault): boolean {
    const active = findFault(this.#world, fault);
    return active !== undefined && (active.untilMs === null || active.untilMs > this.#clock.now().monoMs);
  }

  #wireFault(): "nack" | "garbage" | null {
    if (this.#hasFault("i2c-nack")) return "nack";
    return this.#hasFault("i2c-garbage") ? "garbage" : null;
  }

  /** Brings the world up to the clock. */
  #move(): number {
    const now = this.#clock.now().monoMs;
    const { world, blackout } = advanceWorld(this.#params, this.#world, now - this.#movedAtMs);
    this.#movedAtMs = now;
    this.#world = withoutEndedFaults(world, now);
    if (blackout) this.#blackout();
    return now;
  }

  #blackout(): void {
    this.#cancelWatch?.();
    this.#cancelWatch = null;
    this.#options.onChange?.();
    this.#options.onBlackout?.();
  }

  #switchPi(pi: "on" | "off"): void {
    this.#move();
    if (this.#world.pi === pi) return;
    this.#world = { ...this.#world, pi };
    this.#keepWatch();
    this.#options.onChange?.();
  }

  #keepWatch(): void {
    const needed = !this.#world.acPresent && this.#world.pi === "on" && !this.#stopped;
    if (!needed) {
      this.#cancelWatch?.();
      this.#cancelWatch = null;
    } else if (this.#cancelWatch === null) {
      this.#cancelWatch = this.#clock.after(watchMs, () => {
        this.#cancelWatch = null;
        this.#move();
        this.#keepWatch();
      });
    }
  }

  #showOnLines(): void {
    const { acPresent } = this.#board.lines;
    if (acPresent !== undefined) this.#lines.setLevel(acPresent.bcm, acLevelHigh(this.#board, this.#world));
  }

  /** The charge line is the Pi's to drive; undriven, the board holds it at "allowed". */
  #followChargeLine(bcm: number): void {
    const line = this.#board.lines.chargeAllowed;
    if (line?.bcm !== bcm) return;
    this.#move();
    const chargeAllowed = this.#lines.level(bcm) === (line.trueWhen === "high");
    this.#world = { ...this.#world, chargeAllowed };
    this.#move();
  }

  #endFaultAt(fault: SimFault, untilMs: number | null): void {
    this.#faultTimers.get(fault)?.();
    this.#faultTimers.delete(fault);
    if (untilMs === null || this.#stopped) return;
    const leftMs = Math.max(0, untilMs - this.#clock.now().monoMs);
    const cancel = this.#clock.after(leftMs, () => {
      this.#faultTimers.delete(fault);
      this.#move();
      this.#showOnLines();
    });
    this.#faultTimers.set(fault, cancel);
  }

  #cancelFaultTimers(): void {
    for (const cancel of this.#faultTimers.values()) cancel();
    this.#faultTimers.clear();
  }
}

/**
 * A simulated board with its pack, mains and Pi. Throws `UpsError` (`PI_UPS_SIM_NO_MODEL`) for a chemistry
 * without a battery model. On battery it keeps a timer; `stop` ends it.
 */
export function createSimulator(parts: SimulatorParts): Simulator {
  return new RunningWorld(parts);
}
