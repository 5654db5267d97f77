// Every setting of the configuration file: name, default, unit, range and description, in the order of the example file.
// Relations between settings are in cross-checks.ts; what a file looks like, in example.ts.
import * as v from "valibot";
import { boardIds } from "../boards/registry.ts";
import {
  defaultDebounce,
  defaultOutput,
  defaultShutdown,
  defaultThresholds,
} from "../core/config-defaults.ts";
import {
  booleanField,
  choiceField,
  integerField,
  mapping,
  numberField,
  section,
  textField,
} from "./fields.ts";
import { defaultSocket, defaultStateDir } from "./paths.ts";
import { batterySection, buttonsSection, chargeSection, gpioSection, simSection } from "./schema-board.ts";

/** The built-in boards that may stand behind `board:`; the prefix `sim:` simulates the board. */
export const boardChoices: readonly string[] = boardIds().flatMap((id) => [id, `sim:${id}`]);

/** Top-level keys that are not settings: own-boards.ts reads them. */
export const apartKeys = ["own_boards"] as const;

/** What an agent's id must look like. */
export const agentIdPattern = /^[a-z0-9][a-z0-9_-]{0,62}$/;

const seconds = (ms: number): number => ms / 1000;
const volts = (mv: number): number => mv / 1000;

const board = textField("x1201", {
  maxLength: 60,
  expected: "a board that `pi-ups boards` lists or that own_boards describes, also with sim: in front",
  description: "The UPS HAT. With sim: in front, the agent runs on a simulated one.",
});

const homeAssistant = v.optional(
  mapping(
    "Where events and states go. Without this section the agent runs alone: it samples, decides, logs and journals.",
    {
      url: textField("http://homeassistant.local:8123", {
        maxLength: 500,
        expected: "an address such as http://homeassistant.local:8123",
        description: "Home Assistant's address, as in the browser's address bar up to the port.",
      }),
      token_file: textField(undefined, {
        maxLength: 4000,
        expected: "the path of a file",
        defaultText: "none",
        example: "/etc/pi-ups/token",
        description:
          "A file that holds a long-lived access token and nothing else; a relative path starts at this file's folder. " +
          "The environment's PI_UPS_HA_TOKEN goes before it.",
      }),
      token: textField(undefined, {
        maxLength: 4000,
        expected: "the text of a long-lived access token",
        defaultText: "none",
        secret: true,
        description:
          "The token itself, instead of token_file. Then only the agent's user should be able to read this file.",
      }),
    },
  ),
);

const agent = section("Who this agent is.", {
  id: textField(undefined, {
    maxLength: 63,
    pattern: agentIdPattern,
    expected: "1 to 63 of the characters a-z, 0-9, _ and -, the first one a letter or digit",
    defaultText: "made from the host name",
    example: "kitchen-pi",
    description:
      "Home Assistant knows the agent by it: keep it when you rename the Pi or move to another SD card.",
  }),
  name: textField(undefined, {
    maxLength: 100,
    defaultText: "the host name",
    example: "Kitchen Pi",
    description: "The name that people see.",
  }),
});

const debounce = section("How long the mains pin must be steady before the agent believes it.", {
  ac_lost_s: numberField(seconds(defaultDebounce.acLostMs), {
    min: 0,
    max: 60,
    unit: "s",
    description: "Steady time without mains before it counts as lost.",
  }),
  ac_restored_s: numberField(seconds(defaultDebounce.acRestoredMs), {
    min: 0,
    max: 600,
    unit: "s",
    description: "Steady time with mains before it counts as restored; it also cancels a shutdown.",
  }),
});

const percent = (fallback: number, description: string) =>
  numberField(fallback, { min: 1, max: 99, unit: "%", description });
const cellVolts = (fallbackMv: number, description: string) =>
  numberField(volts(fallbackMv), { min: 2.5, max: 4.2, unit: "V per cell", description });
const celsius = (fallback: number, description: string) =>
  numberField(fallback, { min: 0, max: 110, unit: "°C", description });

const thresholds = section("Limits. Of percent and voltage, the one that is reached first counts.", {
  low_percent: percent(defaultThresholds.lowPct, "At or below this charge the battery is low."),
  low_cell_v: cellVolts(
    defaultThresholds.lowCellMv,
    "At or below this voltage the battery is low; 3.1 for LiFePO4.",
  ),
  critical_percent: percent(
    defaultThresholds.criticalPct,
    "At or below this charge, without mains, the Pi is shut down.",
  ),
  critical_cell_v: cellVolts(
    defaultThresholds.criticalCellMv,
    "At or below this voltage, without mains, the Pi is shut down; 3.0 for LiFePO4.",
  ),
  recovered_percent_above: numberField(defaultThresholds.recoveredPctAbove, {
    min: 1,
    max: 50,
    unit: "points",
    description: "The battery has recovered when the charge is this far above low_percent ...",
  }),
  recovered_cell_v_above: numberField(volts(defaultThresholds.recoveredCellMvAbove), {
    min: 0.01,
    max: 1,
    unit: "V per cell",
    description: "... and the voltage this far above low_cell_v.",
  }),
  hold_samples: integerField(defaultThresholds.holdSamples, {
    min: 1,
    max: 60,
    unit: "samples",
    description: "Good samples in a row that must agree before a limit counts.",
  }),
  temperature_high_c: celsius(
    defaultThresholds.temperatureHighC,
    "At or above this the temperature is high ...",
  ),
  temperature_normal_c: celsius(
    defaultThresholds.temperatureNormalC,
    "... and below this it is normal again.",
  ),
  rail_low_v: numberField(volts(defaultOutput.railLowMv), {
    min: 4,
    max: 5.2,
    unit: "V",
    description: "Below this voltage the 5 V rail at the Pi is lost, where it is measured ...",
  }),
  rail_normal_v: numberField(volts(defaultOutput.railNormalMv), {
    min: 4,
    max: 5.3,
    unit: "V",
    description: "... and from this on it is good again.",
  }),
  overcurrent_a: numberField(undefined, {
    min: 0.1,
    max: 30,
    unit: "A",
    defaultText: "as the board's data say",
    example: 4.5,
    description: "More than this is too much current, where it is measured.",
  }),
  fault_after_failures: integerField(defaultThresholds.faultAfterFailures, {
    min: 1,
    max: 1000,
    unit: "samples",
    description: "Failed samples in a row that make a UPS fault.",
  }),
});

const shutdown = section("What happens when the battery is critical or somebody asks.", {
  grace_s: numberField(seconds(defaultShutdown.graceMs), {
    min: 0,
    max: 3600,
    unit: "s",
    description: "Time between the decision and the power-off, in which it can be cancelled.",
  }),
  allow_remote: booleanField(defaultShutdown.allowRemote, {
    description: "Whether Home Assistant may shut this Pi down.",
  }),
});

/** Log levels, most important first. */
export const logLevels = ["error", "warning", "notice", "info", "debug"] as const;

const log = section("What is written where.", {
  level: choiceField(logLevels, "info", { description: "The least important lines that are printed." }),
  status_interval_s: numberField(60, {
    min: 0,
    max: 86_400,
    unit: "s",
    description: "Time between two status lines; 0 prints none.",
  }),
  events_file: section("One line of JSON for each event, in a file that is rotated.", {
    path: textField(undefined, {
      maxLength: 4000,
      expected: "the path of a file",
      defaultText: "events.jsonl in state_dir",
      example: "/var/log/pi-ups/events.jsonl",
      description: "Where; a relative path starts at state_dir.",
    }),
    max_kib: integerField(1024, {
      min: 4,
      max: 1_048_576,
      unit: "KiB",
      description: "Size at which the next file begins.",
    }),
    files: integerField(5, {
      min: 1,
      max: 100,
      unit: "files",
      description: "Files that are kept, the present one included.",
    }),
  }),
});

/** The whole file. */
export const configSchema = mapping("Configuration of the Pi UPS agent.", {
  board,
  home_assistant: homeAssistant,
  agent,
  state_dir: textField(defaultStateDir, {
    maxLength: 4000,
    expected: "the path of a folder",
    description: "Where journal and counters live; a relative path starts at this file's folder.",
  }),
  socket: textField(defaultSocket, {
    maxLength: 4000,
    expected: "the path of a socket",
    description:
      "Where `pi-ups status` and the other commands reach the agent; a relative path starts at this file's folder.",
  }),
  sample_interval_s: numberField(undefined, {
    defaultText: "1 s, and 0.5 s on boards whose mains is seen only by looking",
    example: 1,
    min: 0.1,
    max: 60,
    unit: "s",
    description: "Time between two looks at the HAT. A change of the mains pin is acted on at once.",
  }),
  battery: batterySection,
  debounce,
  thresholds,
  charge: chargeSection,
  buttons: buttonsSection,
  gpio: gpioSection,
  shutdown,
  log,
  sim: simSection,
});

/** The file's content with every default filled in. */
export type RawConfig = v.InferOutput<typeof configSchema>;
