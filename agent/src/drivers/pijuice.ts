// PiJuice HAT and PiJuice Zero: gauge, inputs, faults, button and many switches behind one controller at 0x14.
// Facts: PiSupply/PiJuice (Software/Source/pijuice.py, Software/README.md, Firmware/Changelog.txt); nut: drivers/pijuice.c.
import type { PlainUse } from "../boards/chip-use.ts";
import type { ReadFailure, Result } from "../core/model.ts";
import type { Clock } from "../ports/ports.ts";
import type { ChipFamily, ChipSample } from "./chip.ts";
import { createLookingChip } from "./looking-chip.ts";
import { type PijuicePress, readPijuicePress } from "./pijuice-buttons.ts";
import { createPijuiceControls } from "./pijuice-controls.ts";
import {
  batteryMissing,
  decodePijuice,
  hasPijuiceButton,
  type PijuiceLook,
  pijuiceEventBits,
  pijuiceFaults,
  pijuiceLooksAgree,
} from "./pijuice-look.ts";
import { pijuiceCommands as commands, createPijuiceWire, type PijuiceWire } from "./pijuice-wire.ts";
import { readEach } from "./registers.ts";
import { lowFirst } from "./words.ts";

/** Older firmware loses transfers on a Pi 4. */
const oldestGoodFirmware = 0x14;
/** What a fault of the past is shown for, ms: long enough to be recorded, short enough not to look present. */
const eventShownMs = 60_000;

const noTemperature: ReadFailure = {
  ok: false,
  code: "PI_UPS_TEMPERATURE_IMPOSSIBLE",
  message: "The PiJuice says a temperature that no battery has. Check the battery's sensor and its profile.",
};
const noBattery: ReadFailure = { ok: false, code: "PI_UPS_NO_BATTERY", message: batteryMissing.message };

/** What every look reads beside status and buttons, with the number of data bytes. */
const parts = [
  [commands.charge, 2],
  [commands.faults, 1],
  [commands.temperature, 2],
  [commands.batteryMv, 2],
  [commands.batteryMa, 2],
  [commands.railMv, 2],
  [commands.outputMa, 2],
  [commands.charging, 1],
] as const;
const noBytes = new Uint8Array();
const nothingPressed = { ok: true, value: null } as const;

async function readLook(wire: PijuiceWire): Promise<Result<PijuiceLook>> {
  const status = await wire.read(commands.status, 1);
  if (!status.ok) return status;
  const press = hasPijuiceButton(status.value) ? await readPijuicePress(wire) : nothingPressed;
  if (!press.ok) return press;
  const found = await readEach(parts, ([command, length]) => wire.read(command, length));
  if (!found.ok) return found;
  const [charge = noBytes, faults = noBytes, temperature = noBytes, batteryMv = noBytes] = found.value;
  const [batteryMa = noBytes, railMv = noBytes, outputMa = noBytes, charging = noBytes] =
    found.value.slice(4);
  const bytes = { charge, faults, temperature, batteryMv, batteryMa, railMv, outputMa, charging };
  return decodePijuice({ status: status.value, ...bytes }, press.value);
}

async function identify(wire: PijuiceWire) {
  const firmware = await wire.read(commands.firmware, 2);
  if (!firmware.ok) return firmware;
  const [version = 0] = firmware.value;
  const shown = `${version >> 4}.${version & 0x0f}`;
  const notes =
    version >= oldestGoodFirmware
      ? []
      : [
          `The PiJuice's firmware is ${shown}: before 1.4 its I2C is not reliable on a Pi 4. Update it with pijuice_config.`,
        ];
  return { ok: true as const, value: { version: shown, notes } };
}

/** Events of the past: taken from the board once, and shown for a while. */
class PastEvents {
  readonly #seenAtMs = new Map<number, number>();

  /** Remembers the events of this fault byte. */
  see(faultBits: number, nowMs: number): void {
    for (let bit = 0x01; bit <= pijuiceEventBits; bit <<= 1) {
      if ((faultBits & bit) !== 0) this.#seenAtMs.set(bit, nowMs);
    }
  }

  shown(nowMs: number): number {
    const recent = [...this.#seenAtMs].filter(([, atMs]) => nowMs - atMs < eventShownMs);
    return recent.reduce((bits, [bit]) => bits | bit, 0);
  }
}

class Pijuice {
  readonly #wire: PijuiceWire;
  readonly #clock: Clock;
  readonly #events = new PastEvents();
  /** The last believed press; undefined before the first look. */
  #press: PijuicePress | null | undefined;
  #faultBits = 0;

  constructor(wire: PijuiceWire, clock: Clock) {
    this.#wire = wire;
    this.#clock = clock;
  }

  sample(look: PijuiceLook): ChipSample {
    const nowMs = this.#clock.now().monoMs;
    this.#events.see(look.faultBits, nowMs);
    const faults = pijuiceFaults(look.faultBits | this.#events.shown(nowMs), look.batteryPresent);
    // A press that stood before the agent came is of an earlier run.
    const isNew = this.#press === null && look.press !== null;
    return {
      gauge: look.batteryPresent ? (look.refused ?? { ok: true, value: look.reading }) : noBattery,
      acPresent: { ok: true, value: look.acPresent },
      charging: { ok: true, value: look.charging },
      chargeAllowed: { ok: true, value: look.chargeAllowed },
      temperatureC: look.temperatureC === null ? noTemperature : { ok: true, value: look.temperatureC },
      railMv: { ok: true, value: look.railMv },
      // Positive into the Pi; negative while the Pi's own input feeds the board.
      outputMa: { ok: true, value: look.outputMa },
      boardFaults: { ok: true, value: faults },
      ...(isNew && look.press !== null ? { button: look.press.action } : {}),
    };
  }

  believed(look: PijuiceLook): void {
    this.#press = look.press;
    this.#faultBits = look.faultBits;
  }

  /** Takes from the board what was read of presses and past events, so that the next ones are seen. */
  async clear(): Promise<void> {
    // A failure here is no news: what could not be cleared is still there at the next look.
    if (this.#press) {
      const mask = 0x0f << (4 * (this.#press.button - 1));
      const keep = [~mask & 0xff, (~mask >> 8) & 0xff];
      const gone = (back: Uint8Array) => (lowFirst(back) & mask) === 0;
      await this.#wire.set(commands.buttons, keep, gone, "that its button was heard");
    }
    const events = this.#faultBits & pijuiceEventBits;
    if (events !== 0) {
      const gone = ([back = 0]: Uint8Array) => (back & events) === 0;
      await this.#wire.set(commands.faults, [~events & 0xff], gone, "that its faults were heard");
    }
  }
}

/**
 * Driver for both boards. Does no I/O before `probe` or `read`. Presses whose function is one of the system's
 * (`pijuice-buttons.ts`) are told once and taken from the board; the others are left to it and to other programs.
 * Codes besides those of the bus: `PI_UPS_GAUGE_CHECKSUM`, `PI_UPS_GAUGE_IMPOSSIBLE`, `PI_UPS_GAUGE_UNSTABLE`,
 * `PI_UPS_GAUGE_NOT_FOUND`, `PI_UPS_NO_BATTERY`, `PI_UPS_TEMPERATURE_IMPOSSIBLE`, and of the controls `PI_UPS_NOT_TAKEN`, `PI_UPS_NOT_POSSIBLE`,
 * `PI_UPS_RTC_WRONG`, `PI_UPS_RTC_IMPOSSIBLE`.
 */
export const pijuice: ChipFamily<PlainUse> = ({ address }, { bus, clock }) => {
  const wire = createPijuiceWire(bus, clock, address);
  const board = new Pijuice(wire, clock);
  return createLookingChip<PijuiceLook>({
    chip: "pijuice",
    name: "PiJuice",
    address,
    clock,
    identify: () => identify(wire),
    look: () => readLook(wire),
    agree: pijuiceLooksAgree,
    sample: (look) => board.sample(look),
    believed: (look) => board.believed(look),
    afterRead: () => board.clear(),
    failed: (failure) => ({
      gauge: failure,
      acPresent: failure,
      charging: failure,
      chargeAllowed: failure,
      temperatureC: failure,
      railMv: failure,
      outputMa: failure,
      boardFaults: failure,
    }),
    controls: createPijuiceControls(wire, clock),
  });
};
