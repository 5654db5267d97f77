// What can be switched on a PiJuice. Nothing is stored for good (bit NV stays 0), so a board that loses its battery
// comes back with its own settings. Never written: 0xF0 (defaults), 0xFE (boot loader), the profiles.
// Facts: PiSupply/PiJuice (Software/Source/pijuice.py, Firmware: power_management.c, rtc_ds1339_emu.c).

import { hexByte, hexBytes } from "../boards/hex.ts";
import type { Result } from "../core/model.ts";
import type { Clock } from "../ports/ports.ts";
import { notPossible } from "./chip-failures.ts";
import type { Controls } from "./controls.ts";
import { clockHour, decodeClock } from "./ds1307.ts";
import { pijuiceCommands as commands, type PijuiceWire } from "./pijuice-wire.ts";
import { toDecimalByte } from "./words.ts";

/** Units of 1.024 s each, taken for seconds: the cut comes a little later than asked for, never earlier. */
const longestPowerOff = 250;
const noPowerOff = 0xff;
const noWakeOnCharge = 0x7f;
/** Alarms have a day of the month and no month. */
const farthestAlarmMs = 27 * 86_400_000;
const clockMayDifferMs = 60_000;
/** Both bits of the clock's control byte that let an alarm start the Pi. */
const alarmWakes = 0x05;
const alarmFired = 0x01;
const watchdogCoarse = 0x4000;
const watchdogMost = 0x3fff;
/** In the last byte of a setting: it is stored for good. */
const storedBit = 0x80;
const gpioInputStates = ["absent", "bad", "weak", "present"] as const;

function same(wanted: readonly number[]): (back: Uint8Array) => boolean {
  return (back) => wanted.every((byte, index) => byte === back[index]);
}

/** The nine bytes of an alarm at this time, UTC: second, minute, hour, day of the month; no repetition. */
export function pijuiceAlarm(wallMs: number): readonly number[] {
  const at = new Date(wallMs);
  const parts = [at.getUTCSeconds(), at.getUTCMinutes(), at.getUTCHours(), at.getUTCDate()].map(
    toDecimalByte,
  );
  return [...parts, 0xff, 0xff, 0xff, 0x00, 0xff];
}

/** The two bytes of the watchdog: whole minutes, above 16383 in steps of four. */
export function pijuiceWatchdog(minutes: number): readonly number[] {
  const whole = Math.max(0, Math.ceil(minutes));
  const value = whole <= watchdogMost ? whole : watchdogCoarse | Math.min(watchdogMost, Math.ceil(whole / 4));
  return [value & 0xff, value >> 8];
}

/** Whether the board has this alarm: a clock that was set to 12 hours tells the hour in its own way. */
function sameAlarm(wanted: readonly number[]): (back: Uint8Array) => boolean {
  const hour = clockHour(wanted[2]);
  return (back) =>
    clockHour(back[2]) === hour && wanted.every((byte, index) => index === 2 || byte === back[index]);
}

/** The controls. Codes besides those of the wire: `PI_UPS_NOT_POSSIBLE`, `PI_UPS_RTC_WRONG`, `PI_UPS_RTC_IMPOSSIBLE`. */
export function createPijuiceControls(wire: PijuiceWire, clock: Clock): Controls {
  /** The alarm goes by the board's clock: a wrong one would start the Pi at a wrong time, or never. */
  async function clockIsRight(): Promise<Result<void>> {
    const bytes = await wire.read(commands.rtcTime, 9);
    if (!bytes.ok) return bytes;
    const time = decodeClock(bytes.value.slice(0, 7));
    if (!time.ok) return time;
    const found = time.value.kind === "running" ? time.value.wallMs : null;
    if (found !== null && Math.abs(found - clock.now().wallMs) <= clockMayDifferMs) {
      return { ok: true, value: undefined };
    }
    const shown = found === null ? "stands still" : `says ${new Date(found).toISOString()}`;
    const message = `The PiJuice's clock ${shown}, the Pi's says ${new Date(clock.now().wallMs).toISOString()}: an alarm would come at a wrong time. Set it to UTC with: sudo hwclock -w -u (after dtoverlay=i2c-rtc,ds1339 in /boot/firmware/config.txt).`;
    return { ok: false, code: "PI_UPS_RTC_WRONG", message };
  }

  /** A setting that is stored for good is what the board shows and comes back to; none can stand beside it. */
  async function setUnlessStored(
    command: number,
    data: readonly number[],
    taken: (back: Uint8Array) => boolean,
    what: string,
  ): Promise<Result<void>> {
    const found = await wire.read(command, data.length);
    if (!found.ok) return found;
    if (((found.value.at(-1) ?? 0) & storedBit) === 0) return wire.set(command, data, taken, what);
    const shown = hexBytes(found.value);
    return notPossible(
      `The PiJuice has ${what} stored for good (command ${hexByte(command)} reads ${shown}) and comes back to it. Change or clear it with pijuice_config.`,
    );
  }

  /** At the end of the delay the board looks at the Pi's own input, and cuts nothing while that is fed. */
  async function canCut(): Promise<Result<void>> {
    const status = await wire.read(commands.status, 1);
    if (!status.ok) return status;
    const input = (status.value[0] ?? 0) >> 6;
    if (input === 0) return { ok: true, value: undefined };
    return notPossible(
      `The PiJuice cuts no power while the Pi's own 5 V input is fed (it is ${gpioInputStates[input]}). Plug the supply into the PiJuice instead.`,
    );
  }

  /** Lets the alarm start the Pi or not; an old alarm's flag would keep the next one from working. */
  async function letAlarmWake(wakes: boolean): Promise<Result<void>> {
    const control = await wire.read(commands.rtcControl, 2);
    if (!control.ok) return control;
    const [flags = 0, status = 0] = control.value;
    const wanted = [wakes ? flags | alarmWakes : flags & ~0x01, status & ~alarmFired];
    const taken = (back: Uint8Array) =>
      ((back[0] ?? 0) & alarmWakes) === ((wanted[0] ?? 0) & alarmWakes) &&
      ((back[1] ?? 0) & alarmFired) === 0;
    return wire.set(commands.rtcControl, wanted, taken, "the alarm's switch");
  }

  return {
    allowCharge: (allowed) =>
      wire.set(
        commands.charging,
        [allowed ? 0x01 : 0x00],
        ([back = 0]) => ((back & 0x01) !== 0) === allowed,
        allowed ? "charging on" : "charging off",
      ),
    async powerCut(delayS) {
      if (delayS === null) {
        const off = ([back = 0]: Uint8Array) => back === noPowerOff;
        return wire.set(commands.powerOff, [noPowerOff], off, "the end of the delayed power-off");
      }
      const units = Math.max(0, Math.ceil(delayS));
      if (units > longestPowerOff) {
        return notPossible(
          `The PiJuice cannot wait ${units} s before it cuts the power; it can wait up to ${longestPowerOff} s. Choose a shorter delay.`,
        );
      }
      const can = await canCut();
      if (!can.ok) return can;
      // It counts down, and is off again once it came to its end: at 0 that is before anyone could look.
      const taken = ([back = 0]: Uint8Array) => back <= units || (units === 0 && back === noPowerOff);
      return wire.set(commands.powerOff, [units], taken, "the delayed power-off");
    },
    wakeOnCharge(chargePct) {
      const value = chargePct === null ? noWakeOnCharge : Math.min(100, Math.max(0, Math.round(chargePct)));
      return setUnlessStored(commands.wakeOnCharge, [value], same([value]), "a charge to wake at");
    },
    async wakeAt(wallMs) {
      if (wallMs === null) return letAlarmWake(false);
      const aheadMs = wallMs - clock.now().wallMs;
      if (aheadMs <= 0 || aheadMs > farthestAlarmMs) {
        const message = `The PiJuice cannot wake the Pi at ${new Date(wallMs).toISOString()}: its alarm knows the day of the month and no month, so the time must lie within the next 27 days.`;
        return notPossible(message);
      }
      const right = await clockIsRight();
      if (!right.ok) return right;
      const alarm = pijuiceAlarm(wallMs);
      const set = await wire.set(commands.rtcAlarm, alarm, sameAlarm(alarm), "the alarm");
      return set.ok ? letAlarmWake(true) : set;
    },
    watchdog(minutes) {
      const data = pijuiceWatchdog(minutes);
      return setUnlessStored(commands.watchdog, data, same(data), "a watchdog");
    },
    led(index, { red, green, blue }) {
      const command = commands.leds[index - 1];
      if (command === undefined) {
        return Promise.resolve(notPossible(`The PiJuice has the LEDs 1 and 2, not ${index}.`));
      }
      const colour = [red, green, blue].map((part) => Math.min(255, Math.max(0, Math.round(part))));
      const what = `the colour of LED ${index} (it takes one when pijuice_config has set that LED to USER_LED)`;
      return wire.set(command, colour, same(colour), what);
    },
  };
}
