// The hardware that an agent runs on: the real bus and pins, or the simulated ones. Everything behind it is the same.
import { join } from "node:path";
import type { Board } from "./boards/board.ts";
import type { AgentConfig } from "./config/agent-config.ts";
import { chooseGpio } from "./platform/gpio-choice.ts";
import { createNodeI2cBus } from "./platform/i2c-bus.ts";
import { createKernelPower } from "./platform/kernel-power.ts";
import { nodeClock } from "./platform/node-clock.ts";
import { createPiSignals } from "./platform/pi-signals.ts";
import { createSimHost } from "./platform/sim-host.ts";
import { createSimStore, keepSaved, type SimStore } from "./platform/sim-store.ts";
import { createSystemdHost } from "./platform/systemd-host.ts";
import { createThermalZone } from "./platform/thermal.ts";
import type { GpioReport, SimCommand } from "./ports/control.ts";
import type { Answer } from "./ports/ha-link.ts";
import type { Gpio, Host, I2cBus, KernelPower, Log, PiSignals, Thermometer } from "./ports/ports.ts";
import type { SimSaved } from "./sim/saved-world.ts";
import { createSimulator } from "./sim/world.ts";

export interface Hardware {
  readonly i2c: I2cBus;
  readonly gpio: Gpio;
  readonly kernel: KernelPower;
  readonly thermometer: Thermometer;
  readonly piSignals: PiSignals;
  readonly host: Host;
  /** The way to the pins; null before the first request, and on a simulated board. */
  gpioChosen(): GpioReport | null;
  /** null on a real board. */
  readonly simulate: ((command: SimCommand) => Answer) | null;
  close(): Promise<void>;
}

/** The Pi's own bus and pins. Not tried on hardware. */
export function realHardware(board: Board, config: AgentConfig, log: Log): Hardware {
  const i2c = createNodeI2cBus(board.i2cBus);
  const onNotice = (message: string) => log.log("warning", message, { code: "PI_UPS_GPIO_NOTICE" });
  const gpio = chooseGpio({ backend: config.gpioBackend, onNotice });
  return {
    i2c,
    gpio,
    kernel: createKernelPower(),
    thermometer: createThermalZone(),
    piSignals: createPiSignals(nodeClock),
    host: createSystemdHost(),
    gpioChosen: () => gpio.chosen,
    simulate: null,
    async close() {
      await gpio.close();
      await i2c.close();
    },
  };
}

/** The file of the simulated world in the state folder; `pi-ups sim` changes it while the simulated Pi is off. */
export function simWorldFile(stateDir: string): string {
  return join(stateDir, "sim.json");
}

/** A store whose `save` only logs trouble: a full disk is no reason for the agent to end. */
function forgiving(store: SimStore, log: Log): SimStore {
  return {
    ...store,
    save(saved) {
      try {
        store.save(saved);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        log.log("warning", `The simulated world cannot be saved: ${why}`, { code: "PI_UPS_SIM_NOT_SAVED" });
      }
    },
  };
}

/** What an empty battery does to a Pi: it ends in the middle of a word. */
function losePower(why: "empty" | "cut", log: Log): void {
  const cause = why === "empty" ? "The simulated battery is empty" : "The simulated board cuts the power";
  const message = `${cause}: the simulated Pi loses its power now, without a goodbye.`;
  log.log("error", message);
  process.kill(process.pid, "SIGKILL");
}

/**
 * A simulated HAT that goes on where it was left, and a power switch that ends the simulated Pi. As on a real one the
 * power goes last, in `close`, when the pins were given back; the file says "off" from the order on, because the process
 * may be killed before.
 */
export function simulatedHardware(board: Board, config: AgentConfig, log: Log): Hardware {
  const store = createSimStore(simWorldFile(config.stateDir));
  const saving = forgiving(store, log);
  const loaded = store.load();
  if (!loaded.ok) log.log("warning", loaded.message, { code: loaded.code });
  let orderedOff = false;
  const asOrdered = (world: SimSaved): SimSaved => (orderedOff ? { ...world, pi: "off" } : world);
  const simulator = createSimulator({
    board,
    clock: nodeClock,
    options: {
      ...config.sim,
      onChange: () => saving.save(asOrdered(simulator.save())),
      onBlackout: (why) => losePower(why, log),
    },
    saved: loaded.ok ? loaded.value : null,
  });
  const endSaving = keepSaved(saving, { save: () => asOrdered(simulator.save()) }, nodeClock);
  return {
    i2c: simulator.i2c,
    gpio: simulator.gpio,
    kernel: simulator.kernel,
    thermometer: simulator.thermometer,
    piSignals: simulator.piSignals,
    host: createSimHost(() => {
      store.save({ ...simulator.save(), pi: "off" });
      orderedOff = true;
    }),
    gpioChosen: () => null,
    simulate: (command) => simulator.apply(command),
    close() {
      if (orderedOff) simulator.powerOff();
      endSaving();
      simulator.stop();
      return Promise.resolve();
    },
  };
}
