// The controller of Waveshare's UPS HAT (D). One use of it is documented, and only that one is made: 0x55 in register 0x01
// arms "start the Pi when power is applied". Its other registers are not read, because nobody knows what they mean.
// Source: https://www.waveshare.com/wiki/UPS_HAT_(D).
import type { PlainUse } from "../boards/chip-use.ts";
import { hexByte } from "../boards/hex.ts";
import type { Result } from "../core/model.ts";
import type { ChipFamily } from "./chip.ts";
import { notPossible, notThisChip } from "./chip-failures.ts";
import { chipRegisters } from "./registers.ts";

const idRegister = 0x00;
const armRegister = 0x01;
const armByte = 0x55;
/** What register 0x00 of the UPS HAT (E) reads at the same address. */
const hatEId = 0x0a;

/** Driver for the controller. It measures nothing. Codes besides those of the bus: `PI_UPS_NOT_POSSIBLE`, `PI_UPS_GAUGE_NOT_FOUND`. */
export const waveshareHatDMcu: ChipFamily<PlainUse> = ({ address }, { bus }) => ({
  async probe() {
    const id = await chipRegisters(bus, address, "UPS HAT (D)'s controller").byte(idRegister);
    if (!id.ok) return id;
    if (id.value === hatEId) {
      return notThisChip(
        `The device at ${hexByte(address)} is the controller of a Waveshare UPS HAT (E), not of a (D). Choose board: waveshare_ups_hat_e.`,
      );
    }
    return { ok: true, value: { chip: "waveshare_ups_hat_d_mcu", version: null, notes: [] } };
  },
  read: () => Promise.resolve({}),
  failed: () => ({}),
  controls: {
    restartOnMains: (on): Promise<Result<void>> => {
      if (on) return bus.write(address, armRegister, Uint8Array.of(armByte));
      return Promise.resolve(
        notPossible(
          "The UPS HAT (D) cannot be told to stay off: once armed it starts the Pi when power is applied. Disconnect its battery to disarm it.",
        ),
      );
    },
  },
});
