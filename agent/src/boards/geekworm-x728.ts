// The X728, X708 and X729 of Geekworm: a gauge, a button controller that cuts the Pi's power, and mains the other way round
// than on the X120x. Their pins moved between revisions, so the revision is part of the id.
// Everything here is from the vendor's scripts and pages; no model was tried by this project.
import type { Board } from "./board.ts";
import type { BoardLines } from "./lines.ts";

interface Model {
  readonly id: string;
  readonly model: string;
  /** The cells that the board takes, in words. */
  readonly cells: string;
  readonly powerCutBcm: 13 | 26;
  readonly has: readonly ("clock" | "buzzer" | "charge_line")[];
  readonly quirks: readonly string[];
  readonly unverified: readonly string[];
  readonly sources: readonly string[];
}

const x728Script = "https://github.com/geekworm-com/x728-script (xPWR.sh, xSoft.sh, sample/*.py)";
const x728ByRevision =
  "https://github.com/geekworm-com/x728 (x728-v1.0.sh for V1.2 and V1.3, x728-v2.0.sh for V2.0)";
const x728Wiki = "wiki.geekworm.com/X728 and wiki.geekworm.com/X728-hardware";

const familyQuirks = [
  "GPIO6 is high when mains is LOST, the opposite of the X120x. One test script of the vendor has it the other way round; all others agree.",
  "Mains is told only where the jumper PLD is fitted, on boards that have it; without it mains can show as lost.",
  "After a shutdown the board goes on giving 5 V and drains the cells, unless it was told to cut the power: the pulse of the power cut does that.",
  "The power cut is the software's press of the board's button: the board then asks the system to go down over GPIO5, and cuts the power once GPIO12 has fallen. The order is inferred from the vendor's scripts.",
  "GPIO12 says that the system is up. The agent drives it high and leaves it high when it stops, because its fall is taken for the end of the system.",
  "The board's button: 1 to 2 s reboots, 3 to 7 s shuts down, more than 8 s cuts the power at once.",
  "The vendor's services x728-pwr, xPWR.sh and the like do the same on GPIO5 and GPIO12: disable them.",
  "With the jumper AON fitted the board starts the Pi when mains comes back.",
] as const;

const models: readonly Model[] = [
  {
    id: "x728_v1_3",
    model: "X728 V1.2 or V1.3",
    cells: "Takes two 18650 cells in parallel, supplied by the user.",
    powerCutBcm: 13,
    has: ["clock"],
    quirks: [],
    unverified: [],
    sources: [x728Script, x728ByRevision, x728Wiki],
  },
  {
    id: "x728_v2_0",
    model: "X728 V2.0",
    cells: "Takes two 18650 cells in parallel, supplied by the user.",
    powerCutBcm: 26,
    has: ["clock"],
    quirks: [],
    unverified: [
      "The power-off pin: the vendor's script for V2.0 drives GPIO26, and its wiki says that V2.0 moved there from GPIO13; a comment in the battery samples, which drive no pin, counts V2.0 with GPIO13.",
    ],
    sources: [x728Script, x728ByRevision, x728Wiki],
  },
  {
    id: "x728_v2_1",
    model: "X728 V2.1, V2.2 or V2.3",
    cells: "Takes two 18650 cells in parallel, supplied by the user.",
    powerCutBcm: 26,
    has: ["clock", "buzzer"],
    quirks: [],
    unverified: [],
    sources: [x728Script, x728Wiki],
  },
  {
    id: "x728_v2_5",
    model: "X728 V2.5",
    cells: "Takes two 18650 cells in parallel, supplied by the user.",
    powerCutBcm: 26,
    has: ["clock", "buzzer", "charge_line"],
    quirks: [
      "GPIO16 is an input of the board and an output of the Pi: reading it back as an input would release it, so it is not read.",
    ],
    unverified: [],
    sources: [x728Script, x728Wiki],
  },
  {
    id: "x708",
    model: "X708",
    cells: "Takes two 18650 cells in parallel, supplied by the user.",
    powerCutBcm: 13,
    has: [],
    quirks: [
      "It does not support a Pi 5.",
      "GPIO16 sets the fan's speed and is left alone.",
      "V1.0 has a jumper ASD, with which the board cuts the power by itself at 3 V; V1.2 has none.",
    ],
    unverified: [],
    sources: [
      "https://github.com/geekworm-com/x708v2 (raspberry-pi-os/pld.py, pwr.sh)",
      "https://github.com/geekworm-com/x708-script (x708-softsd.sh)",
      "wiki.geekworm.com/X708-Hardware",
    ],
  },
  {
    id: "x729",
    model: "X729",
    cells: "Takes Li-ion cells in parallel, supplied by the user.",
    powerCutBcm: 26,
    has: ["clock"],
    quirks: ["Buzzer and fan pins are not known for sure, so that they are left alone."],
    unverified: [
      "The clock at 0x68: named in a list of the family, in no script for this model.",
      "How many cells the board takes.",
    ],
    sources: ["https://github.com/geekworm-com/X729 (pld.py, pwr.sh for V1.3)"],
  },
];

function linesOf({ powerCutBcm, has }: Model): BoardLines {
  return {
    acPresent: { bcm: 6, trueWhen: "low", bias: "pull_up" },
    ...(has.includes("charge_line") ? { chargeAllowed: { bcm: 16, trueWhen: "low" } } : {}),
    button: { bcm: 5, trueWhen: "high", bias: "pull_down", rebootFromMs: 200, powerOffFromMs: 600 },
    // The scripts of the vendor hold it for 2, 3 or 4 s.
    powerCut: { bcm: powerCutBcm, trueWhen: "high", pulseMs: 3000 },
    bootOk: { bcm: 12, trueWhen: "high" },
    ...(has.includes("buzzer") ? { buzzer: { bcm: 20, trueWhen: "high" } } : {}),
  };
}

function toBoard(model: Model): Board {
  const { has } = model;
  return {
    id: model.id,
    name: `Geekworm ${model.model}`,
    manufacturer: "Geekworm",
    model: model.model,
    confidence: model.unverified.length === 0 ? "documented" : "experimental",
    i2cBus: 1,
    chips: [
      { chip: "max17043", address: 0x36 },
      ...(has.includes("clock") ? [{ chip: "ds1307", address: 0x68 } as const] : []),
    ],
    lines: linesOf(model),
    battery: { chemistry: "li_ion", cellsInSeries: 1, typicalCapacityMah: null },
    limits: { batteryMa: null, outputMa: null },
    senses: ["ac", "voltage", "charge", "charging"],
    switches: [
      ...(has.includes("charge_line") ? (["allow_charge"] as const) : []),
      "power_cut",
      ...(has.includes("buzzer") ? (["buzzer"] as const) : []),
    ],
    quirks: [model.cells, ...model.quirks, ...familyQuirks],
    unverified: model.unverified,
    sources: [...model.sources, "MAX17043/MAX17044 datasheet, register summary"],
  };
}

/** The X728 by revision, then X708 and X729. */
export const geekwormX728: readonly Board[] = models.map(toBoard);
