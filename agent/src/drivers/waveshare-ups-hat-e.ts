// Waveshare's UPS HAT (E): a controller in front of a BQ4050 gauge and an IP2368 charger. What comes from a chip that does
// not answer the controller is old: the battery's figures without the gauge, mains and charging without the charger.
import type { PlainUse } from "../boards/chip-use.ts";
import { hexByte, hexBytes } from "../boards/hex.ts";
import type { BoardFault, RawReading, ReadFailure, Result } from "../core/model.ts";
import type { ChipFamily, ChipSample } from "./chip.ts";
import { disturbedBus, impossible, notPossible, notTaken, notThisChip } from "./chip-failures.ts";
import { cellsAgree } from "./looking-chip.ts";
import { implausibleCell } from "./plausible-cell.ts";
import { chipRegisters } from "./registers.ts";
import { agreeCellMv, createSteady } from "./steady.ts";
import { hatEFigures } from "./waveshare-ups-hat-e-figures.ts";
import {
  decodeHatEBattery,
  decodeHatECells,
  decodeHatEHead,
  decodeHatEInput,
  type HatEBattery,
  type HatEHead,
  hatECells,
  hatECutByte,
  hatEId,
  hatERegisters,
} from "./waveshare-ups-hat-e-map.ts";

const cutAfterS = 30;
/** The controller may need a moment before it shows what was written. */
const confirm = { tries: 5, everyMs: 100 } as const;
/** The pack has the sum of its cells, but a load may step between two blocks: farther apart, one was misread. */
const mostSumErrorMv = 1000;
/** On battery even an idle Pi takes more than this, mA. */
const drainedMa = -100;

/** One look. */
export interface HatELook {
  readonly head: HatEHead;
  readonly battery: HatEBattery;
  readonly cellsMv: readonly number[];
  /** What of them is to be believed of the battery. */
  readonly reading: Result<RawReading>;
}

const gaugeLinkDown: ReadFailure = {
  ok: false,
  code: "PI_UPS_GAUGE_LINK_DOWN",
  message:
    "The UPS HAT (E)'s controller has lost its gauge (register 0x03), so its battery figures are old. Power the HAT off and on.",
};

const chargerLinkDown: ReadFailure = {
  ok: false,
  code: "PI_UPS_CHARGER_LINK_DOWN",
  message:
    "The UPS HAT (E)'s controller has lost its charger chip (register 0x03), so what it says of mains and charging is old. Power the HAT off and on.",
};

function readingOf(
  { packMv, chargePct, currentMa }: HatEBattery,
  cellsMv: readonly number[],
): Result<RawReading> {
  const reading = { cellMv: packMv / hatECells, lowestCellMv: Math.min(...cellsMv), chargePct, currentMa };
  const strange = implausibleCell("The UPS HAT (E)", reading);
  if (strange !== null) return strange;
  for (const [index, cellMv] of cellsMv.entries()) {
    const refused = implausibleCell(`Cell ${index + 1} of the UPS HAT (E)`, { cellMv });
    if (refused !== null) return refused;
  }
  const sumMv = cellsMv.reduce((sum, mv) => sum + mv, 0);
  if (Math.abs(sumMv - packMv) <= mostSumErrorMv) return { ok: true, value: reading };
  return impossible(
    `The UPS HAT (E) says ${cellsMv.join(", ")} mV for its cells and ${packMv} mV for all of them: one was misread.`,
  );
}

/** The blocks of a look: 4 bytes from 0x00, 12 from 0x20, 8 from 0x30. */
export function decodeHatE(headBytes: Uint8Array, batteryBytes: Uint8Array, cellBytes: Uint8Array): HatELook {
  const head = decodeHatEHead(headBytes);
  const battery = decodeHatEBattery(batteryBytes);
  const cellsMv = decodeHatECells(cellBytes);
  return { head, battery, cellsMv, reading: head.gaugeLink ? readingOf(battery, cellsMv) : gaugeLinkDown };
}

/** Without the charger the input's bit is an old one; that the battery is drained is evidence all the same. */
export function hatEMains({ head, reading }: Pick<HatELook, "head" | "reading">): Result<boolean> {
  if (head.chargerLink) return { ok: true, value: head.inputPresent };
  const drained = reading.ok && (reading.value.currentMa ?? 0) < drainedMa;
  return drained ? { ok: true, value: false } : chargerLinkDown;
}

export function hatEFaults({ charger, chargerLink, cutPending }: HatEHead): readonly BoardFault[] {
  const faults: BoardFault[] = [];
  if (charger === "timeout") {
    const message = "The charger gave up: charging took too long. Check the cells and the supply.";
    faults.push({ kind: "charge_timeout", message });
  }
  if (!chargerLink) faults.push({ kind: "charger_link", message: chargerLinkDown.message });
  if (cutPending) {
    const message = `The UPS HAT (E) cuts the Pi's power within ${cutAfterS} s (register 0x01 reads 0x55), and nothing calls that off. Shut the Pi down now.`;
    faults.push({ kind: "power_cut_pending", message });
  }
  return faults;
}

function headsAgree(a: HatEHead, b: HatEHead): boolean {
  const told = ({ inputPresent, charging, gaugeLink }: HatEHead) =>
    [inputPresent, charging, gaugeLink].join();
  const faults = (head: HatEHead) => hatEFaults(head).map(({ kind }) => kind);
  return told(a) === told(b) && faults(a).join() === faults(b).join();
}

function agree(a: HatELook, b: HatELook): boolean {
  if (!headsAgree(a.head, b.head) || a.reading.ok !== b.reading.ok) return false;
  if (!a.reading.ok || !b.reading.ok) return true;
  const [one, other] = [a.reading.value, b.reading.value];
  const lowestApartMv = Math.abs((one.lowestCellMv ?? 0) - (other.lowestCellMv ?? 0));
  return cellsAgree(one, other) && lowestApartMv <= agreeCellMv;
}

/**
 * Driver for the UPS HAT (E). Codes besides those of the bus: `PI_UPS_GAUGE_NOT_FOUND`, `PI_UPS_GAUGE_LINK_DOWN`,
 * `PI_UPS_CHARGER_LINK_DOWN`, `PI_UPS_GAUGE_IMPOSSIBLE`, `PI_UPS_GAUGE_UNSTABLE`, `PI_UPS_NOT_POSSIBLE`,
 * `PI_UPS_NOT_TAKEN`.
 */
export const waveshareHatE: ChipFamily<PlainUse> = ({ address }, { bus, clock }) => {
  const { byte, bytes: block } = chipRegisters(bus, address, "UPS HAT (E)");

  /** The id is read along: a block of zeros is no status "on battery, gauge lost". */
  async function headBytes(): Promise<Result<Uint8Array>> {
    const head = await block(hatERegisters.head, 4);
    if (!head.ok) return head;
    const { id, strangeLinks } = decodeHatEHead(head.value);
    if (id === hatEId && !strangeLinks) return head;
    const shown = hexBytes(head.value);
    return impossible(`The UPS HAT (E) sent ${shown} from register 0x00 on, which it never does.`);
  }

  async function look(): Promise<Result<HatELook>> {
    const head = await headBytes();
    if (!head.ok) return head;
    const battery = await block(hatERegisters.battery, 12);
    if (!battery.ok) return battery;
    const cellBytes = await block(hatERegisters.cells, 2 * hatECells);
    if (!cellBytes.ok) return cellBytes;
    const seen = decodeHatE(head.value, battery.value, cellBytes.value);
    // A link that is down is news to be confirmed; figures that cannot be are no evidence.
    return seen.reading.ok || !seen.head.gaugeLink ? { ok: true, value: seen } : seen.reading;
  }

  const unstable = (looks: number): ReadFailure => ({
    ok: false,
    code: "PI_UPS_GAUGE_UNSTABLE",
    message: `${looks} looks at the UPS HAT (E) at ${hexByte(address)} in a row disagree. ${disturbedBus}`,
  });
  const steady = createSteady({ look, agree, unstable });
  /** For a battery that says what cannot be, look after look: mains is told all the same. */
  const steadyHead = createSteady({
    async look() {
      const head = await headBytes();
      return head.ok ? { ok: true, value: decodeHatEHead(head.value) } : head;
    },
    agree: headsAgree,
    unstable,
  });

  function sample(head: HatEHead, reading: Result<RawReading>): ChipSample {
    return {
      gauge: reading,
      acPresent: hatEMains({ head, reading }),
      charging: head.chargerLink ? { ok: true, value: head.charging } : chargerLinkDown,
      boardFaults: { ok: true, value: hatEFaults(head) },
    };
  }

  /** Whether the cut is pending, which cannot be undone: what the bus said about the write does not count. */
  async function armCut(): Promise<Result<void>> {
    const written = await bus.write(address, hatERegisters.powerCut, Uint8Array.of(hatECutByte));
    let shown = "nothing";
    for (let attempt = 1; attempt <= confirm.tries; attempt += 1) {
      const back = await byte(hatERegisters.powerCut);
      if (back.ok && back.value === hatECutByte) return { ok: true, value: undefined };
      if (back.ok) shown = hexByte(back.value);
      await clock.sleep(confirm.everyMs);
    }
    if (!written.ok) return written;
    return notTaken(
      `The UPS HAT (E) did not take the power cut: register 0x01 reads ${shown}, expected is 0x55.`,
      `Be ready for a cut in ${cutAfterS} s all the same; if none comes, try again.`,
    );
  }

  function cut(delayS: number | null): Promise<Result<void>> {
    if (delayS !== null && delayS <= cutAfterS) return armCut();
    const message =
      delayS === null
        ? `The UPS HAT (E) cannot call a power cut off: its power goes about ${cutAfterS} s after it was armed. If it was, shut the Pi down now.`
        : `The UPS HAT (E) cuts the power about ${cutAfterS} s after it was told, and cannot wait ${delayS} s. Ask later.`;
    return Promise.resolve(notPossible(message));
  }

  return {
    async probe() {
      const id = await byte(hatERegisters.head);
      if (!id.ok) return id;
      if (id.value !== hatEId) {
        return notThisChip(
          `The device at ${hexByte(address)} is no UPS HAT (E): its register 0x00 reads ${hexByte(id.value)}, expected is 0x0A. Check the board in the configuration.`,
        );
      }
      const firmware = await byte(hatERegisters.firmware);
      if (!firmware.ok) return firmware;
      const first = await look();
      if (!first.ok) return first;
      return {
        ok: true,
        value: { chip: "waveshare_ups_hat_e", version: hexByte(firmware.value), notes: [] },
      };
    },
    async read(): Promise<ChipSample> {
      const seen = await steady.read();
      if (seen.ok) {
        steadyHead.keep(seen.value.head);
        const input = await block(hatERegisters.input, 6);
        const figures = hatEFigures(seen.value, input.ok ? decodeHatEInput(input.value) : null);
        return { ...sample(seen.value.head, seen.value.reading), figures: { ok: true, value: figures } };
      }
      const head = seen.code === "PI_UPS_GAUGE_IMPOSSIBLE" ? await steadyHead.read() : seen;
      return head.ok ? { ...sample(head.value, seen), figures: seen } : this.failed(seen);
    },
    failed: (failure) => ({
      gauge: failure,
      acPresent: failure,
      charging: failure,
      boardFaults: failure,
      figures: failure,
    }),
    controls: { powerCut: cut },
  };
};
