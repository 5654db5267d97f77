// The INA219 on the bus: the driver sets the chip as the board's data say when the chip lost that, and nothing while it
// looks whether the chip is there. What the words mean is in ina219-words.ts, what their figures mean in ina219-flow.ts.
import type { Ina219Use } from "../boards/chip-use.ts";
import { hexByte, hexWord } from "../boards/hex.ts";
import type { BoardFault, ReadFailure, Result } from "../core/model.ts";
import type { ChipDriver, ChipFamily, ChipPorts } from "./chip.ts";
import { impossible, notThisChip } from "./chip-failures.ts";
import { createIna219Chip, type Ina219Look, ina219LookOf } from "./ina219-flow.ts";
import { ina219ThroughHwmon } from "./ina219-hwmon.ts";
import {
  busToMv,
  calibrationFor,
  currentOf,
  type Ina219Words,
  ina219Registers,
  measuresContinuously,
  needsCalibration,
} from "./ina219-words.ts";
import { chipRegisters, readEach } from "./registers.ts";

/** Both converters with 32 samples each take 34 ms (datasheet, "ADC settings"); the first figure is there after that. */
const conversionMs = 40;
/** Set anew so often within this time, it is no brown-out but another program. */
const shared = { times: 5, withinMs: 60_000 } as const;

/** Remembers when the chip had to be set anew: another program that sets it otherwise is to be named. */
class Rewrites {
  #atMs: readonly number[] = [];

  note(nowMs: number): void {
    this.#atMs = [...this.#atMs, nowMs].slice(-shared.times);
  }

  faults(nowMs: number, address: number): readonly BoardFault[] {
    const recent = this.#atMs.filter((atMs) => nowMs - atMs < shared.withinMs);
    if (recent.length < shared.times) return [];
    const message = `The INA219 at ${hexByte(address)} had to be set anew ${recent.length} times within a minute: another program sets it otherwise, or its supply breaks down. Stop the other program, or check the board's contacts.`;
    return [{ kind: "sensor_shared", message }];
  }
}

/**
 * Driver for an INA219 on the battery's or the output's side. `probe` only reads; a look writes CONFIG and CALIBRATION
 * when the chip lost them. Where that is refused, the current comes from the shunt voltage alone.
 *
 * Codes besides those of the bus: `PI_UPS_GAUGE_IMPOSSIBLE`, `PI_UPS_GAUGE_UNSTABLE`, `PI_UPS_GAUGE_NOT_FOUND`,
 * `PI_UPS_CURRENT_OUT_OF_RANGE`.
 */
function ina219OnBus(use: Ina219Use, { bus, clock, cellsInSeries }: ChipPorts): ChipDriver {
  const { address } = use;
  const rewrites = new Rewrites();

  const { wordHighFirst: word } = chipRegisters(bus, address, "INA219");

  async function words(): Promise<Result<Ina219Words>> {
    const { config, shunt, bus: busRegister, current } = ina219Registers;
    const found = await readEach([config, shunt, busRegister, current], word);
    if (!found.ok) return found;
    const [configWord = 0, shuntWord = 0, busWord = 0, currentWord = 0] = found.value;
    return { ok: true, value: { config: configWord, shunt: shuntWord, bus: busWord, current: currentWord } };
  }

  const bytes = (value: number) => Uint8Array.of(value >> 8, value & 0xff);

  /** A failed write is no failure of the look: the shunt still tells the current. */
  async function calibrate(): Promise<void> {
    const calibration = calibrationFor(use.shuntOhm, use.currentLsbUa);
    await bus.write(address, ina219Registers.calibration, bytes(calibration));
    await bus.write(address, ina219Registers.config, bytes(use.configWord));
    rewrites.note(clock.now().monoMs);
    await clock.sleep(conversionMs);
  }

  function lookOf(found: Ina219Words): Result<Ina219Look> {
    if (!measuresContinuously(found.config)) return notThere(found.config);
    return ina219LookOf(use, cellsInSeries, busToMv(found.bus), currentOf(found, use));
  }

  function notThere(config: number): ReadFailure {
    return notThisChip(
      `The device at ${hexByte(address)} does not behave like an INA219 that measures: its CONFIG reads ${hexWord(config)}, which is no continuous measurement. Check the board in the configuration; if it is right, stop the program that put the sensor to sleep, and cut the board's supply for a moment.`,
    );
  }

  /** What probing may do: any continuous measurement counts, and nothing is written. */
  async function lookOnly(): Promise<Result<Ina219Look>> {
    const found = await words();
    return found.ok ? lookOf(found.value) : found;
  }

  /**
   * What reading may do: CONFIG must be the one that this driver sets, so that a disturbed transfer is seen as one. A
   * CONFIG or a calibration that is wrong twice in the same way was lost or set by another program, and is set anew.
   */
  async function look(): Promise<Result<Ina219Look>> {
    const found = await words();
    if (!found.ok) return found;
    if (isSet(found.value)) return lookOf(found.value);
    const again = await words();
    if (!again.ok) return again;
    if (isSet(again.value)) return lookOf(again.value);
    if (again.value.config !== found.value.config) return disturbed(again.value.config);
    await calibrate();
    const after = await words();
    if (!after.ok) return after;
    return after.value.config === use.configWord || again.value.config === after.value.config
      ? lookOf(after.value)
      : disturbed(after.value.config);
  }

  const isSet = (found: Ina219Words) => found.config === use.configWord && !needsCalibration(found, use);

  function disturbed(config: number): ReadFailure {
    return impossible(
      `The CONFIG of the INA219 at ${hexByte(address)} reads ${hexWord(config)} and something else a moment before.`,
    );
  }

  return createIna219Chip(use, clock, {
    async identify() {
      const config = await word(ina219Registers.config);
      if (!config.ok) return config;
      return { ok: true, value: { version: `CONFIG ${hexWord(config.value)}`, notes: [] } };
    },
    look,
    lookOnly,
    faults: () => rewrites.faults(clock.now().monoMs, address),
  });
}

/** The INA219 by the way that the board's data say. Codes: those of the two ways. */
export const ina219: ChipFamily<Ina219Use> = (use, ports) =>
  use.access === "hwmon" ? ina219ThroughHwmon(use, ports) : ina219OnBus(use, ports);
