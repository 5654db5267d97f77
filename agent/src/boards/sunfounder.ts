// SunFounder's boards with their power controller (SPC): PiPower 3, PiPower 5 and Pironman U1.
// The registers are the maker's; nothing here was tried by this project.
import type { Board } from "./board.ts";

const requestQuirk =
  "The board asks for a shutdown in a register whose meaning its maker's own papers contradict: any new request counts as a press of power off, and no cause is told.";
const currentQuirk =
  "The maker's programs disagree about the sign of the battery current: its direction is taken from the board's flags (supplying, charging).";
const inputQuirk =
  "The board tells when a plugged-in supply is too weak and the battery has to help; that is shown as a fault, not as an outage.";
const cutQuirk =
  "With its SDSIG jumper set the board cuts the power by itself when the Pi has halted; without it the halted Pi drains the battery.";

const spcSources = [
  "https://github.com/sunfounder/spc (spc_data_buffer_sheet.md, spc/spc.py, spc/devices.py, spc/i2c.py)",
] as const;

const cellsUnproved =
  "The two cells' own voltages (registers 21 and 23) are in the sheet only: they are used while their sum fits the pack.";
const batteryFlagUnproved =
  "The battery-plugged flag (register 17) is in the sheet only: it counts after it has been seen set.";

const pipower3: Board = {
  id: "pipower3",
  name: "SunFounder PiPower 3",
  manufacturer: "SunFounder",
  model: "PiPower 3",
  confidence: "experimental",
  i2cBus: 1,
  chips: [{ chip: "sunfounder_spc", address: 0x5b, access: "window", has: ["shutdown_request"] }],
  lines: {},
  battery: { chemistry: "li_ion", cellsInSeries: 2, typicalCapacityMah: 2000 },
  limits: { batteryMa: null, outputMa: null },
  senses: ["ac", "voltage", "charge", "charging", "dc_out"],
  switches: [],
  quirks: [requestQuirk, inputQuirk, cutQuirk],
  unverified: [
    "The pack is taken to be the maker's usual two cells of 2000 mAh in series.",
    cellsUnproved,
    batteryFlagUnproved,
  ],
  sources: [
    ...spcSources,
    "https://docs.sunfounder.com/projects/pipower3/en/latest/hardware_introduction.html",
  ],
};

const pipower5: Board = {
  id: "pipower5",
  name: "SunFounder PiPower 5",
  manufacturer: "SunFounder",
  model: "PiPower 5",
  confidence: "experimental",
  i2cBus: 1,
  chips: [
    {
      chip: "sunfounder_spc",
      address: 0x5c,
      access: "window",
      boardId: 2602,
      has: ["currents", "shutdown_request", "buzzer"],
    },
  ],
  lines: {},
  battery: { chemistry: "li_ion", cellsInSeries: 2, typicalCapacityMah: 2000 },
  limits: { batteryMa: null, outputMa: null },
  senses: ["ac", "voltage", "charge", "current", "charging", "dc_out"],
  switches: ["buzzer"],
  quirks: [requestQuirk, currentQuirk, inputQuirk, cutQuirk],
  unverified: [
    cellsUnproved,
    batteryFlagUnproved,
    "That register 10 holds the size of the battery current in both directions.",
  ],
  sources: [
    ...spcSources,
    "https://github.com/sunfounder/pipower5 (pipower5/pipower5.py, pipower5_service.py, battery_device.py)",
    "https://docs.sunfounder.com/projects/pipower5/en/latest/pipower_hat.html",
  ],
};

const pironmanU1: Board = {
  id: "pironman_u1",
  name: "SunFounder Pironman U1",
  manufacturer: "SunFounder",
  model: "Pironman U1",
  confidence: "experimental",
  i2cBus: 1,
  chips: [
    { chip: "sunfounder_spc", address: 0x5a, access: "esp32", has: ["currents", "remaining_mah", "fan"] },
  ],
  lines: {},
  battery: { chemistry: "li_ion", cellsInSeries: 2, typicalCapacityMah: 2000 },
  limits: { batteryMa: null, outputMa: null },
  senses: ["ac", "voltage", "charge", "current", "charging", "dc_out"],
  switches: [],
  quirks: [
    "The board cannot be asked for anything without a write, and looking for boards never writes: at 0x5A it only finds that something answers. Infrared thermometers (MLX90614) and touch sensors (MPR121) use the same address.",
    "Another program that reads the board at the same time takes bytes away from this one: stop the maker's service.",
    currentQuirk,
    inputQuirk,
  ],
  unverified: [
    cellsUnproved,
    batteryFlagUnproved,
    "That register 10 holds the size of the battery current in both directions.",
    "That register 8 holds the voltage of both cells in series.",
  ],
  sources: [...spcSources, "https://github.com/sunfounder/pironman-u1 (docs/source/hardware/main_board.rst)"],
};

/** All of them, in the order of the docs. */
export const sunfounder: readonly Board[] = [pipower3, pipower5, pironmanU1];
