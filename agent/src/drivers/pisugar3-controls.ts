// What can be switched on a PiSugar 3: charging, the start on mains, a delayed power cut and an alarm. Its power register
// also holds the switch that cuts at once, so that register is written only where it was read twice with the output on.
// Facts: PiSugar's I2C datasheet (docs.pisugar.com); PiSugar/pisugar-power-manager-rs (scripts/PiSugar3_DelayedShutdown.sh).

import { hexByte, hexBytes } from "../boards/hex.ts";
import type { ReadFailure, Result } from "../core/model.ts";
import type { Clock } from "../ports/ports.ts";
import { notPossible } from "./chip-failures.ts";
import type { Controls } from "./controls.ts";
import { type Pisugar3Wire, pisugar3Registers as registers } from "./pisugar3-wire.ts";
import { fromDecimalByte, toDecimalByte } from "./words.ts";

/** Bits of the power register. `outputNow` cleared cuts at once, `outputUntilDelay` cleared after the delay. */
export const powerBits = {
  plugged: 0x80,
  chargeAllowed: 0x40,
  outputUntilDelay: 0x20,
  restartOnMains: 0x10,
  outputNow: 0x04,
} as const;
const outputOn = powerBits.outputNow | powerBits.outputUntilDelay;

/** The delay is one byte. */
const longestCutS = 255;
const alarmOn = 0x80;
const everyDay = 0x7f;
const dayS = 86_400;
/** The alarm is written byte by byte; nearer ones could come while that goes on. */
const soonestAlarmMs = 60_000;
const farthestAlarmMs = dayS * 1000 - soonestAlarmMs;
/** Between two looks at the clock, which counts whole seconds. */
const clockWaitMs = 1500;
const clockTries = 3;

/** No write to the power register may carry a zero at what feeds the Pi, whether it was misread or is so. */
function refuseWithout(bits: number): (before: number) => ReadFailure | null {
  return (before) =>
    (before & bits) === bits
      ? null
      : notPossible(
          `The PiSugar 3 says that its output is off or about to be cut (register 0x02 reads ${hexByte(before)}) while the Pi runs: nothing was written, because the write could cut the Pi's power. Call a pending cut off with: pi-ups switch power_cut off. Else try again.`,
        );
}

/** Hour, minute and second as the alarm takes them; `second` of the day, 0-86399. */
export function pisugar3Time(second: number): readonly [number, number, number] {
  const [hour, minute] = [Math.floor(second / 3600), Math.floor(second / 60) % 60];
  return [toDecimalByte(hour), toDecimalByte(minute), toDecimalByte(second % 60)];
}

/**
 * The controls. Codes besides those of the wire: `PI_UPS_NOT_POSSIBLE`, and of the alarm `PI_UPS_RTC_WRONG` and
 * `PI_UPS_RTC_IMPOSSIBLE`.
 */
export function createPisugar3Controls(wire: Pisugar3Wire, clock: Clock): Controls {
  const power = (bit: number, on: boolean, needs: number) =>
    wire.change({
      register: registers.power,
      mask: bit,
      bits: on ? bit : 0,
      refuse: refuseWithout(needs),
    });
  const whole = (register: number, value: number) => wire.change({ register, mask: 0xff, bits: value });

  /** Second of the day by the board's clock, from three reads between which it may go on. */
  async function timeOfDay(): Promise<Result<number>> {
    const bytes: number[] = [];
    for (const index of [0, 1, 2]) {
      const byte = await wire.byte(registers.clock + index);
      if (!byte.ok) return byte;
      bytes.push(byte.value);
    }
    const [hours = 0xff, minutes = 0xff, seconds = 0xff] = bytes;
    const [hour, minute, second] = [
      fromDecimalByte(hours, 0, 23),
      fromDecimalByte(minutes, 0, 59),
      fromDecimalByte(seconds, 0, 59),
    ];
    if (hour !== null && minute !== null && second !== null) {
      return { ok: true, value: (hour * 60 + minute) * 60 + second };
    }
    const message = `The PiSugar 3's clock reads ${hexBytes(bytes)}, which is no time of day: no alarm was set. Set the clock with the maker's program.`;
    return { ok: false, code: "PI_UPS_RTC_IMPOSSIBLE", message };
  }

  /** The same of a clock that runs: two looks a moment apart show that it does, and that neither was torn. */
  async function runningTime(): Promise<Result<number>> {
    let standing = 0;
    for (let attempt = 0; attempt < clockTries; attempt += 1) {
      const first = await timeOfDay();
      if (!first.ok) return first;
      await clock.sleep(clockWaitMs);
      const second = await timeOfDay();
      if (!second.ok) return second;
      const passedS = (second.value - first.value + dayS) % dayS;
      if (passedS >= 1 && passedS <= 5) return second;
      if (passedS === 0) standing += 1;
    }
    const what = standing === clockTries ? "stands still" : "jumps";
    const message = `The PiSugar 3's clock ${what}, so an alarm would not come at its time: none was set. Set the clock with the maker's program.`;
    return { ok: false, code: "PI_UPS_RTC_WRONG", message };
  }

  return {
    allowCharge: (allowed) => power(powerBits.chargeAllowed, allowed, outputOn),
    restartOnMains: (on) => power(powerBits.restartOnMains, on, outputOn),
    async powerCut(delayS) {
      const { outputNow, outputUntilDelay } = powerBits;
      const stop = () => power(outputUntilDelay, true, outputNow);
      if (delayS === null) return stop();
      const seconds = Math.max(0, Math.ceil(delayS));
      if (seconds > longestCutS) {
        const message = `The PiSugar 3 counts down from ${longestCutS} s at most, and ${seconds} s were asked for. Ask later, or for less.`;
        return notPossible(message);
      }
      // A countdown that runs goes on with its own figure: the new one counts from the next order.
      const stopped = await stop();
      if (!stopped.ok) return stopped;
      const set = await whole(registers.cutDelay, seconds);
      return set.ok ? power(outputUntilDelay, false, outputOn) : set;
    },
    /**
     * The alarm has a time of day and no date, and goes by a clock in whatever zone it was set: the time is counted on
     * from what that clock says now, and the alarm comes every day until it is switched off.
     */
    async wakeAt(wallMs) {
      const switchAlarm = (on: boolean) =>
        wire.change({ register: registers.alarm, mask: alarmOn, bits: on ? alarmOn : 0 });
      if (wallMs === null) return switchAlarm(false);
      const aheadMs = () => wallMs - clock.now().wallMs;
      if (aheadMs() < soonestAlarmMs || aheadMs() > farthestAlarmMs) {
        const message = `The PiSugar 3 cannot wake the Pi at ${new Date(wallMs).toISOString()}: its alarm knows the time of day and no date, so the time must lie between one minute and one day from now.`;
        return notPossible(message);
      }
      const nowAtBoard = await runningTime();
      if (!nowAtBoard.ok) return nowAtBoard;
      const time = pisugar3Time((nowAtBoard.value + Math.round(aheadMs() / 1000)) % dayS);
      const off = await switchAlarm(false);
      if (!off.ok) return off;
      for (const [index, byte] of time.entries()) {
        const set = await whole(registers.alarmTime + index, byte);
        if (!set.ok) return set;
      }
      const days = await wire.change({ register: registers.alarmDays, mask: everyDay, bits: everyDay });
      return days.ok ? switchAlarm(true) : days;
    },
  };
}
