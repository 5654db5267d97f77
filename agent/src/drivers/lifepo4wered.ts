// LiFePO4wered/Pi, /Pi3 and /Pi+: one LiFePO4 cell behind a microcontroller whose register map has seven versions.
// The maker's daemon stays in charge of the board's running flag; this driver only reads it and says when it is wrong.
import type { LifepoUse } from "../boards/chip-use.ts";
import { hexByte } from "../boards/hex.ts";
import type { BoardFault, ReadFailure, Result } from "../core/model.ts";
import type { Clock } from "../ports/ports.ts";
import type { ChipFamily, ChipPorts, ChipSample } from "./chip.ts";
import { impossible, notTaken, notThisChip } from "./chip-failures.ts";
import type { Controls } from "./controls.ts";
import {
  autoBoot,
  type LifepoMap,
  lifepoMap,
  mapVersionRegister,
  ownAddressRegister,
  scaled,
  unlockByte,
} from "./lifepo4wered-map.ts";
import { createLifepoWire, type LifepoWire } from "./lifepo4wered-wire.ts";
import { type CellLook, createLookingChip } from "./looking-chip.ts";
import { implausibleCell } from "./plausible-cell.ts";

/** No LiFePO4 cell on its charger is above this; a Li-ion cell would be. */
const highestCellMv = 4000;
const highestVinMv = 32_000;
const highestVoutMv = 6000;
/** A daemon that restarts clears the running flag for a moment. */
const flagMissingMs = 30_000;
const agreeMv = 300;
const agreeMa = 500;

interface Look extends CellLook {
  readonly railMv: number;
  /** Null where the map cannot tell. */
  readonly acPresent: boolean | null;
  readonly outputMa: number | null;
  readonly piRunning: number;
}

function lacks(what: string, map: LifepoMap, boards: string): ReadFailure {
  return {
    ok: false,
    code: "PI_UPS_LIFEPO4WERED_MAP",
    message: `This LiFePO4wered has register map ${map.version}, which does not tell ${what}. Choose ${boards} in the configuration.`,
  };
}

/** What the running flag says about the board's own health; `clearedForMs`: how long it has been 0. */
export function runningFaults(
  piRunning: number,
  map: LifepoMap,
  clearedForMs: number,
): readonly BoardFault[] {
  if (piRunning > 1) {
    return [
      {
        kind: "registers_corrupt",
        message: `The LiFePO4wered's running flag reads ${piRunning}; only 0 and 1 can be. Its registers are corrupt, as some boards' become after days: shut the Pi down, then take the cell out for a few minutes.`,
      },
    ];
  }
  if (piRunning === 1 || !map.cutsUnlessTold || clearedForMs < flagMissingMs) return [];
  return [
    {
      kind: "running_flag_missing",
      message:
        "Nobody has told the LiFePO4wered that the Pi runs, or it has asked for a shutdown: it will cut the power within minutes. Start the maker's daemon with: sudo systemctl start lifepo4wered-daemon",
    },
  ];
}

class Lifepo4wered {
  readonly #wire: LifepoWire;
  readonly #use: LifepoUse;
  readonly #clock: Clock;
  #map: LifepoMap | null = null;
  #thresholdMv = 0;
  /** Since when the running flag has been 0; null: it is not. */
  #clearedAtMs: number | null = null;

  constructor(use: LifepoUse, { bus, clock }: ChipPorts) {
    this.#use = use;
    this.#clock = clock;
    this.#wire = createLifepoWire(bus, use.address, clock);
  }

  async identify() {
    const version = await this.#wire.byte(mapVersionRegister);
    if (!version.ok) return version;
    const address = await this.#wire.byte(ownAddressRegister);
    if (!address.ok) return address;
    if (address.value !== this.#use.address) return this.#notThisBoard(version.value, address.value);
    const map = lifepoMap(version.value);
    if (map === null) return unknownMap(version.value);
    if (map.vinThreshold !== null) {
      const counts = await this.#wire.counts(map.vinThreshold);
      if (!counts.ok) return counts;
      this.#thresholdMv = scaled(counts.value, map.scales.vin);
    }
    this.#map = map;
    return { ok: true as const, value: { version: `map ${map.version}`, notes: this.#notes(map) } };
  }

  async look(): Promise<Result<Look>> {
    const map = this.#map;
    if (map === null) return unknownMap(0);
    const cellMv = await this.#scaled(map.vbat, map.scales.vbat);
    if (!cellMv.ok) return cellMv;
    const railMv = await this.#scaled(map.vout, map.scales.vout);
    if (!railMv.ok) return railMv;
    const vinMv = map.vin === null ? null : await this.#scaled(map.vin, map.scales.vin);
    if (vinMv?.ok === false) return vinMv;
    const outputMa = map.iout === null ? null : await this.#scaled(map.iout, map.scales.iout);
    if (outputMa?.ok === false) return outputMa;
    const piRunning = await this.#wire.byte(map.piRunning);
    if (!piRunning.ok) return piRunning;
    return (
      refusal(cellMv.value, railMv.value, vinMv?.value ?? 0) ?? {
        ok: true,
        value: {
          reading: { cellMv: cellMv.value },
          railMv: railMv.value,
          acPresent: vinMv === null ? null : vinMv.value > this.#thresholdMv,
          outputMa: outputMa === null ? null : Math.max(0, outputMa.value),
          piRunning: piRunning.value,
        },
      }
    );
  }

  sample({ reading, railMv, acPresent, outputMa, piRunning }: Look): ChipSample {
    const map = this.#map;
    if (map === null) return this.failed(unknownMap(0));
    const nowMs = this.#clock.now().monoMs;
    this.#clearedAtMs = piRunning === 0 ? (this.#clearedAtMs ?? nowMs) : null;
    return {
      gauge: { ok: true, value: reading },
      railMv: { ok: true, value: railMv },
      boardFaults: { ok: true, value: runningFaults(piRunning, map, nowMs - (this.#clearedAtMs ?? nowMs)) },
      ...(this.#has("mains") ? { acPresent: known(acPresent, lacks("mains", map, "lifepo4wered_pi")) } : {}),
      ...(this.#has("output_current")
        ? { outputMa: known(outputMa, lacks("the output current", map, "lifepo4wered_pi3")) }
        : {}),
    };
  }

  failed(failure: ReadFailure): ChipSample {
    return {
      gauge: failure,
      railMv: failure,
      boardFaults: failure,
      ...(this.#has("mains") ? { acPresent: failure } : {}),
      ...(this.#has("output_current") ? { outputMa: failure } : {}),
    };
  }

  /**
   * AUTO_BOOT = "when the input is present". It stays until the cell is taken out: the flash is not written.
   * `PI_UPS_LIFEPO4WERED_MAP`, `PI_UPS_NOT_TAKEN`.
   */
  async restartOnMains(on: boolean): Promise<Result<void>> {
    const map = this.#map;
    if (map === null) return unknownMap(0);
    if (map.vin === null) return lacks("mains", map, "lifepo4wered_pi");
    const wanted = on ? autoBoot.whenInputIsPresent : autoBoot.off;
    const unlock = map.unlocks ? [unlockByte(this.#use.address, map.autoBoot)] : [];
    const written = await this.#wire.write(map.autoBoot, [...unlock, wanted]);
    if (!written.ok) return written;
    const found = await this.#wire.byte(map.autoBoot);
    if (!found.ok) return found;
    if (found.value === wanted) return { ok: true, value: undefined };
    return notTaken(
      `The LiFePO4wered did not take AUTO_BOOT ${wanted}: it reads ${found.value}.`,
      `Try again; if it stays, set it with: lifepo4wered-cli set auto_boot ${wanted}`,
    );
  }

  #has(what: LifepoUse["has"][number]): boolean {
    return this.#use.has.includes(what);
  }

  async #scaled(register: number, scale: { readonly mul: number; readonly div: number }) {
    const counts = await this.#wire.counts(register);
    return counts.ok ? { ok: true as const, value: scaled(counts.value, scale) } : counts;
  }

  #notes(map: LifepoMap): readonly string[] {
    const richer = map.iout !== null ? "lifepo4wered_pi_plus" : "lifepo4wered_pi3";
    const misses =
      (map.vin !== null && !this.#has("mains")) || (map.iout !== null && !this.#has("output_current"));
    if (!misses) return [];
    return [
      `This LiFePO4wered has register map ${map.version}, which tells more than the chosen board does: choose ${richer} in the configuration.`,
    ];
  }

  #notThisBoard(version: number, address: number): ReadFailure {
    const at = hexByte(this.#use.address);
    return notThisChip(
      `The device at ${at} is no LiFePO4wered: its registers 0x00 and 0x01 read ${hexByte(version)} and ${hexByte(address)}, expected are a map version from 1 to 7 and the address ${at} itself. Waveshare's UPS HAT (C) and (D) have the same address: check the board in the configuration.`,
    );
  }
}

function unknownMap(version: number): ReadFailure {
  return {
    ok: false,
    code: "PI_UPS_LIFEPO4WERED_MAP",
    message: `This LiFePO4wered has register map ${version}; this agent knows the maps 1 to 7. Update the agent.`,
  };
}

function known<T>(value: T | null, otherwise: ReadFailure): Result<T> {
  return value === null ? otherwise : { ok: true, value };
}

function refusal(cellMv: number, railMv: number, vinMv: number): ReadFailure | null {
  if (cellMv > highestCellMv) {
    return impossible(
      `The LiFePO4wered says ${cellMv} mV; a LiFePO4 cell has at most ${highestCellMv} mV.`,
      "Its registers may be corrupt: take the cell out for a few minutes.",
    );
  }
  if (railMv < 0 || railMv > highestVoutMv || vinMv < 0 || vinMv > highestVinMv) {
    return impossible(
      `The LiFePO4wered says ${railMv} mV at its output and ${vinMv} mV at its input; possible are 0 to ${highestVoutMv} and 0 to ${highestVinMv} mV.`,
    );
  }
  return implausibleCell("The LiFePO4wered", { cellMv });
}

function looksAgree(a: Look, b: Look): boolean {
  return (
    a.acPresent === b.acPresent &&
    a.piRunning === b.piRunning &&
    Math.abs(a.railMv - b.railMv) <= agreeMv &&
    Math.abs((a.outputMa ?? 0) - (b.outputMa ?? 0)) <= agreeMa
  );
}

/**
 * Driver for LiFePO4wered boards. Does no I/O before `probe` or `read`.
 *
 * The sample has no percent: the board measures a voltage only. Codes besides those of the bus: `PI_UPS_GAUGE_NOT_FOUND`,
 * `PI_UPS_LIFEPO4WERED_MAP`, `PI_UPS_GAUGE_IMPOSSIBLE`, `PI_UPS_GAUGE_UNSTABLE`.
 */
export const lifepo4wered: ChipFamily<LifepoUse> = (use, ports) => {
  const board = new Lifepo4wered(use, ports);
  const controls: Controls = { restartOnMains: (on) => board.restartOnMains(on) };
  return createLookingChip<Look>({
    chip: "lifepo4wered",
    name: "LiFePO4wered",
    address: use.address,
    clock: ports.clock,
    identify: () => board.identify(),
    look: () => board.look(),
    agree: looksAgree,
    sample: (look) => board.sample(look),
    failed: (failure) => board.failed(failure),
    ...(use.has.includes("mains") ? { controls } : {}),
  });
};
