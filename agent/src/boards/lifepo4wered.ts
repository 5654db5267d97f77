// The LiFePO4wered boards: one LiFePO4 cell and a controller, whose firmware and products differ in what they measure.
// The registers are the maker's; nothing here was tried by this project.
import type { Board } from "./board.ts";

const daemonQuirk =
  "The maker's daemon must run beside the agent: the board cuts the power some minutes after the start when nobody says that the Pi runs, and it is the daemon that obeys the board's own button.";
const corruptQuirk =
  "Some boards' registers become corrupt after days and then show wrong voltages (issues 48 and 60); the running flag tells it, and taking the cell out for some minutes mends it.";
const flatCurve =
  "The voltage of a LiFePO4 cell is flat between 20 and 90 %: a percent estimated from it is rough.";
const uartQuirk =
  "The board sees the halted Pi by its serial line: enable_uart=1 must be in /boot/firmware/config.txt, and the GPIO14 pin must be free.";
const restartQuirk =
  "Restart on mains sets AUTO_BOOT to 3, which also starts a Pi that a person has shut down; it is not written to the board's flash, so it is gone when the cell was out.";
const wakeQuirk =
  "A start at a time is set with the maker's tool, which counts from the power-off: lifepo4wered-cli set wake_time 60 (minutes).";

const sources = [
  "https://github.com/xorbit/LiFePO4wered-Pi (lifepo4wered-data.c, lifepo4wered-access.c, README.md; issues 8, 19, 45, 48, 60, 65)",
] as const;

const mapUnsure =
  "Which register map belongs to which product and year: the agent reads the map's version and says when it does not fit.";
const besideDaemon =
  "That agent and daemon do not disturb each other on the bus: both wait for three equal reads.";

const pi: Board = {
  id: "lifepo4wered_pi",
  name: "LiFePO4wered/Pi",
  manufacturer: "LiFePO4wered",
  model: "LiFePO4wered/Pi",
  confidence: "experimental",
  i2cBus: 1,
  chips: [{ chip: "lifepo4wered", address: 0x43, has: [] }],
  lines: {},
  battery: { chemistry: "lifepo4", cellsInSeries: 1, typicalCapacityMah: 550 },
  limits: { batteryMa: null, outputMa: null },
  senses: ["voltage", "charge", "dc_out"],
  switches: [],
  quirks: [
    "It cannot see mains, so nothing shuts the Pi down for an outage: it shows the battery and warns.",
    daemonQuirk,
    uartQuirk,
    wakeQuirk,
    flatCurve,
    corruptQuirk,
  ],
  unverified: [mapUnsure, besideDaemon],
  sources,
};

const pi3: Board = {
  id: "lifepo4wered_pi3",
  name: "LiFePO4wered/Pi3",
  manufacturer: "LiFePO4wered",
  model: "LiFePO4wered/Pi3",
  confidence: "experimental",
  i2cBus: 1,
  chips: [{ chip: "lifepo4wered", address: 0x43, has: ["mains"] }],
  lines: {},
  battery: { chemistry: "lifepo4", cellsInSeries: 1, typicalCapacityMah: 1500 },
  limits: { batteryMa: null, outputMa: null },
  senses: ["ac", "voltage", "charge", "charging", "dc_out"],
  switches: ["restart_on_mains"],
  quirks: [daemonQuirk, uartQuirk, restartQuirk, wakeQuirk, flatCurve, corruptQuirk],
  unverified: [mapUnsure, besideDaemon],
  sources,
};

const piPlus: Board = {
  id: "lifepo4wered_pi_plus",
  name: "LiFePO4wered/Pi+",
  manufacturer: "LiFePO4wered",
  model: "LiFePO4wered/Pi+",
  confidence: "experimental",
  i2cBus: 1,
  chips: [{ chip: "lifepo4wered", address: 0x43, has: ["mains", "output_current"] }],
  lines: {},
  battery: { chemistry: "lifepo4", cellsInSeries: 1, typicalCapacityMah: 1500 },
  limits: { batteryMa: null, outputMa: 2000 },
  senses: ["ac", "voltage", "charge", "charging", "dc_out", "overcurrent"],
  switches: ["restart_on_mains"],
  quirks: [
    "Early boards have register map 4 or 6, which knows no output current: choose lifepo4wered_pi3 for them.",
    "With the small cell (14500, 600 mAh) set capacity_mah; the 2 A are for the 18650.",
    daemonQuirk,
    uartQuirk,
    restartQuirk,
    wakeQuirk,
    flatCurve,
    corruptQuirk,
  ],
  unverified: [mapUnsure, besideDaemon],
  sources: [...sources, "LiFePO4wered/Pi+ product brief, revision 11 (cells, 2 A)"],
};

/** All of them, in the order of the docs. */
export const lifepo4wered: readonly Board[] = [pi, pi3, piPlus];
