// Waveshare's boards: four with a current sensor and nothing that tells mains, two with a controller.
// The address 0x36 that some pages name for them belongs to no board of Waveshare. Nothing here was tried by this project.
import type { Board, ChipUse } from "./board.ts";

/** As the vendor's demos set the sensor: ranges, averaging and resolution. */
const sensors = {
  /** 32 V, ±320 mV over 0.1 Ohm, 0.1 mA. */
  wide: { shuntOhm: 0.1, currentLsbUa: 100, configWord: 0x3eef },
  /** 16 V, ±80 mV over 0.01 Ohm; the demo rounds to 0.1524 mA, but this is the step that its calibration 26868 gives. */
  strong: { shuntOhm: 0.01, currentLsbUa: 152.448, configWord: 0x0eef },
} as const;

/** On battery even an idle Pi Zero takes 100 mA; a full battery on mains sits near 0. */
const mainsByCurrent = { lostBelowMa: -100, presentAboveMa: -60 } as const;

function sensor(kind: keyof typeof sensors, address: number, invertCurrent = false): ChipUse {
  return {
    chip: "ina219",
    address,
    measures: "battery",
    ...sensors[kind],
    invertCurrent,
    deadBandMa: 25,
    mains: mainsByCurrent,
  };
}

const vendorSources = [
  "https://www.waveshare.com/wiki/UPS_HAT and the pages of its variants (vendor's INA219.py)",
  "https://github.com/uvjim/rpi_waveshare_ups",
  "https://github.com/odya/hass-ina219-ups-hat (issues 7, 8, 27 and 30)",
  "TI INA219 datasheet (SBOS448)",
] as const;

const sensorQuirks = [
  "It cannot tell mains: that is derived from the direction of the battery current (lost below -100 mA, present above -60 mA), and an outage of a Pi that takes less than that is not seen.",
  "The percent is the agent's estimate from voltage and current; the vendor's demo takes a straight line between 3.0 and 4.2 V per cell, which is up to 25 points off.",
  "A current beyond the sensor's range is shown as the end of the range, which is above the limit: 3.2 A over 0.1 Ohm, 8 A over 0.01 Ohm.",
  "The agent sets the sensor as the vendor's demo does, so both can run; a program that sets it otherwise shows wrong currents, and the agent says so when it finds its settings changed again and again.",
  "It has no register that cuts the power or starts the Pi: after a shutdown it goes on giving 5 V until the battery is empty.",
] as const;

const limitUnverified =
  "The vendor names no limit for the battery current; the limit here is what the sensor can measure.";

interface SensorBoard {
  readonly id: string;
  readonly model: string;
  readonly kind: keyof typeof sensors;
  readonly address: number;
  readonly cellsInSeries: number;
  readonly quirk: string;
  readonly unverified: readonly string[];
}

const sensorBoards: readonly SensorBoard[] = [
  {
    id: "waveshare_ups_hat_a",
    model: "UPS HAT",
    kind: "wide",
    address: 0x42,
    cellsInSeries: 2,
    quirk: "Two 18650 cells in series, supplied by the user: the pack has up to 8.4 V.",
    unverified: [limitUnverified],
  },
  {
    id: "waveshare_ups_hat_b",
    model: "UPS HAT (B)",
    kind: "wide",
    address: 0x42,
    cellsInSeries: 2,
    quirk: "Two 18650 cells in series, supplied by the user: the pack has up to 8.4 V.",
    unverified: [limitUnverified],
  },
  {
    id: "waveshare_ups_hat_c",
    model: "UPS HAT (C)",
    kind: "strong",
    address: 0x43,
    cellsInSeries: 1,
    quirk: "For the Pi Zero, with a flat cell of its own.",
    unverified: [limitUnverified],
  },
  {
    id: "waveshare_ups_module_3s",
    model: "UPS Module 3S",
    kind: "strong",
    address: 0x41,
    cellsInSeries: 3,
    quirk: "Three 18650 cells in series, supplied by the user: the pack has up to 12.6 V.",
    unverified: [
      limitUnverified,
      "The direction in which the current counts was read in the vendor's demo and not confirmed.",
    ],
  },
];

function sensorBoard({ id, model, kind, address, cellsInSeries, quirk, unverified }: SensorBoard): Board {
  return {
    id,
    name: `Waveshare ${model}`,
    manufacturer: "Waveshare",
    model,
    confidence: "experimental",
    i2cBus: 1,
    chips: [sensor(kind, address)],
    lines: {},
    battery: {
      chemistry: "li_ion",
      cellsInSeries,
      typicalCapacityMah: id === "waveshare_ups_hat_c" ? 1000 : null,
    },
    limits: { batteryMa: kind === "wide" ? 3000 : 4800, outputMa: null },
    senses: ["ac", "voltage", "charge", "current", "charging", "overcurrent"],
    switches: [],
    quirks: [quirk, ...sensorQuirks],
    unverified,
    sources: vendorSources,
  };
}

const hatD: Board = {
  id: "waveshare_ups_hat_d",
  name: "Waveshare UPS HAT (D)",
  manufacturer: "Waveshare",
  model: "UPS HAT (D)",
  confidence: "experimental",
  i2cBus: 1,
  chips: [sensor("strong", 0x43, true), { chip: "waveshare_ups_hat_d_mcu", address: 0x2d }],
  lines: {},
  battery: { chemistry: "li_ion", cellsInSeries: 1, typicalCapacityMah: null },
  limits: { batteryMa: 4800, outputMa: null },
  senses: ["ac", "voltage", "charge", "current", "charging", "overcurrent"],
  switches: ["restart_on_mains"],
  quirks: [
    "Takes one 21700 cell, supplied by the user.",
    "The sensor counts a charging current as negative; the agent turns it round.",
    "restart_on_mains arms the controller once: about 30 s later it watches the charger and wakes the Pi by pulling GPIO3 low, so the Pi must be off by then. It cannot be called off.",
    ...sensorQuirks.slice(0, -1),
  ],
  unverified: [
    limitUnverified,
    "What the controller's other registers mean: published bit maps are guesses, and none is used.",
    "That the controller took the arming: nobody says whether its register can be read back, so it is not.",
  ],
  sources: [...vendorSources, "https://www.waveshare.com/wiki/UPS_HAT_(D)"],
};

const hatE: Board = {
  id: "waveshare_ups_hat_e",
  name: "Waveshare UPS HAT (E)",
  manufacturer: "Waveshare",
  model: "UPS HAT (E)",
  confidence: "experimental",
  i2cBus: 1,
  chips: [{ chip: "waveshare_ups_hat_e", address: 0x2d }],
  lines: {},
  battery: { chemistry: "li_ion", cellsInSeries: 4, typicalCapacityMah: null },
  limits: { batteryMa: null, outputMa: null },
  senses: ["ac", "voltage", "charge", "current", "charging"],
  switches: ["power_cut"],
  quirks: [
    "Takes four 21700 cells in series, supplied by the user; the weakest cell counts for the voltage limits.",
    "The power cut comes about 30 s after it was armed, whatever time is asked for, and cannot be called off; a reboot in between loses its power too. When the input is back, the board starts the Pi.",
    "When its controller has lost the gauge, the battery's figures are refused; when it has lost the charger chip, mains is unknown unless the battery is drained.",
    "The vendor's demo shows the bit for a present input as 'Discharge', which is wrong.",
    "The board cuts off by itself at about 3.2 V per cell.",
  ],
  unverified: [
    "That the registers 0x00 to 0x03 can be read in one transfer; published programs do that with the blocks at 0x10, 0x20 and 0x30.",
    "That mains and charging come from the charger chip and the battery's figures from the gauge, and are old without it.",
    "What a power cut does while the input is fed: published programs make it on battery only.",
  ],
  sources: [
    "https://www.waveshare.com/wiki/UPS_HAT_(E)_Register",
    "https://github.com/int08h/waveshare-ups-hat-e (src/registers.rs)",
    "https://github.com/CLusth/ups_hat_e (README.md)",
  ],
};

/** All of them, in the order of their letters. */
export const waveshare: readonly Board[] = [
  ...sensorBoards.slice(0, 3).map(sensorBoard),
  hatD,
  hatE,
  ...sensorBoards.slice(3).map(sensorBoard),
];
