// The Pi itself: model, the boot settings in the EEPROM of a Pi 5, and whether it gets enough voltage.
import type { Board } from "../boards/board.ts";
import { linesInForce, settingInForce } from "./boot-config.ts";
import type { PiFacts } from "./facts.ts";
import { check, type Finding, type Mend, run, say } from "./finding.ts";
import { listed } from "./words.ts";

const model = check(
  "pi_model",
  "UPS HATs sit on the 40-pin header of a Raspberry Pi; some fit only one model.",
);
const halt = check(
  "eeprom_power_off_on_halt",
  "Without POWER_OFF_ON_HALT=1 a halted Pi 5 stays half powered: it drains the battery and does not come back with the mains.",
);
const current = check(
  "eeprom_psu_max_current",
  "A HAT cannot tell the Pi 5 over USB-C how much it can give: without PSU_MAX_CURRENT=5000 USB gets 600 mA in all.",
);
const voltage = check(
  "under_voltage",
  "Below about 4.63 V the Pi slows down, and storage may fail: a weak cable, a weak supply, or a worn battery.",
);

/** Boards with the power chip of a Pi 5: an EEPROM with these settings. */
function isPi5(name: string | null): boolean {
  return name !== null && /^Raspberry Pi (5|500|Compute Module 5)/.test(name);
}

function checkModel({ model: name }: PiFacts): Finding {
  if (name === null) {
    return model.note(
      "This machine is no Raspberry Pi (it has no device tree with a model).",
      say(
        "Run doctor on the Pi that carries the board. To try Pi UPS here, simulate one:",
        "pi-ups run --sim",
      ),
    );
  }
  if (/^Raspberry Pi/.test(name)) return model.ok(`${name}.`);
  return model.note(
    `This machine is a ${name}. Pins are looked for on a Raspberry Pi's chips only; I2C works where the bus has the same number.`,
    null,
  );
}

/** A setting in the EEPROM, which has the filters of config.txt. */
function eepromSetting(text: string, model: string | null, name: string): string | null {
  return settingInForce(linesInForce(text, model), name);
}

/** In the EEPROM of a Pi 5 under a UPS. */
const wantedSettings = [
  ["POWER_OFF_ON_HALT", "1"],
  ["PSU_MAX_CURRENT", "5000"],
] as const;

/**
 * Adds what is missing at the end, where it counts on every model: the last word does. All at once, because the tool shows
 * what was in force at the start: a second edit before the next one would take the first back.
 */
function addSettings({ eeprom, model: name }: PiFacts): Mend {
  const text = eeprom.ok ? eeprom.value : "";
  const missing = wantedSettings
    .filter(([key, value]) => eepromSetting(text, name, key) !== value)
    .map(([key, value]) => `${key}=${value}`);
  return say(
    `This adds ${listed(missing)} to what is set already, in force from the next start on.`,
    `(sudo rpi-eeprom-config; printf '\\n[all]\\n${missing.join("\\n")}\\n') > /tmp/boot.conf`,
    "sudo rpi-eeprom-config --apply /tmp/boot.conf",
    "sudo reboot",
  );
}

function checkHalt(facts: PiFacts, board: Board): Finding {
  const { eeprom, model: name } = facts;
  if (!eeprom.ok)
    return halt.unknown(`The setting POWER_OFF_ON_HALT: ${eeprom.why}.`, run("sudo rpi-eeprom-config"));
  const value = eepromSetting(eeprom.value, name, "POWER_OFF_ON_HALT");
  if (value === "1") return halt.ok("POWER_OFF_ON_HALT=1 is set in the EEPROM.");
  const found =
    value === null
      ? "POWER_OFF_ON_HALT is not set in the EEPROM (0)."
      : `POWER_OFF_ON_HALT=${value} in the EEPROM.`;
  // A board that cuts the Pi's power itself makes it matter less.
  return board.switches.includes("power_cut")
    ? halt.note(`${found} ${board.name} can cut the power itself.`, addSettings(facts))
    : halt.problem(found, addSettings(facts));
}

function checkCurrent(facts: PiFacts): Finding {
  const { eeprom, bootConfig, model: name } = facts;
  const lines = bootConfig.ok ? linesInForce(bootConfig.value.text, name) : [];
  if (settingInForce(lines, "usb_max_current_enable") === "1") {
    return current.ok("usb_max_current_enable=1 is set in config.txt.");
  }
  if (!eeprom.ok)
    return current.unknown(`The setting PSU_MAX_CURRENT: ${eeprom.why}.`, run("sudo rpi-eeprom-config"));
  const value = eepromSetting(eeprom.value, name, "PSU_MAX_CURRENT");
  if (value === "5000") return current.ok("PSU_MAX_CURRENT=5000 is set in the EEPROM.");
  const found = value === null ? "PSU_MAX_CURRENT is not set" : `PSU_MAX_CURRENT=${value}`;
  return current.note(`${found} in the EEPROM.`, addSettings(facts));
}

const supply = say(
  "Check the supply and its cable, which belong in the board's own input; then watch with:",
  "watch -n 5 vcgencmd get_throttled",
);

/** The kernel's alarm knows only the present; it stands in where the firmware cannot be asked. */
function checkAlarm(alarm: boolean): Finding {
  return alarm
    ? voltage.problem("The Pi gets too little voltage now (hwmon rpi_volt).", supply)
    : voltage.ok("No under-voltage now (hwmon rpi_volt).");
}

function checkVoltage({ throttled, voltageAlarm }: PiFacts): Finding {
  if (!throttled.ok && voltageAlarm !== null) return checkAlarm(voltageAlarm);
  if (!throttled.ok)
    return voltage.unknown(`Under-voltage: ${throttled.why}.`, run("vcgencmd get_throttled"));
  const hex = `get_throttled 0x${throttled.value.toString(16)}`;
  if ((throttled.value & 0x1) !== 0)
    return voltage.problem(`The Pi gets too little voltage now (${hex}).`, supply);
  if ((throttled.value & 0x10000) !== 0) {
    return voltage.note(`The Pi got too little voltage at least once since it started (${hex}).`, supply);
  }
  return voltage.ok(`No under-voltage since the start (${hex}).`);
}

export function checkPi(facts: PiFacts, board: Board | null): readonly Finding[] {
  const found = [checkModel(facts)];
  if (isPi5(facts.model) && board !== null) found.push(checkHalt(facts, board), checkCurrent(facts));
  if (facts.model !== null) found.push(checkVoltage(facts));
  return found;
}
