// The X120x family of Geekworm (SupTronics): one software interface for all models, different cells.
// Everything here is from the vendor's scripts and pages; no model was tried by this project.
import type { Board } from "./board.ts";

interface Model {
  readonly id: string;
  readonly model: string;
  /** The cells that the board takes, in words. */
  readonly cells: string;
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
    quirks: [model.cells, ...familyQuirks],
    unverified: [],
    sources: [...model.sources, ...familySources],
  };
}

/** X1200, X1201, X1202, X1203, X1205 and X1206, in the order of their numbers. */
export const geekwormX120x: readonly Board[] = models.map(toBoard);
