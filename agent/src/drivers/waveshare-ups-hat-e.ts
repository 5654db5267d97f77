// Waveshare's UPS HAT (E): a controller in front of a BQ4050 gauge and an IP2368 charger. When its link to the gauge is
// down, the battery's figures are old ones and are refused, while mains is still told.
// Register facts: https://www.waveshare.com/wiki/UPS_HAT_(E)_Register; int08h/waveshare-ups-hat-e (src/registers.rs).
import type { PlainUse } from "../boards/chip-use.ts";
import type { BoardFault, RawReading, ReadFailure, Result } from "../core/model.ts";
import type { ChipFamily, ChipSample } from "./chip.ts";
import { hexByte } from "./i2c-errors.ts";
import { cellsAgree, shortRead } from "./looking-chip.ts";
import { implausibleCell } from "./plausible-cell.ts";
import { createSteady } from "./steady.ts";

/** Register addresses; words are little-endian. */
export const hatERegisters = {
  id: 0x00,
  powerCut: 0x01,
  /** Status, then the links. */
  status: 0x02,
  /** Pack mV, mA (signed), percent, remaining mAh, minutes to empty, minutes to full. */
  battery: 0x20,
  /** Four cells, mV each. */
  cells: 0x30,
  firmware: 0x50,
} as const;

const expectedId = 0x0a;
const cutByte = 0x55;
const cutAfterS = 30;
const chargingBit = 0x80;
const inputBit = 0x20;
const stateMask = 0x07;
const chargeTimeout = 6;
const gaugeLink = 0x02;
const chargerLink = 0x01;
const cells = 4;
/** A cell cannot be this far from the pack's mean: the two blocks were read across a disturbance. */
const mostSpreadMv = 1000;

/** One look. */
export interface HatELook {
  readonly reading: Result<RawReading>;
  readonly acPresent: boolean;
  readonly charging: boolean;
  readonly faults: readonly BoardFault[];
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

function signed(value: number): number {
  return value >= 0x8000 ? value - 0x10000 : value;
}

const linkDown: ReadFailure = {
  ok: false,
  code: "PI_UPS_GAUGE_LINK_DOWN",
  message:
    "The UPS HAT (E)'s controller has lost its gauge (register 0x03), so its battery figures are old. Power the HAT off and on.",
};

function readingOf(battery: Uint8Array, cellBytes: Uint8Array): Result<RawReading> {
  const cellMv = word(battery, 0) / cells;
  const each = Array.from({ length: cells }, (_, index) => word(cellBytes, 2 * index));
  const lowestCellMv = Math.min(...each);
  const reading = { cellMv, lowestCellMv, chargePct: word(battery, 4), currentMa: signed(word(battery, 2)) };
  const strange = implausibleCell("The UPS HAT (E)", reading);
  if (strange !== null) return strange;
  if (each.some((mv) => Math.abs(mv - cellMv) > mostSpreadMv)) {
    return {
      ok: false,
      code: "PI_UPS_GAUGE_IMPOSSIBLE",
      message: `The UPS HAT (E) says ${each.join(", ")} mV for its cells and ${Math.round(cellMv)} mV for their mean: one of them was misread, or a cell is dead.`,
    };
  }
  return { ok: true, value: reading };
}

function faultsOf(state: number, links: number): readonly BoardFault[] {
  const faults: BoardFault[] = [];
  if (state === chargeTimeout) {
    const message = "The charger gave up: charging took too long. Check the cells and the supply.";
    faults.push({ kind: "charge_timeout", message });
  }
  if ((links & chargerLink) === 0) {
    faults.push({ kind: "charger_link", message: "The HAT's controller has lost its charger chip." });
  }
  return faults;
}

/** The three blocks of a look. */
export function decodeHatE(status: Uint8Array, battery: Uint8Array, cellBytes: Uint8Array): HatELook {
  const [flags = 0, links = 0] = status;
  return {
    reading: (links & gaugeLink) === 0 ? linkDown : readingOf(battery, cellBytes),
    acPresent: (flags & inputBit) !== 0,
    charging: (flags & chargingBit) !== 0,
    faults: faultsOf(flags & stateMask, links),
  };
}

function agree(a: HatELook, b: HatELook): boolean {
  if (a.acPresent !== b.acPresent || a.charging !== b.charging || a.reading.ok !== b.reading.ok) return false;
  if (a.faults.map(({ kind }) => kind).join() !== b.faults.map(({ kind }) => kind).join()) return false;
  return !a.reading.ok || !b.reading.ok || cellsAgree(a.reading.value, b.reading.value);
}

/**
 * Driver for the UPS HAT (E). Codes besides those of the bus: `PI_UPS_GAUGE_NOT_FOUND`, `PI_UPS_GAUGE_LINK_DOWN`,
 * `PI_UPS_GAUGE_IMPOSSIBLE`, `PI_UPS_GAUGE_UNSTABLE`, `PI_UPS_NOT_POSSIBLE`, `PI_UPS_NOT_TAKEN`.
 */
export const waveshareHatE: ChipFamily<PlainUse> = ({ address }, { bus }) => {
  async function block(register: number, length: number): Promise<Result<Uint8Array>> {
    const read = await bus.read(address, register, length);
    if (!read.ok || read.value.length >= length) return read;
    return shortRead("UPS HAT (E)", register, read.value.length, length);
  }

  async function look(): Promise<Result<HatELook>> {
    // The id is read along: a block of zeros is no status "on battery, gauge lost".
    const head = await block(hatERegisters.id, 4);
    if (!head.ok) return head;
    const [id, , , links = 0xff] = head.value;
    if (id !== expectedId || (links & ~(gaugeLink | chargerLink)) !== 0) return notPossible(head.value);
    const battery = await block(hatERegisters.battery, 12);
    if (!battery.ok) return battery;
    const cellBytes = await block(hatERegisters.cells, 2 * cells);
    if (!cellBytes.ok) return cellBytes;
    const seen = decodeHatE(head.value.slice(hatERegisters.status), battery.value, cellBytes.value);
    // A link that is down is news to be confirmed; figures that cannot be are no evidence.
    if (!seen.reading.ok && seen.reading.code !== linkDown.code) return seen.reading;
    return { ok: true, value: seen };
  }

  function notPossible(bytes: Uint8Array): ReadFailure {
    const shown = [...bytes].map(hexByte).join(" ");
    const message = `The UPS HAT (E) sent ${shown} as its status, which it never does: the transfer was disturbed.`;
    return { ok: false, code: "PI_UPS_GAUGE_IMPOSSIBLE", message };
  }

  const steady = createSteady({
    look,
    agree,
    unstable: (looks) => ({
      ok: false,
      code: "PI_UPS_GAUGE_UNSTABLE",
      message: `${looks} looks at the UPS HAT (E) at ${hexByte(address)} in a row disagree. A bad contact or a disturbed bus does this: check the HAT's seat and pins.`,
    }),
  });

  async function cut(delayS: number | null): Promise<Result<void>> {
    if (delayS === null) {
      const message =
        "The UPS HAT (E) cannot call a power cut off: its power goes about 30 s after it was armed. Shut the Pi down now.";
      return { ok: false, code: "PI_UPS_NOT_POSSIBLE", message };
    }
    if (delayS > cutAfterS) {
      const message = `The UPS HAT (E) cuts the power about ${cutAfterS} s after it was told, and cannot wait ${delayS} s. Ask later.`;
      return { ok: false, code: "PI_UPS_NOT_POSSIBLE", message };
    }
    const written = await bus.write(address, hatERegisters.powerCut, Uint8Array.of(cutByte));
    if (!written.ok) return written;
    const back = await block(hatERegisters.powerCut, 1);
    if (!back.ok || back.value[0] === cutByte) return back.ok ? { ok: true, value: undefined } : back;
    const message = `The UPS HAT (E) did not take the power cut: register 0x01 reads ${hexByte(back.value[0] ?? 0)}.`;
    return { ok: false, code: "PI_UPS_NOT_TAKEN", message };
  }

  return {
    async probe() {
      const id = await block(hatERegisters.id, 1);
      if (!id.ok) return id;
      if (id.value[0] !== expectedId) {
        const message = `The device at ${hexByte(address)} is no UPS HAT (E): its register 0x00 reads ${hexByte(id.value[0] ?? 0)}, expected is 0x0A. Check the board in the configuration.`;
        return { ok: false, code: "PI_UPS_GAUGE_NOT_FOUND", message };
      }
      const firmware = await block(hatERegisters.firmware, 1);
      if (!firmware.ok) return firmware;
      const first = await look();
      if (!first.ok) return first;
      return {
        ok: true,
        value: { chip: "waveshare_ups_hat_e", version: hexByte(firmware.value[0] ?? 0), notes: [] },
      };
    },
    async read(): Promise<ChipSample> {
      const seen = await steady.read();
      if (!seen.ok) return this.failed(seen);
      const { reading, acPresent, charging, faults } = seen.value;
      return {
        gauge: reading,
        acPresent: { ok: true, value: acPresent },
        charging: { ok: true, value: charging },
        boardFaults: { ok: true, value: faults },
      };
    },
    failed: (failure) => ({ gauge: failure, acPresent: failure, charging: failure, boardFaults: failure }),
    controls: { powerCut: cut },
  };
};
