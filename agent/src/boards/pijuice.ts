// PiJuice HAT and PiJuice Zero of Pi Supply: one controller with gauge, charger, clock, buttons and LEDs.
// The registers are the maker's own library and firmware; nothing here was tried by this project.
import type { Board } from "./board.ts";

const quirks = [
  "Stop the maker's service (sudo systemctl disable --now pijuice): it shuts the Pi down by itself at a single false 0 %, and it takes the button presses away.",
  "The board's battery current is computed from the slope of the charge and can be minutes late.",
  "A press is obeyed when pijuice_config has given it one of SYS_FUNC_HALT, SYS_FUNC_HALT_POW_OFF, SYS_FUNC_SYS_OFF_HALT (power off) or SYS_FUNC_REBOOT; as the board is delivered, that is SW1 held for 10 s (power off). The 5 V stay on after each of them. User functions are left to other programs.",
  "A delayed power-off is refused while the Pi's own 5 V input is fed; when 5 V is there at its end, the board cuts nothing.",
  "The watchdog is fed by every look of the agent. It also starts a Pi that was shut down in order: switch it off before.",
  "A charge to wake at or a watchdog that pijuice_config has stored for good is left alone: it is changed there.",
  "Waking on charge works once; it needs input power and a Pi that has been silent for 15 s.",
  "Its alarm goes by the board's own clock and knows no month: times up to 27 days ahead, with the clock set to UTC.",
  "A colour shows only on an LED that is set to USER_LED in pijuice_config.",
  "On a Pi 3, 4 and 5 the variable core clock breaks its I2C: set core_freq=500 and core_freq_min=500 in /boot/firmware/config.txt (PiJuice issue 657). A Pi 4 needs firmware 1.4 or newer.",
  "What the board tells of the past (a forced power-off, a watchdog reset) is shown for a minute and cleared.",
] as const;

const unverified = [
  "That older firmware than 1.6, the sources of which were read, counts the delayed power-off down in its register as well.",
  "That a Pi 5 stays off: users report that it starts again at once after a halt with power-off.",
] as const;

const sources = [
  "https://github.com/PiSupply/PiJuice (Software/README.md, Software/Source/pijuice.py, Software/Source/src/pijuice_sys.py, Firmware/Sources-V1.6_2021_09_10/Src, Firmware/Changelog.txt; issues 657 and 1040)",
  "https://github.com/networkupstools/nut (drivers/pijuice.c)",
] as const;

const common = {
  manufacturer: "Pi Supply",
  confidence: "experimental",
  i2cBus: 1,
  chips: [{ chip: "pijuice", address: 0x14 }],
  lines: {},
  limits: { batteryMa: null, outputMa: null },
  senses: ["ac", "voltage", "charge", "current", "charging", "temperature", "dc_out"],
  switches: ["allow_charge", "power_cut", "wake_on_charge", "wake_at", "watchdog", "led"],
} as const;

function board(
  id: string,
  model: string,
  typicalCapacityMah: number | null,
  quirk: string,
  own: readonly string[] = [],
): Board {
  const { manufacturer, confidence, i2cBus, chips, lines, limits, senses, switches } = common;
  return {
    id,
    name: model,
    manufacturer,
    model,
    confidence,
    i2cBus,
    chips,
    lines,
    battery: { chemistry: "li_ion", cellsInSeries: 1, typicalCapacityMah },
    limits,
    senses,
    switches,
    quirks: [quirk, ...quirks],
    unverified: [...own, ...unverified],
    sources,
  };
}

/** Both of them, in the order of the docs. */
export const pijuice: readonly Board[] = [
  board(
    "pijuice",
    "PiJuice HAT",
    1820,
    "Comes with the BP7X battery of 1820 mAh; larger packs can be plugged in instead, then capacity_mah in the configuration has to say so.",
    ["That the battery sold with it, BP7X, has 1820 mAh."],
  ),
  board("pijuice_zero", "PiJuice Zero", null, "Comes without a battery: the user chooses the pack."),
];
