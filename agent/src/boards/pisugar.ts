// PiSugar's boards: the 2 and 2 Pro are a power chip on the bus, the 3 has a controller.
// The registers are those of the maker's datasheets and program; nothing here was tried by this project.
import type { Board } from "./board.ts";

const sources2 = [
  "https://github.com/PiSugar/pisugar-power-manager-rs (pisugar-core/src/ip5209.rs, ip5312.rs)",
  "https://docs.pisugar.com/docs/product-wiki/battery/pisugar2/pisugar-2-i2c",
] as const;

const quirks2 = [
  "It measures voltage and current only: the percent is the agent's estimate.",
  "Mains is shown by boards with two LEDs only, and only after the maker's pisugar-server was started once since the board had power: it sets up the chip's pins, which the agent does not.",
  "Stop the maker's service while the agent runs (sudo systemctl disable --now pisugar-server): both act on the same chip.",
  "The agent never writes to the power chip: it can neither forbid charging nor cut the power.",
  "Its clock (SD3078 at 0x32) is not used: wake-ups are set with the maker's program.",
] as const;

const unverified2 = [
  "That a positive battery current means charging.",
  "That no other chip at 0x75 looks like this one: it has no identity on the bus.",
] as const;

const pisugar2: Board = {
  id: "pisugar2",
  name: "PiSugar 2",
  manufacturer: "PiSugar",
  model: "PiSugar 2",
  confidence: "experimental",
  i2cBus: 1,
  chips: [{ chip: "ip5209", address: 0x75 }],
  lines: {},
  battery: { chemistry: "li_ion", cellsInSeries: 1, typicalCapacityMah: 1200 },
  limits: { batteryMa: null, outputMa: null },
  senses: ["ac", "voltage", "charge", "current", "charging"],
  switches: [],
  quirks: [...quirks2],
  unverified: [
    ...unverified2,
    "That the chip's voltage counts below 2600 mV when its sign bit is set; the maker's program adds there.",
    "That the battery sold with it has 1200 mAh.",
  ],
  sources: [...sources2],
};

const pisugar2Pro: Board = {
  id: "pisugar2_pro",
  name: "PiSugar 2 Pro",
  manufacturer: "PiSugar",
  model: "PiSugar 2 Pro",
  confidence: "experimental",
  i2cBus: 1,
  chips: [{ chip: "ip5312", address: 0x75 }],
  lines: {},
  battery: { chemistry: "li_ion", cellsInSeries: 1, typicalCapacityMah: 5000 },
  limits: { batteryMa: null, outputMa: null },
  senses: ["ac", "voltage", "charge", "current", "charging"],
  switches: [],
  quirks: [...quirks2],
  unverified: [
    ...unverified2,
    "That register 0xDD shows the plug: the maker's manual calls it charging, his program plugged in.",
    "That the battery sold with it has 5000 mAh.",
  ],
  sources: [...sources2],
};

const pisugar3: Board = {
  id: "pisugar3",
  name: "PiSugar 3",
  manufacturer: "PiSugar",
  model: "PiSugar 3",
  confidence: "experimental",
  i2cBus: 1,
  chips: [{ chip: "pisugar3", address: 0x57 }],
  lines: {},
  battery: { chemistry: "li_ion", cellsInSeries: 1, typicalCapacityMah: null },
  limits: { batteryMa: null, outputMa: 3000 },
  senses: ["ac", "voltage", "charge", "charging", "temperature", "overcurrent"],
  switches: ["allow_charge", "power_cut", "restart_on_mains", "wake_at"],
  quirks: [
    "The same for PiSugar 3 (1200 mAh), 3 Plus (5000 mAh) and 3 Air (a cell of your own): set capacity_mah.",
    "The limit of the output is the Plus's 3 A; the others give 2.5 A: set overcurrent_a there.",
    "Of the custom button a long tap means power off, a double tap reboot and a single tap nothing.",
    "The power button cuts the power at once after two seconds, until soft power-off is set; then it asks, and the agent powers the Pi off. The board forgets that at each start, so set it at each boot: i2cset -y 1 0x57 0x0B 0x29; i2cset -y -m 0x10 1 0x57 0x03 0x10; i2cset -y 1 0x57 0x0B 0x00",
    "Stop the maker's service (sudo systemctl disable --now pisugar-server): it takes the presses away.",
    "A power cut waits 255 s at most and needs firmware 1.0.6. Without one, or a power-off at its button, the halted Pi goes on drawing from the battery.",
    "Its alarm has a time of day and no date: it can be set one day ahead, and comes every day until it is switched off.",
    "The temperature is that of the controller's chip, next to a charger that may get 80 °C hot: raise temperature_high_c where that is a false alarm.",
    "With the board's charging protection on it charges to about 80 %, so the battery never gets full.",
    "Memory chips beside clocks (AT24C32 on DS3231 modules) use the same address 0x57; the board can be moved to another one (register 0x50).",
    "It measures the output current and not the battery's; charging is derived from the trend.",
  ],
  unverified: [
    "That the percent of register 0x2A is as good as the maker's program's own, which it computes from the voltage.",
    "That a power cut which counts down is called off by setting the bit again that began it.",
    "That the alarm counts from the clock in registers 0x35 to 0x37.",
  ],
  sources: [
    "https://docs.pisugar.com/docs/product-wiki/battery/pisugar3/pisugar-3-i2c (the maker's I2C datasheet)",
    "https://github.com/PiSugar/pisugar-power-manager-rs (pisugar-core/src/pisugar3.rs, scripts/PiSugar3_DelayedShutdown.sh, pisugar-module/pisugar-3)",
  ],
};

/** All of them, in the order of the docs. */
export const pisugar: readonly Board[] = [pisugar2, pisugar2Pro, pisugar3];
