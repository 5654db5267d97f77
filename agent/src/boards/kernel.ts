// Machines on which a kernel driver owns the board's chips: what it shows under /sys/class/power_supply is the board.
import type { Board } from "./board.ts";

/** Any board behind kernel drivers that show a battery and a mains supply, such as x120x-dkms. */
export const kernelBoards: readonly Board[] = [
  {
    id: "kernel",
    name: "Board behind a kernel driver",
    manufacturer: "Linux",
    model: "power_supply",
    confidence: "documented",
    i2cBus: 1,
    chips: [{ chip: "power_supply", battery: null, mains: null }],
    lines: {},
    battery: { chemistry: "li_ion", cellsInSeries: 1, typicalCapacityMah: null },
    limits: { batteryMa: null, outputMa: null },
    senses: ["ac", "voltage", "charge", "charging"],
    switches: [],
    quirks: [
      "For x120x-dkms and every other driver that shows a battery and a supply of type Mains or USB; batteries of mice and headsets (scope Device) are left out.",
      "A gauge driver alone (max17040, max17048) shows no mains: describe the board under own_boards with chip power_supply and its mains pin.",
      "Percent and status are what the driver makes of them; the agent does not touch the chip.",
      "For a pack with cells in series, describe it under own_boards with cells_in_series.",
    ],
    unverified: [],
    sources: [
      "Linux, Documentation/ABI/testing/sysfs-class-power",
      "https://github.com/mor-lock/x120x-dkms (README.md)",
    ],
  },
];
