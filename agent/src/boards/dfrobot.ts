// DFRobot's UPS HATs for the Pi and the Pi Zero: one interface, a gauge behind a microcontroller, nothing else.
// The registers are the maker's; nothing here was tried by this project.
import type { Board } from "./board.ts";

const dfrobotUpsHat: Board = {
  id: "dfrobot_ups_hat",
  name: "DFRobot UPS HAT",
  manufacturer: "DFRobot",
  model: "DFR0494 and DFR0528",
  confidence: "documented",
  i2cBus: 1,
  chips: [{ chip: "dfrobot_ups", address: 0x10 }],
  lines: {},
  battery: { chemistry: "li_ion", cellsInSeries: 1, typicalCapacityMah: null },
  limits: { batteryMa: null, outputMa: null },
  senses: ["voltage", "charge"],
  switches: [],
  quirks: [
    "It cannot see mains, so nothing shuts the Pi down for an outage: it shows the battery and warns.",
    "It gives 2 A at most; the maker says that it is not for a Pi 5, and one of its pages names the Pi 3B+ as well.",
    "Register 0x00 changes the HAT's address: no program should write to it by guess.",
  ],
  unverified: [],
  sources: [
    "https://wiki.dfrobot.com/Raspberry_Pi_UPS_HAT_SKU_DFR0494",
    "https://wiki.dfrobot.com/UPS%20HAT%20for%20Raspberry%20Pi%20%20Zero%20%20SKU%3A%20DFR0528",
    "https://pypi.org/project/DFRobotUPS (ups.py)",
  ],
};

/** All of them, in the order of the docs. */
export const dfrobot: readonly Board[] = [dfrobotUpsHat];
