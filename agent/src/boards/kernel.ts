// Machines on which a kernel driver owns the board's chips: what it shows under /sys/class/power_supply is the board.
// Where the kernel only shows a sensor (ina2xx), the board is described under own_boards, with its chip's `access: hwmon`.
import type { Board } from "./board.ts";

/** x120x-dkms by its names, with its charger; and any other driver that shows a battery and a mains supply. */
export const kernelBoards: readonly Board[] = [
  {
    id: "kernel_x120x",
    name: "Geekworm X120x behind x120x-dkms",
    manufacturer: "Geekworm",
    model: "X120x",
    confidence: "experimental",
    i2cBus: 1,
    chips: [{ chip: "power_supply", battery: "x120x-battery", mains: "x120x-ac", charger: "x120x-charger" }],
    lines: {},
    battery: { chemistry: "li_ion", cellsInSeries: 1, typicalCapacityMah: null },
    limits: { batteryMa: null, outputMa: null },
    senses: ["ac", "voltage", "charge", "charging"],
    switches: ["allow_charge"],
    quirks: [
      "The driver owns the gauge, GPIO6 and GPIO16: without it choose the board itself, for example x1201.",
      "Its status follows from mains and percent, and its current is computed from the percent: the agent shows no current.",
      "Charging is stopped by the driver's mode Long Life with limits of 0 and 1 %, and allowed by its mode Fast; its limits are given back then. The driver's udev rule keeps the mode over a restart, not the limits.",
      "Writing to the charger needs root, or a udev rule for /sys/class/power_supply/x120x-charger.",
      "The driver can switch the Pi off by itself: at 3.1 V on battery, and through UPower at 2 %. The agent's limits lie above both.",
      "It is one driver for X728, X708 and X729 too, and takes GPIO6 high for mains there, which the vendor contradicts: on those, read the board without it.",
    ],
    unverified: ["Everything about the driver is read in its sources; nobody has tried it with this agent."],
    sources: ["https://github.com/mor-lock/x120x-dkms (README.md, src/x120x.c)"],
  },
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
      "For every driver that shows a battery and a supply of type Mains or USB; batteries of mice and headsets (scope Device) are left out. Of several batteries the first by name is read, and any supply that is online counts as mains: to choose, describe the board under own_boards with chip power_supply and the names in battery and mains.",
      "A gauge driver alone (max17040, max17048) shows no mains: describe the board under own_boards with chip power_supply and its mains pin.",
      "A current sensor behind the kernel's ina2xx driver is no battery to the kernel: describe the board under own_boards as `pi-ups boards waveshare_ups_hat_b --yaml` prints it, with access: hwmon beside the chip's address. The driver's own shunt_resistor may be wrong (10 mOhm when nobody set it); the board's shunt_ohm counts.",
      "Percent and status are what the driver makes of them; the agent does not touch the chip. A current is shown with has: [current] under own_boards.",
      "For a pack with cells in series, describe it under own_boards with cells_in_series.",
    ],
    unverified: [],
    sources: [
      "Linux, Documentation/ABI/testing/sysfs-class-power and Documentation/hwmon/ina2xx.rst",
      "Linux, drivers/power/supply/max17040_battery.c and drivers/hwmon/ina2xx.c",
    ],
  },
];
