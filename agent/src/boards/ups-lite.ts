// The UPS-Lite of XiaoJ for the Pi Zero: a small LiPo pack and a fuel gauge, which differs between the versions.
// Nothing here was tried by this project; the pin is known from one user's report.
import type { Board } from "./board.ts";

const detectionPin =
  "GPIO4 is high while an adapter is plugged in: the maker said so and one user saw it, nobody measured the level.";

const quirks = [
  "The fuel gauge has no current, temperature or charging flag: charging is derived from mains and trend.",
  "The adapter pin is connected only once its solder bridge on the board is closed; until then mains shows as lost.",
  "GPIO4 is also the usual pin of one-wire sensors (dtoverlay=w1-gpio): both at once cannot work.",
] as const;

/** UPS-Lite v1.1 with a MAX17040. */
export const upsLiteV11: Board = {
  id: "ups_lite_v1_1",
  name: "UPS-Lite v1.1",
  manufacturer: "XiaoJ",
  model: "UPS-Lite v1.1",
  confidence: "experimental",
  i2cBus: 1,
  chips: [{ chip: "max17040", address: 0x36 }],
  lines: { acPresent: { bcm: 4, trueWhen: "high", bias: "pull_down" } },
  battery: { chemistry: "li_ion", cellsInSeries: 1, typicalCapacityMah: 1000 },
  limits: { batteryMa: null, outputMa: null },
  senses: ["ac", "voltage", "charge", "charging"],
  switches: [],
  quirks,
  unverified: [detectionPin, "The pack's 1000 mAh are the seller's figure."],
  sources: [
    "https://github.com/davidem/UPS-Lite (README: dump of the gauge's registers)",
    "https://sambriggs.dev/posts/detector-dag/power-detection (the adapter pin and its solder bridge)",
    "MAX17040/MAX17041 datasheet, register summary",
  ],
};

/** UPS-Lite v1.3 with a CW2015. */
export const upsLiteV13: Board = {
  id: "ups_lite_v1_3",
  name: "UPS-Lite v1.3",
  manufacturer: "XiaoJ",
  model: "UPS-Lite v1.3",
  confidence: "experimental",
  i2cBus: 1,
  chips: [{ chip: "cw2015", address: 0x62 }],
  lines: { acPresent: { bcm: 4, trueWhen: "high", bias: "pull_down" } },
  battery: { chemistry: "li_ion", cellsInSeries: 1, typicalCapacityMah: 1000 },
  limits: { batteryMa: null, outputMa: null },
  senses: ["ac", "voltage", "charge", "charging"],
  switches: [],
  quirks: [
    ...quirks,
    "The gauge may sleep after power-on, and then its figures stand still: the agent says so with the command that wakes it, and never writes to it.",
    "Carbon dioxide sensors (SCD4x) use the address 0x62 as well.",
  ],
  unverified: [
    detectionPin,
    "The pack's 1000 mAh are the seller's figure.",
    "That the gauge sleeps after power-on.",
  ],
  sources: [
    "https://github.com/linshuqin329/UPS-Lite (UPS-Lite_V1.3_CW2015/UPS_Lite_V1.3_CW2015.py)",
    "Linux drivers/power/supply/cw2015_battery.c",
  ],
};

/** Both versions, in the order of their numbers. */
export const upsLite: readonly Board[] = [upsLiteV11, upsLiteV13];
