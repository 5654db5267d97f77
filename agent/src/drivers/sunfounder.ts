// SunFounder's boards: PiPower 3, PiPower 5 and Pironman U1 share one controller and differ in what they have. The U1 is
// asked in another way: each look is a request that is written, and bytes that come one by one.
// Facts: github.com/sunfounder/spc (spc/i2c.py, spc/spc.py, spc/devices.py), github.com/sunfounder/pipower5.
import type { SunFounderUse } from "../boards/chip-use.ts";
import { hexByte } from "../boards/hex.ts";
import type { BoardFault, ReadFailure, Result } from "../core/model.ts";
import type { Clock, I2cBus } from "../ports/ports.ts";
import type { ChipFamily, ChipPorts, ChipSample } from "./chip.ts";
import { notThisChip } from "./chip-failures.ts";
import type { Controls } from "./controls.ts";
import { createLookingChip } from "./looking-chip.ts";
import { chipRegisters } from "./registers.ts";
import { answersBytewise, createBytewiseWindow, readBytewise } from "./sunfounder-bytewise.ts";
import {
  agreeMa,
  agreeMv,
  decodeSpcWindow,
  type SpcWindow,
  spcCellRefusal,
  spcRegisters,
  spcWindowLength,
  spcWriteRegisters,
} from "./sunfounder-window.ts";
import { highFirst } from "./words.ts";

/** The tone of the buzzer, Hz: where small piezo buzzers are loud. */
const buzzerHz = 2700;
/** The maker's service waits as long before it calls an input too weak. */
const weakInputMs = 3000;
/** Firmware that knows no board id reads one of these. */
const noId: readonly number[] = [0x0000, 0xffff];

/** Reads bytes that follow each other. */
function readBytes(
  bus: I2cBus,
  { address, access }: SunFounderUse,
  register: number,
  length: number,
): Promise<Result<Uint8Array>> {
  return access === "window"
    ? chipRegisters(bus, address, "SunFounder board").bytes(register, length)
    : readBytewise(bus, address, register, length);
}

class SunFounderBoard {
  readonly #use: SunFounderUse;
  readonly #bus: I2cBus;
  readonly #clock: Clock;
  readonly #cellsInSeries: number;
  readonly #bytewise: ReturnType<typeof createBytewiseWindow>;
  /** The last believed shutdown request; null before the first look. */
  #request: number | null = null;
  /** The battery flag has been seen set, so the board has one. */
  #knowsBattery = false;
  #weakSinceMs: number | null = null;

  constructor(use: SunFounderUse, { bus, clock, cellsInSeries }: ChipPorts) {
    this.#use = use;
    this.#bus = bus;
    this.#clock = clock;
    this.#cellsInSeries = cellsInSeries;
    this.#bytewise = createBytewiseWindow(bus, clock, use);
  }

  async identify() {
    if (this.#use.access === "esp32") {
      const there = await answersBytewise(this.#bus, this.#use.address);
      return there.ok ? { ok: true as const, value: { version: null, notes: [] } } : there;
    }
    const firmware = await readBytes(this.#bus, this.#use, spcRegisters.firmware, 3);
    if (!firmware.ok) return firmware;
    const id = await readBytes(this.#bus, this.#use, spcRegisters.boardId, 2);
    if (!id.ok) return id;
    const refused = this.#otherBoard(highFirst(id.value));
    if (refused !== null) return refused;
    return { ok: true as const, value: { version: [...firmware.value].join("."), notes: [] } };
  }

  async look(): Promise<Result<SpcWindow>> {
    const { access, has } = this.#use;
    if (access === "esp32") {
      const found = await this.#bytewise.look();
      return found.ok
        ? decodeSpcWindow(found.value.bytes, has, this.#cellsInSeries, found.value.unread)
        : found;
    }
    const bytes = await readBytes(this.#bus, this.#use, spcRegisters.window, spcWindowLength);
    return bytes.ok ? decodeSpcWindow(bytes.value, has, this.#cellsInSeries) : bytes;
  }

  sample(look: SpcWindow): ChipSample {
    const faults = this.#faults(look);
    const noBattery = faults.includes(batteryMissing) ? batteryGone : spcCellRefusal(look.reading);
    return {
      gauge: noBattery ?? { ok: true, value: look.reading },
      acPresent: { ok: true, value: look.acPresent },
      charging: { ok: true, value: look.charging },
      railMv: look.railMv,
      boardFaults: { ok: true, value: faults },
      ...(look.outputMa === null ? {} : { outputMa: look.outputMa }),
      // A request that stood before the agent came is of an earlier run: acting on it could keep the Pi from ever starting.
      ...(this.#request === 0 && look.shutdownRequest !== 0 ? { button: "power_off" as const } : {}),
    };
  }

  believed(look: SpcWindow): void {
    this.#request = look.shutdownRequest;
    if (look.batteryPlugged) this.#knowsBattery = true;
  }

  failed(failure: ReadFailure): ChipSample {
    return {
      gauge: failure,
      acPresent: failure,
      charging: failure,
      railMv: failure,
      boardFaults: failure,
      ...(this.#use.has.includes("currents") ? { outputMa: failure } : {}),
    };
  }

  /** A tone until it is switched off. `PI_UPS_BUZZER_MUTED` where the board's volume is 0. */
  async buzzer(on: boolean): Promise<Result<void>> {
    if (on) {
      const volume = await readBytes(this.#bus, this.#use, spcRegisters.buzzerVolume, 1);
      if (!volume.ok) return volume;
      if (volume.value[0] === 0) return muted;
    }
    const hz = on ? buzzerHz : 0;
    const bytes = Uint8Array.of(hz & 0xff, hz >> 8);
    return this.#bus.write(this.#use.address, spcWriteRegisters.buzzerHz, bytes);
  }

  #faults(look: SpcWindow): readonly BoardFault[] {
    const nowMs = this.#clock.now().monoMs;
    const weak = look.acPresent && look.batterySupplies;
    this.#weakSinceMs = weak ? (this.#weakSinceMs ?? nowMs) : null;
    const faults: BoardFault[] = [];
    if (this.#weakSinceMs !== null && nowMs - this.#weakSinceMs >= weakInputMs) faults.push(weakInput);
    // Firmware without this flag reads 0 for ever: only a flag that was set once can be missed.
    if (this.#knowsBattery && !look.batteryPlugged) faults.push(batteryMissing);
    return faults;
  }

  #otherBoard(found: number): ReadFailure | null {
    const { boardId, address } = this.#use;
    if (boardId === undefined || found === boardId || noId.includes(found)) return null;
    return notThisChip(
      `The device at ${hexByte(address)} says board id ${found}; expected is ${boardId}. Check the board in the configuration.`,
    );
  }
}

const muted: ReadFailure = {
  ok: false,
  code: "PI_UPS_BUZZER_MUTED",
  message: "The board's buzzer has volume 0. Raise it (1 to 10) with: i2cset -y 1 0x5C 0x0F 5",
};

const weakInput: BoardFault = {
  kind: "input_too_weak",
  message:
    "The input is plugged in, but the battery has to help: the power supply or its cable is too weak. Use a stronger one.",
};

const batteryMissing: BoardFault = {
  kind: "battery_missing",
  message: "The board says that its battery is no longer plugged in. Check the battery's plug.",
};

const batteryGone: ReadFailure = { ok: false, code: "PI_UPS_NO_BATTERY", message: batteryMissing.message };

function flagsAgree(a: SpcWindow, b: SpcWindow): boolean {
  return (
    a.acPresent === b.acPresent &&
    a.charging === b.charging &&
    a.batterySupplies === b.batterySupplies &&
    a.batteryPlugged === b.batteryPlugged &&
    a.shutdownRequest === b.shutdownRequest
  );
}

function near(a: Result<number> | null, b: Result<number> | null, apart: number): boolean {
  return a?.ok !== true || b?.ok !== true || Math.abs(a.value - b.value) <= apart;
}

/** Of one transfer: a figure that jumps shows that its flags are not to be trusted either. */
function windowsAgree(a: SpcWindow, b: SpcWindow): boolean {
  return (
    flagsAgree(a, b) &&
    near(a.railMv, b.railMv, agreeMv) &&
    near(a.outputMa, b.outputMa, agreeMa) &&
    Math.abs((a.reading.currentMa ?? 0) - (b.reading.currentMa ?? 0)) <= agreeMa
  );
}

/**
 * Driver for SunFounder's boards. Does no I/O before `probe` or `read`. The U1 cannot be asked for anything without a
 * write, so its probe finds no more than that something answers.
 *
 * A shutdown request that appears is a press of "power off"; why the board asks is not told, because its maker's lists
 * contradict each other. Codes besides those of the bus: `PI_UPS_GAUGE_IMPOSSIBLE`, `PI_UPS_GAUGE_UNSTABLE`,
 * `PI_UPS_GAUGE_NOT_FOUND`, `PI_UPS_NO_BATTERY`, `PI_UPS_BUZZER_MUTED`.
 */
export const sunfounder: ChipFamily<SunFounderUse> = (use, ports) => {
  const board = new SunFounderBoard(use, ports);
  const controls: Controls = { buzzer: (on) => board.buzzer(on) };
  return createLookingChip<SpcWindow>({
    chip: "sunfounder_spc",
    name: "SunFounder board",
    address: use.address,
    clock: ports.clock,
    identify: () => board.identify(),
    look: () => board.look(),
    agree: use.access === "window" ? windowsAgree : flagsAgree,
    sample: (look) => board.sample(look),
    failed: (failure) => board.failed(failure),
    believed: (look) => board.believed(look),
    // Byte by byte, each piece of a look was confirmed by itself.
    ...(use.access === "esp32" ? { lookOnly: null, confirmingLooks: 2 } : {}),
    ...(use.has.includes("buzzer") ? { controls } : {}),
  });
};
