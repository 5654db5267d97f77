// DFRobot's UPS HAT: a microcontroller that passes on what a MAX17043 says. Its registers are single bytes and are read
// one by one, as the vendor's and everybody's programs do. Register 0x00 sets its address and is never written.
// Register facts: wiki.dfrobot.com (DFR0494, DFR0528); PyPI DFRobotUPS (ups.py).
import type { PlainUse } from "../boards/chip-use.ts";
import { hexByte } from "../boards/hex.ts";
import type { GaugeReading, Result } from "../core/model.ts";
import type { ChipFamily } from "./chip.ts";
import { impossible, notThisChip } from "./chip-failures.ts";
import { createLookingChip } from "./looking-chip.ts";
import { implausibleCell } from "./plausible-cell.ts";
import { chipRegisters, readAlike, readEach } from "./registers.ts";

/** Register addresses, one byte each. */
export const dfrobotRegisters = {
  productId: 0x01,
  firmware: 0x02,
  vcellHigh: 0x03,
  vcellLow: 0x04,
  socHigh: 0x05,
  socLow: 0x06,
} as const;

/** What register 0x01 of every such HAT reads. */
export const dfrobotProductId = 0xdf;

const mostLooks = 5;
const torn = impossible(`The DFRobot UPS HAT gave other bytes at each of ${mostLooks} looks.`);

/** The four bytes of one look: 12 bits of 1.25 mV, then percent and 1/256. `PI_UPS_GAUGE_IMPOSSIBLE`. */
export function decodeDfrobot(
  vcellHigh: number,
  vcellLow: number,
  socHigh: number,
  socLow: number,
): Result<GaugeReading> {
  const cellMv = (((vcellHigh & 0x0f) << 8) | vcellLow) * 1.25;
  const chargePct = ((socHigh << 8) | socLow) / 256;
  const reading = { cellMv, chargePct };
  return implausibleCell("The DFRobot UPS HAT", reading) ?? { ok: true, value: reading };
}

/**
 * Driver for DFRobot's UPS HAT. Does no I/O before `probe` or `read`.
 *
 * Codes besides those of the bus: `PI_UPS_GAUGE_IMPOSSIBLE`, `PI_UPS_GAUGE_UNSTABLE`, `PI_UPS_GAUGE_NOT_FOUND`.
 */
export const dfrobot: ChipFamily<PlainUse> = ({ address }, { bus, clock }) => {
  const { byte } = chipRegisters(bus, address, "DFRobot UPS HAT");
  const bytes = (registers: readonly number[]) => readEach(registers, byte);

  /** A conversion between two bytes tears the word, so the four count when they come twice alike. */
  const twice = (registers: readonly number[]) =>
    readAlike(() => bytes(registers), {
      alike: 2,
      most: mostLooks,
      same: (a, b) => a.every((one, index) => one === b[index]),
      restless: () => torn,
    });

  return createLookingChip({
    chip: "dfrobot_ups",
    name: "DFRobot UPS HAT",
    address,
    clock,
    async identify() {
      const { productId, firmware } = dfrobotRegisters;
      const found = await bytes([productId, firmware]);
      if (!found.ok) return found;
      const [id = 0, version = 0] = found.value;
      if (id === dfrobotProductId) {
        return { ok: true, value: { version: `${version >> 4}.${version & 0x0f}`, notes: [] } };
      }
      return notThisChip(
        `The device at ${hexByte(address)} is no DFRobot UPS HAT: its register 0x01 reads ${hexByte(id)}, expected is ${hexByte(dfrobotProductId)}. Check the board in the configuration.`,
      );
    },
    async look() {
      const { vcellHigh, vcellLow, socHigh, socLow } = dfrobotRegisters;
      const found = await twice([vcellHigh, vcellLow, socHigh, socLow]);
      if (!found.ok) return found;
      const [mvHigh = 0, mvLow = 0, pctHigh = 0, pctLow = 0] = found.value;
      const reading = decodeDfrobot(mvHigh, mvLow, pctHigh, pctLow);
      return reading.ok ? { ok: true, value: { reading: reading.value } } : reading;
    },
    sample: ({ reading }) => ({ gauge: { ok: true, value: reading } }),
    failed: (failure) => ({ gauge: failure }),
  });
};
