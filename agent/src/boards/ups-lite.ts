// The UPS-Lite of XiaoJ for the Pi Zero: a small LiPo pack and a fuel gauge, which differs between the versions.
// Everything here is from the maker's scripts and from users; nothing was tried by this project.
import type { Board } from "./board.ts";

interface Version {
  /** As printed on the board. */
  readonly version: "1.1" | "1.2" | "1.3";
  readonly gauge: Board["chips"][number];
  readonly quirks: readonly string[];
  readonly unverified: readonly string[];
  readonly sources: readonly string[];
}

const familyQuirks = [
  "The fuel gauge has no current, temperature or charging flag: charging is derived from mains and trend.",
  "The adapter pin is connected only once its solder bridge on the board is closed; until then mains shows as lost.",
  "GPIO4 is also the usual pin of one-wire sensors (dtoverlay=w1-gpio): both at once cannot work.",
] as const;

const familyUnverified = [
  "GPIO4 is high while an adapter is plugged in: the maker's scripts for V1.2 and V1.3 say so and one user saw it, nobody measured the level.",
  "The pack's 1000 mAh are the maker's figure.",
] as const;

const adapterPinReport =
  "https://sambriggs.dev/posts/detector-dag/power-detection (the adapter pin and its solder bridge)";
const gaugeSheet = "MAX17040/MAX17041 datasheet, register summary";

const versions: readonly Version[] = [
  {
    version: "1.1",
    gauge: { chip: "max17040", address: 0x36 },
    quirks: [],
    unverified: [],
    sources: [
      "https://github.com/davidem/UPS-Lite (README: dump of the gauge's registers)",
      adapterPinReport,
      gaugeSheet,
    ],
  },
  {
    version: "1.2",
    gauge: { chip: "max17040", address: 0x36 },
    quirks: [
      "The maker's script resets the gauge and has it guess the charge anew each time it starts: do not run it beside the agent.",
    ],
    unverified: [],
    sources: [
      "https://github.com/linshuqin329/UPS-Lite (UPS-Lite_V1.2_MAX17040G/UPS_Lite.py)",
      adapterPinReport,
      gaugeSheet,
    ],
  },
  {
    version: "1.3",
    gauge: { chip: "cw2015", address: 0x62 },
    quirks: [
      "The gauge may sleep after power-on, and then its figures stand still: the agent says so with the command that wakes it, and never writes to it.",
      "Carbon dioxide sensors (SCD4x) use the address 0x62 as well.",
    ],
    unverified: ["That the gauge sleeps after power-on."],
    sources: [
      "https://github.com/linshuqin329/UPS-Lite (UPS-Lite_V1.3_CW2015/UPS_Lite_V1.3_CW2015.py)",
      "Linux drivers/power/supply/cw2015_battery.c",
    ],
  },
];

function toBoard({ version, gauge, quirks, unverified, sources }: Version): Board {
  return {
    id: `ups_lite_v${version.replace(".", "_")}`,
    name: `UPS-Lite v${version}`,
    manufacturer: "XiaoJ",
    model: `UPS-Lite v${version}`,
    confidence: "experimental",
    i2cBus: 1,
    chips: [gauge],
    lines: { acPresent: { bcm: 4, trueWhen: "high", bias: "pull_down" } },
    battery: { chemistry: "li_ion", cellsInSeries: 1, typicalCapacityMah: 1000 },
    limits: { batteryMa: null, outputMa: null },
    senses: ["ac", "voltage", "charge", "charging"],
    switches: [],
    quirks: [...familyQuirks, ...quirks],
    unverified: [...familyUnverified, ...unverified],
    sources,
  };
}

/** All versions, in the order of their numbers. */
export const upsLite: readonly Board[] = versions.map(toBoard);
