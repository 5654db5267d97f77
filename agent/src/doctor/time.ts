// The clock: right now, and after a power cut, when no network may be there to ask.
import type { Board } from "../boards/board.ts";
import { toRfc3339 } from "../core/rfc3339.ts";
import type { RtcFacts, TimeFacts } from "./facts.ts";
import { check, type Finding, run, say } from "./finding.ts";
import { addToBootConfig, usualBootConfig } from "./words.ts";

const synchronised = check(
  "clock_synchronised",
  "Events carry the time; with a wrong one the history is wrong.",
);
const rtc = check(
  "rtc",
  "After a power cut the network is often not back yet: without a clock of its own the Pi then takes an old time for now.",
);
const boardRtc = check(
  "board_rtc",
  "The board has a clock that keeps the time while the Pi is off, once it is set and used.",
);

/** A clock that is off by more needs setting. */
const goodWithinS = 60;

function checkSynchronised({ synchronised: looked }: TimeFacts): Finding {
  const mend = run("sudo timedatectl set-ntp true", "timedatectl");
  if (!looked.ok)
    return synchronised.unknown(`Whether the clock is synchronised: ${looked.why}.`, run("timedatectl"));
  if (looked.value) return synchronised.ok("The clock is synchronised over the network.");
  return synchronised.note("The clock is not synchronised over the network.", mend);
}

function offBy(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

const setIt = run("sudo hwclock --systohc --utc");

/** A cell of 3 V that has less keeps no time for long; without one, the pin shows next to nothing. */
const emptyCellMv = 2000;

function checkOne({ device, name, epochS, cellMv }: RtcFacts, wallMs: number): Finding {
  const label = `${device} (${name})`;
  if (cellMv !== null && cellMv < emptyCellMv) {
    return rtc.note(
      `${label} has no cell, or an empty one (${(cellMv / 1000).toFixed(1)} V): it loses the time with the power.`,
      say(
        "Plug a cell into the Pi's connector BAT. This shows its voltage in microvolts:",
        `cat /sys/class/rtc/${device}/battery_voltage`,
      ),
    );
  }
  if (epochS === null)
    return rtc.note(`${label} does not tell the time: it was never set, or its cell is empty.`, setIt);
  const apart = Math.abs(Math.round(wallMs / 1000) - epochS);
  if (apart > goodWithinS) return rtc.note(`${label} is off by ${offBy(apart)}.`, setIt);
  return rtc.ok(`${label} keeps the time.`);
}

function checkBoardClock({ boardClock, wallMs }: TimeFacts, bootConfig: string): readonly Finding[] {
  if (boardClock === null) return [];
  const use = say(
    "Let the kernel use it: add the overlay, restart, and set it once.",
    addToBootConfig(bootConfig, "dtoverlay=i2c-rtc,ds1307"),
    "sudo reboot",
    ...setIt.run,
  );
  if (!boardClock.ok) {
    const absent = boardClock.code === "PI_UPS_I2C_NACK" || boardClock.code === "PI_UPS_I2C_TIMEOUT";
    return absent
      ? [boardRtc.note("The board's clock does not answer; not every one is fitted.", null)]
      : [boardRtc.unknown(`The board's clock: ${boardClock.message}`)];
  }
  if (boardClock.value.kind === "stopped") {
    return [boardRtc.note("The board's clock stands still: it was never set, or its cell is empty.", use)];
  }
  const at = boardClock.value.wallMs;
  const shown = toRfc3339({ wallMs: at, utcOffsetMin: 0 });
  const apart = Math.abs(Math.round((wallMs - at) / 1000));
  if (apart > goodWithinS)
    return [boardRtc.note(`The board's clock says ${shown}, which is off by ${offBy(apart)}.`, use)];
  return [boardRtc.note("The board's clock runs, but the kernel does not use it.", use)];
}

/** @param board null: the configuration does not say which */
export function checkTime(
  facts: TimeFacts,
  board: Board | null,
  bootConfig: string | null,
): readonly Finding[] {
  const path = bootConfig ?? usualBootConfig;
  const [first] = facts.rtcs;
  const clocks = facts.rtcs.map((one) => checkOne(one, facts.wallMs));
  const carries = board?.chips.some(({ chip }) => chip === "ds1307") === true;
  if (first === undefined && !carries) {
    clocks.push(
      rtc.note(
        "This machine has no clock that runs while it is off.",
        say(
          "A Pi 5 has one: give it its cell. On others a clock module helps; for a DS3231:",
          addToBootConfig(path, "dtoverlay=i2c-rtc,ds3231"),
        ),
      ),
    );
  }
  return [checkSynchronised(facts), ...clocks, ...checkBoardClock(facts, path)];
}
