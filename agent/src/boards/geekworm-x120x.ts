// The X120x family of Geekworm (SupTronics): one software interface for all models, different cells.
// Everything here is from the vendor's scripts and pages; no model was tried by this project.
import type { Board } from "./board.ts";

interface Model {
  readonly id: string;
  readonly model: string;
  /** The cells that the board takes, in words. */
  readonly cells: string;
  /** How it is connected, and to which Pi; absent: pogo pins under a Pi 5. */
  readonly connection?: readonly string[];
  readonly sources: readonly string[];
}

const familySources = [
  "https://github.com/suptronics/x120x (bat.py, pld.py, merged.py, qtx120x.py)",
  "https://github.com/mor-lock/x120x-dkms (README.md, docs/incidents.md)",
  "MAX17043/MAX17044 datasheet, register summary",
] as const;

const familyQuirks = [
  "The fuel gauge has no current, temperature or charging flag: charging is derived from mains, charge line and trend.",
  "There is no low-voltage cut-off in hardware: cells were seen to run down to 2.54 V, so a voltage limit must stand beside the percent.",
  "GPIO6 can float low at boot and look like a mains failure: put gpio=6=pu in /boot/firmware/config.txt.",
  "The output stage behind GPIO6 can fail and stick: mains 'lost' while the battery rises is a fault, not an outage.",
  "GPIO16 is an input of the board and an output of the Pi: reading it back as an input would release it, so it is not read.",
  "The gauge shows 0 % early (at about 3.25 V on an X1206), and the same chip was seen at 106 % when full.",
  "The power supply belongs in the board's own input: one in the Pi's USB-C socket runs the Pi, but mains shows as lost and nothing charges.",
  "A Pi 5 needs POWER_OFF_ON_HALT=1 in its EEPROM: otherwise the halted Pi keeps draining the cells and does not come back with the mains.",
] as const;

const underPi5 = "Sits under a Pi 5 on pogo pins; no other Pi fits.";
const onHeader =
  "Sits on the 40-pin header of a Pi 5, with one pogo pin for the power button; no other Pi fits.";

const models: readonly Model[] = [
  {
    id: "x1200",
    model: "X1200",
    cells: "Takes two 18650 cells in parallel, supplied by the user.",
    sources: ["wiki.geekworm.com/X1200_Hardware"],
  },
  {
    id: "x1201",
    model: "X1201",
    cells: "Takes two 18650 cells in parallel, supplied by the user.",
    sources: ["suptronics.com, page x1201-v1.1_hardware.html"],
  },
  {
    id: "x1202",
    model: "X1202",
    cells: "Takes four 18650 cells in parallel, supplied by the user.",
    sources: [],
  },
  {
    id: "x1203",
    model: "X1203",
    cells: "Takes an external Li-ion battery of one cell in series, supplied by the user.",
    sources: [],
  },
  {
    id: "x1205",
    model: "X1205",
    cells: "Takes two 21700 cells in parallel, supplied by the user.",
    sources: [],
  },
  {
    id: "x1206",
    model: "X1206",
    cells: "Takes four 21700 cells in parallel, supplied by the user.",
    sources: ["https://github.com/mor-lock/x120x-dkms (docs/battery-profiles.md: measured on an X1206)"],
  },
  {
    id: "x1207",
    model: "X1207",
    cells: "Takes one 21700 cell, supplied by the user; it can be fed over Ethernet (PoE).",
    connection: [onHeader],
    sources: ["suptronics.com, page x1207-v1.2_hardware.html"],
  },
  {
    id: "x1208",
    model: "X1208",
    cells:
      "Takes one 21700 cell, supplied by the user; it carries an NVMe disk, whose current shortens the runtime.",
    connection: [onHeader],
    sources: ["suptronics.com, hardware page of the X1208"],
  },
  {
    id: "x1209",
    model: "X1209",
    cells: "Takes an external Li-ion battery of one cell in series, supplied by the user.",
    connection: [
      "Sits on the 40-pin header and works with a Pi 5, 4B, 3B+ and 3B; the EEPROM settings below are those of a Pi 5.",
      "Is fed with 5 V and 5 A over USB-C, or with 6 to 18 V over its DC jack.",
    ],
    sources: ["suptronics.com, page x1209-v1.0_hardware.html"],
  },
];

function toBoard(model: Model): Board {
  return {
    id: model.id,
    name: `Geekworm ${model.model}`,
    manufacturer: "Geekworm",
    model: model.model,
    confidence: "documented",
    i2cBus: 1,
    chips: [{ chip: "max17043", address: 0x36 }],
    lines: {
      acPresent: { bcm: 6, trueWhen: "high", bias: "pull_up" },
      chargeAllowed: { bcm: 16, trueWhen: "low" },
    },
    battery: { chemistry: "li_ion", cellsInSeries: 1, typicalCapacityMah: null },
    limits: { batteryMa: null, outputMa: null },
    senses: ["ac", "voltage", "charge", "charging"],
    switches: ["allow_charge"],
    quirks: [model.cells, ...(model.connection ?? [underPi5]), ...familyQuirks],
    unverified: [],
    sources: [...model.sources, ...familySources],
  };
}

/** X1200 to X1209 (there is no X1204), in the order of their numbers. */
export const geekwormX120x: readonly Board[] = models.map(toBoard);
