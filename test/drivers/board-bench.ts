// A simulated board with its device and, where a test wants it, its core: everything moves on a clock that only the test moves.
import type { Board } from "../../agent/src/boards/board.ts";
import { boards } from "../../agent/src/boards/registry.ts";
import {
  defaultDebounce,
  defaultOutput,
  defaultShutdown,
  defaultThresholds,
  voltageLimits,
} from "../../agent/src/core/config-defaults.ts";
import { initialState, nextWakeMonoMs, snapshot, step } from "../../agent/src/core/core.ts";
import type { CoreConfig, CoreInput, Effect } from "../../agent/src/core/engine.ts";
import type { Result, Sample } from "../../agent/src/core/model.ts";
import { preloadChips } from "../../agent/src/drivers/chips.ts";
import { createUpsDevice } from "../../agent/src/drivers/ups-device.ts";
import type { SimFault } from "../../agent/src/ports/control.ts";
import type { I2cBus, KernelPower } from "../../agent/src/ports/ports.ts";
import { createSimulator, type SimOptions } from "../../agent/src/sim/world.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

/** Loading a driver takes real time, and here only the virtual clock moves. */
await preloadChips(boards.flatMap(({ chips }) => chips));

/** A simulated board with its device, and everything that a test wants to see of them. */
export function benchFor(board: Board, options: SimOptions = {}) {
  const clock = new VirtualClock();
  const writes: string[] = [];
  let blackouts = 0;
  const sim = createSimulator({
    board,
    clock,
    options: {
      ...options,
      onBlackout: () => {
        blackouts += 1;
      },
    },
  });
  /** The simulator's bus, with a note of each write. */
  const i2c: I2cBus = {
    read: (address, register, length) => sim.i2c.read(address, register, length),
    write: (address, register, data) => {
      writes.push(`${address}:${register}`);
      return sim.i2c.write(address, register, data);
    },
    ...(sim.i2c.receive === undefined ? {} : { receive: sim.i2c.receive.bind(sim.i2c) }),
    close: () => sim.i2c.close(),
  };
  /** The same for what a kernel driver is told. */
  const kernel: KernelPower = {
    powerSupplies: () => sim.kernel.powerSupplies(),
    powerSupply: (name) => sim.kernel.powerSupply(name),
    i2cHwmon: (bus, address, files) => sim.kernel.i2cHwmon(bus, address, files),
    setPowerSupply: (name, attribute, value) => {
      writes.push(`${name}/${attribute}`);
      return sim.kernel.setPowerSupply(name, attribute, value);
    },
  };
  const device = createUpsDevice(board, { ...portsOf(sim), i2c, kernel, clock });
  const edges: boolean[] = [];
  device.onAcEdge((acPresent) => edges.push(acPresent));
  return {
    board,
    clock,
    sim,
    device,
    edges,
    i2c,
    kernel,
    writes,
    blackouts: () => blackouts,
    start: () => clock.until(device.start()),
    sample: () => clock.until(device.sample()),
    fault: (fault: SimFault, forMs: number | null = null) => sim.apply({ kind: "fault", fault, forMs }),
  };
}

/** The simulator's ports, for a device. */
export function portsOf(sim: ReturnType<typeof createSimulator>) {
  const { i2c, gpio, kernel, thermometer } = sim;
  return { i2c, gpio, kernel, thermometer };
}

export type Bench = ReturnType<typeof benchFor>;

/** The value, or a test failure that shows the refusal. */
export function expectValue<T>(result: Result<T> | undefined): T {
  if (result?.ok) return result.value;
  throw new Error(`expected a value, got ${JSON.stringify(result)}`);
}

/** Every transfer and every file answers with this failure. */
export function deadPorts(failure: Extract<Result<never>, { ok: false }>): {
  readonly i2c: I2cBus;
  readonly kernel: KernelPower;
} {
  const fail = () => Promise.resolve(failure);
  return {
    i2c: { read: fail, write: fail, receive: fail, close: () => Promise.resolve() },
    kernel: { powerSupplies: fail, powerSupply: fail, i2cHwmon: fail, setPowerSupply: fail },
  };
}

/** The core behind a bench: samples on a beat, edges and presses at once, wake-ups when it said so. */
export class CoreOnBench {
  readonly bench: Bench;
  readonly config: CoreConfig;
  readonly effects: Effect[] = [];
  readonly samples: Sample[] = [];
  #state = initialState;

  constructor(bench: Bench, parts: Partial<CoreConfig> = {}) {
    const { board } = bench;
    this.bench = bench;
    this.config = {
      bootId: "b00t",
      agentVersion: "1.2.3",
      board,
      senses: new Set([...board.senses, "temperature" as const]),
      capacityMah: board.battery.typicalCapacityMah,
      sampleIntervalMs: 1000,
      thresholds: { ...defaultThresholds, ...voltageLimits[board.battery.chemistry] },
      debounce: defaultDebounce,
      shutdown: defaultShutdown,
      output: { ...defaultOutput, ...board.limits },
      chargeWindow: null,
      buttonsEnabled: true,
      ...parts,
    };
    bench.device.onAcEdge((acPresent) => this.feed({ type: "ac_edge", at: this.at, acPresent }));
    bench.device.onButton((action) => this.feed({ type: "button", at: this.at, action }));
  }

  get at() {
    return this.bench.clock.now();
  }

  get events() {
    return this.effects.flatMap((effect) => (effect.type === "record" ? [effect.event] : []));
  }

  get types() {
    return this.events.map(({ type }) => type);
  }

  get now() {
    return snapshot(this.#state, this.config, this.at);
  }

  feed(input: CoreInput): void {
    const { state, effects } = step(this.#state, input, this.config);
    this.#state = state;
    this.effects.push(...effects);
  }

  async start(): Promise<void> {
    await this.bench.start();
    this.feed({ type: "started", at: this.at, lastRun: { kind: "none" }, counters: { dischargedPct: 0 } });
  }

  /** Lives until the predicate holds after a sample; fails after `limitMs` of simulated time. */
  async liveUntil(limitMs: number, done: () => boolean): Promise<void> {
    const endMs = this.at.monoMs + limitMs;
    for (;;) {
      const sample = await this.bench.sample();
      this.samples.push(sample);
      this.feed({ type: "sample", at: this.at, sample });
      if (done()) return;
      if (this.at.monoMs >= endMs) {
        throw new Error(
          `not reached in ${limitMs / 1000} s; events: ${this.types.join(", ")}; last sample: ${JSON.stringify(sample)}`,
        );
      }
      await this.pass(this.config.sampleIntervalMs);
    }
  }

  async live(ms: number): Promise<void> {
    const endMs = this.at.monoMs + ms;
    await this.liveUntil(ms + this.config.sampleIntervalMs, () => this.at.monoMs >= endMs);
  }

  /** Lets time pass, waking the core when it asked for it. */
  async pass(ms: number): Promise<void> {
    const endMs = this.at.monoMs + ms;
    for (;;) {
      const wake = nextWakeMonoMs(this.#state, this.config);
      if (wake === null || wake > endMs) break;
      await this.bench.clock.advance(Math.max(0, wake - this.at.monoMs));
      this.feed({ type: "tick", at: this.at });
    }
    await this.bench.clock.advance(Math.max(0, endMs - this.at.monoMs));
  }
}
