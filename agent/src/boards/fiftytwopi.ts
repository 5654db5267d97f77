// 52Pi's UPSPlus: a controller with the battery's figures and two current sensors beside it.
// Facts are from the maker's example programs and from reports of users; nothing here was tried by this project.
import type { Board } from "./board.ts";

/** The ranges that the maker's programs let the library choose; ±80 mV is enough for both shunts. */
const configWord = 0x0eef;

const upsPlus: Board = {
  id: "ups_plus",
  name: "52Pi UPSPlus EP-0136",
  manufacturer: "52Pi",
  model: "EP-0136",
  confidence: "experimental",
  i2cBus: 1,
  chips: [
    { chip: "ups_plus", address: 0x17 },
    {
      chip: "ina219",
      address: 0x45,
      measures: "battery",
      shuntOhm: 0.005,
      currentLsbUa: 200,
      configWord,
      invertCurrent: false,
      deadBandMa: 40,
    },
    {
      chip: "ina219",
      address: 0x40,
      measures: "output",
      shuntOhm: 0.00725,
      currentLsbUa: 200,
      configWord,
      invertCurrent: false,
      deadBandMa: 20,
    },
  ],
  lines: {},
  battery: { chemistry: "li_ion", cellsInSeries: 1, typicalCapacityMah: null },
  limits: { batteryMa: null, outputMa: 4500 },
  senses: ["ac", "voltage", "charge", "current", "charging", "temperature", "dc_out", "overcurrent"],
  switches: ["power_cut", "restart_on_mains"],
  quirks: [
    "Takes two 18650 cells in parallel, supplied by the user.",
    "The percent is learned by the controller and can be far off until full and empty voltage were set or seen (upsplus issues 36 and 74).",
    "Below 3 V it can boot again and again, and it can run the cells down to 0 V (upsplus issue 82): the agent's voltage limits matter.",
    "It cuts the power by itself at its protection voltage (registers 17 and 18), which the maker's programs set to 3.5 or 3.7 V: from 3.2 V on that is shown as a fault, because the power would be gone before the agent has shut the Pi down.",
    "Stop the maker's programs (upsplus.py, upsplus_iot.py in root's crontab): they set that voltage again and shut the Pi down by themselves.",
    "A power cut waits 10 to 255 s; on mains it needs firmware 7, and with restart on mains it starts the Pi again. Register 26, which cuts and starts again, is not used: how long it waits is the firmware's choice (issue 70).",
    "The temperature is the controller's estimate from the battery's resistance, not measured.",
    "Its controller often does not answer (upsplus issue 86): a slower bus helps, dtparam=i2c_arm_baudrate=50000.",
    "The EP-0136 does not fit a Pi 5 (upsplus issue 141).",
  ],
  unverified: [
    "The scale of the battery current: users report figures twice too large (upsplus issue 74).",
    "That the countdown to a power cut is in seconds: some users saw it count far more slowly (upsplus issues 91 and 151).",
    "Newer models (EP-0245, EP-0247, EP-0250) speak another protocol and are not supported.",
    "The limit of the output is the maker's figure for the board, 4.5 A.",
  ],
  sources: [
    "https://github.com/geeekpi/upsplus (README.md and example programs; issues 15, 36, 70, 74, 75, 82, 86, 91, 141, 151)",
    "https://github.com/ArjenR49/UPS-Plus (README.md)",
    "https://github.com/dacarson/UPSPlus_oss (documents/UPSPlus_Behavior_Spec.md)",
  ],
};

export const fiftytwopi: readonly Board[] = [upsPlus];
