// The running simulator: a world that moves with the clock, offered through the same ports as real hardware.
import { addressOf, type Board, isThroughKernel } from "../boards/board.ts";
import { hasButton } from "../boards/derive.ts";
import type { Result } from "../core/model.ts";
import type { SimCommand, SimFault } from "../ports/control.ts";
import type { Answer } from "../ports/ha-link.ts";
import type { Clock, Gpio, I2cBus, KernelPower, PiSignals, Thermometer } from "../ports/ports.ts";
import type { PackParams } from "./battery-model.ts";
import { type ChipSurroundings, createChipRegisters, type Measured } from "./chip-registers.ts";
import { createLineBoard, type LineBoard } from "./line-boards.ts";
import { seededRandom } from "./random.ts";
import { fromSaved, type SimSaved, toSaved } from "./saved-world.ts";
import { createSimGpio, type SimGpio } from "./sim-gpio.ts";
import { createSimI2cBus } from "./sim-i2c-bus.ts";
import { createSimKernelPower } from "./sim-kernel-power.ts";
import { packFor } from "./sim-pack.ts";
import type { SimOptions, SimTruth, Simulator, SimulatorParts } from "./simulator.ts";
import {
  acLevelHigh,
  acPinPresent,
  advanceWorld,
  describeWorld,
  findFault,
  gaugePct,
  newWorld,
  obey,
  piReading,
  quickStarted,
  type WorldState,
  withoutEndedFaults,
} from "./world-state.ts";

export type { SimOptions, SimTruth, Simulator, SimulatorParts } from "./simulator.ts";

/** On battery the world looks by itself this often, so that an empty pack is noticed without a read. */
const watchMs = 500;

class RunningWorld implements Simulator {
  readonly i2c: I2cBus;
  readonly gpio: Gpio;
  readonly kernel: KernelPower;
  readonly thermometer: Thermometer;
  readonly piSignals: PiSignals;
  readonly #board: Board;
  readonly #clock: Clock;
  readonly #options: SimOptions;
  readonly #params: PackParams;
  readonly #lines: SimGpio = createSimGpio();
  readonly #lineBoard: LineBoard;
  readonly #askedSpeed: number | null;
  #world: WorldState;
  #movedAtMs: number;
  #cancelWatch: (() => void) | null = null;
  #cancelCut: (() => void) | null = null;
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
    this.piSignals = {
      read: () => Promise.resolve(piReading(this.#world)),
      report: () => ({ model: null, rails: [], underVoltageSeen: null }),
    };
    const around = this.#surroundings();
    const random = seededRandom(options.seed ?? 1);
    const fault = () => this.#wireFault();
    this.kernel = createSimKernelPower({ board, around, fault, random });
    this.i2c = createSimI2cBus({
      bus: board.i2cBus,
      devices: new Map(board.chips.flatMap((use) => [...createChipRegisters(use, around)])),
      kernelOwned: new Set(board.chips.filter(isThroughKernel).flatMap((use) => addressOf(use) ?? [])),
      clock,
      latencyMs: options.latencyMs ?? 0,
      fault,
      random,
    });
    this.#lineBoard = createLineBoard({ lines: board.lines, gpio: this.#lines, clock, ...around });
    this.#showOnLines();
    for (const { fault, untilMs } of this.#world.faults) this.#endFaultAt(fault, untilMs);
    this.#keepWatch();
  }

  apply(command: SimCommand): Answer {
    if (command.kind === "button" && !hasButton(this.#board)) {
      const message = `The simulated ${this.#board.name} has no button that the Pi hears.`;
      return { accepted: false, code: "PI_UPS_SIM_BAD_COMMAND", message };
    }
    const now = this.#move();
    const { world, answer } = obey(this.#params, this.#world, command, now);
    this.#world = world;
    if (command.kind === "clear") this.#cancelFaultTimers();
    if (command.kind === "fault") {
      this.#endFaultAt(command.fault, command.forMs === null ? null : now + command.forMs);
    }
    if (command.kind === "button" && this.#lineBoard.press(command.action)) {
      this.#world = { ...this.#world, press: null };
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
    this.#cancelCut?.();
    this.#cancelCut = null;
    this.#lineBoard.stop();
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

  #surroundings(): ChipSurroundings {
    return {
      measure: () => this.#measure(),
      nowMs: () => this.#clock.now().monoMs,
      wallMs: () => this.#clock.now().wallMs,
      frozen: () => this.#hasFault("gauge-stuck"),
      quickStart: () => {
        this.#move();
        this.#world = quickStarted(this.#params, this.#world);
      },
      allowCharge: (allowed) => this.#allowCharge(allowed),
      cutPower: (afterMs) => this.#cutPower(afterMs),
      takePress: () => {
        const { press } = this.#world;
        this.#world = { ...this.#world, press: null };
        return press;
      },
    };
  }

  #measure(): Measured {
    this.#move();
    const { battery, chargeAllowed, loadW, pi, railMv, temperatureC } = this.#world;
    const { cellMv, currentMa, charger } = battery;
    return {
      cellMv,
      cellsInSeries: this.#params.cellsInSeries,
      chargePct: gaugePct(this.#world),
      currentMa,
      capacityMah: this.#params.capacityMah,
      acPresent: acPinPresent(this.#world),
      charger,
      chargeAllowed,
      temperatureC,
      railMv,
      outputMa: pi === "on" ? (loadW * 1_000_000) / railMv : 0,
    };
  }

  #cutPower(afterMs: number | null): void {
    this.#cancelCut?.();
    this.#cancelCut = null;
    if (afterMs === null || this.#stopped) return;
    // A command's answer still gets out.
    this.#cancelCut = this.#clock.after(Math.max(200, afterMs), () => {
      this.#cancelCut = null;
      if (this.#world.pi === "off") return;
      this.#switchPi("off");
      this.#options.onBlackout?.("cut");
    });
  }

  #allowCharge(chargeAllowed: boolean): void {
    this.#move();
    this.#world = { ...this.#world, chargeAllowed };
    this.#move();
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
    this.#lines.powerDown();
    this.#cancelWatch?.();
    this.#cancelWatch = null;
    this.#options.onChange?.();
    this.#options.onBlackout?.("empty");
  }

  #switchPi(pi: "on" | "off"): void {
    this.#move();
    if (this.#world.pi === pi) return;
    this.#world = { ...this.#world, pi };
    if (pi === "off") this.#lines.powerDown();
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
 * A simulated board with its pack, mains and Pi. Throws `UpsError` (`PI_UPS_SIM_NO_CHIP`) for a chip without registers.
 * On battery it keeps a timer; `stop` ends it.
 */
export function createSimulator(parts: SimulatorParts): Simulator {
  return new RunningWorld(parts);
}
