// Adafruit's fuel gauge breakouts: a gauge beside a battery and charger of the user's own, without any pin to the Pi.
// Nothing here was tried by this project.
import type { Board } from "./board.ts";

/** MAX17048 breakout (product 5580): the gauge alone. */
const adafruitMax17048: Board = {
  id: "adafruit_max17048",
  name: "Adafruit MAX17048",
  manufacturer: "Adafruit",
  model: "MAX17048 breakout",
  confidence: "documented",
  i2cBus: 1,
  chips: [{ chip: "max17048", address: 0x36 }],
  lines: {},
  battery: { chemistry: "li_ion", cellsInSeries: 1, typicalCapacityMah: null },
  limits: { batteryMa: null, outputMa: null },
  senses: ["voltage", "charge", "charging"],
  switches: [],
  quirks: [
    "It cannot see mains, so nothing shuts the Pi down for an outage: it shows the battery and warns.",
    "Charging is the gauge's own estimate from the rate at which the percentage moves: it follows minutes late, and a slow charge below 1 % an hour is not seen.",
    "A calm battery sends the gauge into hibernation, where it looks at the cell every 45 s only.",
    "The gauge is powered by the cell: without a battery it does not answer.",
  ],
  unverified: [],
  sources: [
    "https://github.com/adafruit/Adafruit_CircuitPython_MAX1704x (adafruit_max1704x.py)",
    "MAX17048/MAX17049 datasheet, register summary",
  ],
};

/** LC709203F breakout (product 4712): a gauge with a checksum on the wire and an input for a thermistor. */
const adafruitLc709203f: Board = {
  id: "adafruit_lc709203f",
  name: "Adafruit LC709203F",
  manufacturer: "Adafruit",
  model: "LC709203F breakout",
  confidence: "documented",
  i2cBus: 1,
  chips: [{ chip: "lc709203f", address: 0x0b }],
  lines: {},
  battery: { chemistry: "li_ion", cellsInSeries: 1, typicalCapacityMah: null },
  limits: { batteryMa: null, outputMa: null },
  senses: ["voltage", "charge", "temperature"],
  switches: [],
  quirks: [
    "It cannot see mains, so nothing shuts the Pi down for an outage: it shows the battery and warns.",
    "Its percent means something only after a program has set cell size, profile and initial RSOC (Adafruit's library does); until then the agent uses the voltage and estimates.",
    "Such a program is noticed by profile, alarms or temperature mode that differ from power-on: a cell size set alone is not.",
    "It forgets those settings when the battery is disconnected.",
    "The temperature is the cell's only with a thermistor connected and thermistor mode set; else the Pi's own is shown.",
    "The gauge is powered by the cell: without a battery it does not answer.",
  ],
  unverified: [],
  sources: [
    "https://github.com/adafruit/Adafruit_LC709203F (Adafruit_LC709203F.cpp, .h)",
    "LC709203F datasheet, communication protocol and functions of registers",
  ],
};

/** All of them, in the order of the docs. */
export const adafruit: readonly Board[] = [adafruitMax17048, adafruitLc709203f];
