// The CW2015 of the UPS-Lite v1.3: cell voltage and percent. Its figures stand still while it sleeps, and it sleeps after
// power-on until some program wakes it; this driver says so and never writes.
// Register facts: Linux drivers/power/supply/cw2015_battery.c; github.com/linshuqin329/UPS-Lite (UPS_Lite_V1.3_CW2015.py).
import type { PlainUse } from "../boards/chip-use.ts";
import { hexByte } from "../boards/hex.ts";
import type { GaugeReading, ReadFailure, Result } from "../core/model.ts";
import type { ChipFamily } from "./chip.ts";
import { impossible } from "./chip-failures.ts";
import { createLookingChip } from "./looking-chip.ts";
import { implausibleCell } from "./plausible-cell.ts";
import { chipRegisters } from "./registers.ts";

/** Register addresses; words are big-endian. */
export const cw2015Registers = {
  version: 0x00,
  /** 14 bits. */
  vcell: 0x02,
  /** Whole percent, then 1/256. */
  soc: 0x04,
  /** Sleep in bits 7 and 6, quick-start in 5 and 4, restart in 3 to 0; never written here. */
  mode: 0x0a,
} as const;

const microvoltsPerLsb = 305;
const vcellMask = 0x3fff;
const sleepMask = 0xc0;
/** The kernel's driver calls everything above "still computing". */
const highestPct = 100;

/** mV of the cell: 305 uV per step. */
export function cw2015ToMv(word: number): number {
  return ((word & vcellMask) * microvoltsPerLsb) / 1000;
}

/** The two words of one look, turned into a reading or refused. `PI_UPS_GAUGE_IMPOSSIBLE`. */
export function decodeCw2015(vcell: number, soc: number): Result<GaugeReading> {
  const chargePct = soc / 256;
  if (Math.floor(chargePct) > highestPct) {
    return impossible(
      `The CW2015 says ${chargePct.toFixed(1)} %, which it does while it still computes after a start; expected are 0 to ${highestPct} %.`,
      "If it stays, disconnect the battery for a minute.",
    );
  }
  const reading = { cellMv: cw2015ToMv(vcell), chargePct };
  return implausibleCell("The CW2015", reading) ?? { ok: true, value: reading };
}

function sleeping(address: number, mode: number): ReadFailure {
  return {
    ok: false,
    code: "PI_UPS_GAUGE_ASLEEP",
    message: `The CW2015 at ${hexByte(address)} sleeps (MODE ${hexByte(mode)}), so its figures stand still; it does so after power-on. Wake it with: i2cset -y 1 ${hexByte(address)} 0x0A 0x00`,
  };
}

/**
 * Driver for the CW2015. Does no I/O before `probe` or `read`.
 *
 * Codes besides those of the bus: `PI_UPS_GAUGE_ASLEEP`, `PI_UPS_GAUGE_IMPOSSIBLE`, `PI_UPS_GAUGE_UNSTABLE`,
 * `PI_UPS_GAUGE_NOT_FOUND`.
 */
export const cw2015: ChipFamily<PlainUse> = ({ address }, { bus, clock }) => {
  const chip = chipRegisters(bus, address, "CW2015");
  return createLookingChip({
    chip: "cw2015",
    name: "CW2015",
    address,
    clock,
    async identify() {
      const version = await chip.byte(cw2015Registers.version);
      if (!version.ok) return version;
      return { ok: true, value: { version: hexByte(version.value), notes: [] } };
    },
    async look() {
      const mode = await chip.byte(cw2015Registers.mode);
      if (!mode.ok) return mode;
      if ((mode.value & sleepMask) !== 0) return sleeping(address, mode.value);
      const vcell = await chip.wordHighFirst(cw2015Registers.vcell);
      if (!vcell.ok) return vcell;
      const soc = await chip.wordHighFirst(cw2015Registers.soc);
      if (!soc.ok) return soc;
      const reading = decodeCw2015(vcell.value, soc.value);
      return reading.ok ? { ok: true, value: { reading: reading.value } } : reading;
    },
    sample: ({ reading }) => ({ gauge: { ok: true, value: reading } }),
    failed: (failure) => ({ gauge: failure }),
  });
};
