// What PiJuice's bytes mean: inputs, battery and faults.
// Facts: PiSupply/PiJuice (Software/Source/pijuice.py, Software/README.md, Software/Source/src/pijuice_sys.py).
import type { BoardFault, RawReading, ReadFailure, Result } from "../core/model.ts";
import { impossible } from "./chip-failures.ts";
import type { PijuicePress } from "./pijuice-buttons.ts";
import { implausibleCell } from "./plausible-cell.ts";
import { lowFirst, signed16 } from "./words.ts";

/** The data bytes of one look. */
export interface PijuiceBytes {
  readonly status: Uint8Array;
  readonly charge: Uint8Array;
  readonly faults: Uint8Array;
  readonly temperature: Uint8Array;
  readonly batteryMv: Uint8Array;
  readonly batteryMa: Uint8Array;
  readonly railMv: Uint8Array;
  readonly outputMa: Uint8Array;
  readonly charging: Uint8Array;
}

/** Everything that one look found. */
export interface PijuiceLook {
  /** 0 mV where no battery is plugged in (`batteryPresent` says so) or the figures are refused. */
  readonly reading: RawReading;
  /** Why the battery's figures are not believed; what stands beside them is. */
  readonly refused: ReadFailure | null;
  readonly batteryPresent: boolean;
  readonly acPresent: boolean;
  readonly charging: boolean;
  readonly chargeAllowed: boolean;
  /** Null where the board says what no battery has: its sensor is broken, and that says nothing about the charge. */
  readonly temperatureC: number | null;
  readonly railMv: number;
  readonly outputMa: number;
  /** As on the wire; `pijuiceFaults` says what it means. */
  readonly faultBits: number;
  readonly press: PijuicePress | null;
}

const batteryStates = { normal: 0, chargingFromIn: 1, chargingFromGpio: 2, missing: 3 } as const;
/** An input of this state or a better one feeds the board: WEAK (2) or PRESENT (3). */
const feeds = 2;
const buttonEventBit = 0x02;
const highestRailMv = 7000;
/** More than any board of this size carries. */
const highestMa = 10_000;
const possibleC = { lowest: -40, highest: 100 } as const;

const cannotBe = (what: string) => impossible(`The PiJuice says ${what}, which cannot be.`);

/** Whether the status tells of a button event, which is then to be read. */
export function hasPijuiceButton([status = 0]: Uint8Array): boolean {
  return (status & buttonEventBit) !== 0;
}

/** °C: int8 in the first byte; the second one is not its sign. */
export function pijuiceCelsius([low = 0]: Uint8Array): number {
  return low >= 0x80 ? low - 0x100 : low;
}

/** Battery current, mA, positive while charging: on the wire positive is discharging. */
export function pijuiceBatteryMa(bytes: Uint8Array): number {
  const discharging = signed16(lowFirst(bytes));
  return discharging === 0 ? 0 : -discharging;
}

const bitFaults: readonly (readonly [mask: number, fault: BoardFault])[] = [
  [
    0x01,
    {
      kind: "button_power_off",
      message: "The PiJuice's power was switched off with its button since the last look.",
    },
  ],
  [
    0x02,
    {
      kind: "forced_power_off",
      message:
        "The PiJuice cut the power by itself since the last look: its battery was empty or overloaded.",
    },
  ],
  [
    0x04,
    {
      kind: "forced_sys_power_off",
      message:
        "The PiJuice switched its VSYS output off by itself since the last look: the battery was too low.",
    },
  ],
  [
    0x08,
    {
      kind: "watchdog_reset",
      message: "The PiJuice's watchdog reset the Pi since the last look: nothing had talked to the board.",
    },
  ],
  [
    0x20,
    {
      kind: "battery_profile_invalid",
      message:
        "The PiJuice's battery profile is not valid, so it does not charge. Choose the battery's profile with pijuice_config, or set the DIP switches.",
    },
  ],
];

/** Bits 7:6 of the faults; 2 and 3 (COOL, WARM) only slow the charger down. */
const chargeSuspended = 1;

/** Bits of the faults that tell of something past, and that stand until they are cleared. */
export const pijuiceEventBits = 0x0f;

/** What the fault byte says; a missing battery is said by the status. */
export function pijuiceFaults(bits: number, batteryPresent: boolean): readonly BoardFault[] {
  const faults = bitFaults.flatMap(([mask, fault]) => ((bits & mask) === 0 ? [] : [fault]));
  if (bits >> 6 === chargeSuspended) {
    const message = "The PiJuice does not charge: the battery is too cold or too hot.";
    faults.push({ kind: "charge_temperature", message });
  }
  return batteryPresent ? faults : [...faults, batteryMissing];
}

export const batteryMissing: BoardFault = {
  kind: "battery_missing",
  message: "The PiJuice says that no battery is plugged in. Check the battery's plug and contacts.",
};

function readingOf(bytes: PijuiceBytes, batteryPresent: boolean): Result<RawReading> {
  if (!batteryPresent) return { ok: true, value: noReading };
  const reading: RawReading = {
    cellMv: lowFirst(bytes.batteryMv),
    chargePct: lowFirst(bytes.charge) / 10,
    currentMa: pijuiceBatteryMa(bytes.batteryMa),
  };
  if (Math.abs(reading.currentMa ?? 0) > highestMa) return cannotBe(`${reading.currentMa} mA`);
  return implausibleCell("The PiJuice", reading) ?? { ok: true, value: reading };
}

const noReading: RawReading = { cellMv: 0 };

function temperatureOf(bytes: Uint8Array): number | null {
  const celsius = pijuiceCelsius(bytes);
  return celsius < possibleC.lowest || celsius > possibleC.highest ? null : celsius;
}

/** The bytes of a look, with the press that was read along. Code: `PI_UPS_GAUGE_IMPOSSIBLE`. */
export function decodePijuice(bytes: PijuiceBytes, press: PijuicePress | null): Result<PijuiceLook> {
  const [status = 0] = bytes.status;
  const battery = (status >> 2) & 0x03;
  const batteryPresent = battery !== batteryStates.missing;
  const reading = readingOf(bytes, batteryPresent);
  const railMv = lowFirst(bytes.railMv);
  const outputMa = signed16(lowFirst(bytes.outputMa));
  if (railMv > highestRailMv) return cannotBe(`${railMv} mV at the 5 V pin`);
  if (Math.abs(outputMa) > highestMa) return cannotBe(`${outputMa} mA at the 5 V pin`);
  return {
    ok: true,
    value: {
      reading: reading.ok ? reading.value : noReading,
      refused: reading.ok ? null : reading,
      batteryPresent,
      acPresent: ((status >> 4) & 0x03) >= feeds || status >> 6 >= feeds,
      charging: battery === batteryStates.chargingFromIn || battery === batteryStates.chargingFromGpio,
      chargeAllowed: ((bytes.charging[0] ?? 0) & 0x01) !== 0,
      temperatureC: temperatureOf(bytes.temperature),
      railMv,
      outputMa,
      faultBits: bytes.faults[0] ?? 0,
      press,
    },
  };
}

const agreeMv = 400;
const agreeMa = 600;
const agreeC = 5;

function temperaturesAgree(a: number | null, b: number | null): boolean {
  return a === null || b === null ? a === b : Math.abs(a - b) <= agreeC;
}

/** Whether what stands beside the cell can be of the same moment. */
export function pijuiceLooksAgree(a: PijuiceLook, b: PijuiceLook): boolean {
  return (
    a.batteryPresent === b.batteryPresent &&
    a.refused?.code === b.refused?.code &&
    a.acPresent === b.acPresent &&
    a.charging === b.charging &&
    a.chargeAllowed === b.chargeAllowed &&
    a.press?.button === b.press?.button &&
    a.press?.action === b.press?.action &&
    a.faultBits === b.faultBits &&
    temperaturesAgree(a.temperatureC, b.temperatureC) &&
    Math.abs(a.railMv - b.railMv) <= agreeMv &&
    Math.abs(a.outputMa - b.outputMa) <= agreeMa &&
    Math.abs((a.reading.currentMa ?? 0) - (b.reading.currentMa ?? 0)) <= agreeMa
  );
}
