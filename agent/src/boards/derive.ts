// What a board senses and switches follows from its chips and lines: nobody who describes a board has to repeat it.
import { senses as allSenses, type Sense } from "../core/model.ts";
import type { Board, SwitchName } from "./board.ts";
import { switches as allSwitches } from "./board.ts";
import type { ChipUse, PlainChip } from "./chip-use.ts";

interface Abilities {
  readonly senses: readonly Sense[];
  readonly switches: readonly SwitchName[];
}

const gauge: Abilities = { senses: ["voltage", "charge"], switches: [] };
const powerChip: Abilities = { senses: ["ac", "voltage", "charge", "current", "charging"], switches: [] };
const clockChip: Abilities = { senses: [], switches: [] };

const plain: { readonly [C in PlainChip]: Abilities } = {
  max17040: gauge,
  max17043: gauge,
  max17048: { senses: ["voltage", "charge", "charging"], switches: [] },
  cw2015: gauge,
  lc709203f: { senses: ["voltage", "charge", "temperature"], switches: [] },
  dfrobot_ups: gauge,
  waveshare_ups_hat_d_mcu: { senses: [], switches: ["restart_on_mains"] },
  waveshare_ups_hat_e: {
    senses: ["ac", "voltage", "charge", "current", "charging"],
    switches: ["power_cut"],
  },
  pijuice: {
    senses: ["ac", "voltage", "charge", "current", "charging", "temperature", "dc_out"],
    switches: ["allow_charge", "power_cut", "wake_on_charge", "wake_at", "watchdog", "led"],
  },
  pisugar3: {
    // Charging is derived from the trend, as with a mains pin.
    senses: ["ac", "voltage", "charge", "charging", "temperature"],
    switches: ["allow_charge", "power_cut", "restart_on_mains", "wake_at"],
  },
  ups_plus: {
    senses: ["ac", "voltage", "charge", "temperature", "dc_out"],
    switches: ["power_cut", "restart_on_mains"],
  },
  ip5209: powerChip,
  ip5312: powerChip,
  ds1307: clockChip,
};

function abilitiesOf(use: ChipUse): Abilities {
  switch (use.chip) {
    case "ina219":
      return use.measures === "output"
        ? { senses: ["dc_out"], switches: [] }
        : {
            senses: [
              "voltage",
              "charge",
              "current",
              "charging",
              ...(use.mains === undefined ? [] : ["ac" as const]),
            ],
            switches: [],
          };
    case "sunfounder_spc":
      return {
        senses: [
          "ac",
          "voltage",
          "charge",
          "charging",
          "dc_out",
          ...(use.has.includes("currents") ? ["current" as const] : []),
        ],
        switches: use.has.includes("buzzer") ? ["buzzer"] : [],
      };
    case "lifepo4wered":
      return use.has.includes("mains")
        ? { senses: ["ac", "voltage", "charge", "charging", "dc_out"], switches: ["restart_on_mains"] }
        : { senses: ["voltage", "charge", "dc_out"], switches: [] };
    case "power_supply":
      return {
        senses: [
          "ac",
          "voltage",
          "charge",
          "charging",
          ...(use.has?.includes("current") === true ? ["current" as const] : []),
        ],
        switches: use.charger === undefined ? [] : ["allow_charge"],
      };
    default:
      return plain[use.chip];
  }
}

type Parts = Pick<Board, "chips" | "lines" | "limits">;

/** The senses of a board with these parts, in the order of the vocabulary. */
export function sensesOf({ chips, lines, limits }: Parts): readonly Sense[] {
  const has = new Set<Sense>(chips.flatMap((use) => abilitiesOf(use).senses));
  if (lines.acPresent !== undefined) {
    has.add("ac");
    // With mains known, charging can be derived from the trend.
    has.add("charging");
  }
  if (watchesCurrent({ chips, senses: [...has] }, limits)) has.add("overcurrent");
  return allSenses.filter((sense) => has.has(sense));
}

/** What can be switched on a board with these parts, in the order of the vocabulary. */
export function switchesOfBoard({ chips, lines }: Parts): readonly SwitchName[] {
  const has = new Set<SwitchName>(chips.flatMap((use) => abilitiesOf(use).switches));
  if (lines.chargeAllowed !== undefined) has.add("allow_charge");
  if (lines.powerCut !== undefined) has.add("power_cut");
  if (lines.buzzer !== undefined) has.add("buzzer");
  return allSwitches.filter((name) => has.has(name));
}

/** Whether this chip measures the current into the Pi. */
function measuresOutput(use: ChipUse): boolean {
  switch (use.chip) {
    case "ina219":
      return use.measures === "output";
    case "sunfounder_spc":
      return use.has.includes("currents");
    case "lifepo4wered":
      return use.has.includes("output_current");
    default:
      return use.chip === "pijuice" || use.chip === "pisugar3";
  }
}

/** Whether the board measures a current that has a limit, mA: of the battery, or into the Pi. */
export function watchesCurrent(
  { chips, senses }: Pick<Board, "chips" | "senses">,
  { batteryMa, outputMa }: Board["limits"],
): boolean {
  return (
    (batteryMa !== null && senses.includes("current")) || (outputMa !== null && chips.some(measuresOutput))
  );
}

/** Chips that measure a voltage and no state of charge. */
const voltageOnly: ReadonlySet<ChipUse["chip"]> = new Set(["ina219", "ip5209", "ip5312", "lifepo4wered"]);

/** Whether the percent of this board is the agent's estimate from the voltage. */
export function estimatesCharge({ chips, senses }: Pick<Board, "chips" | "senses">): boolean {
  return senses.includes("charge") && !chips.some((use) => !voltageOnly.has(use.chip) && givesPercent(use));
}

function givesPercent(use: ChipUse): boolean {
  return abilitiesOf(use).senses.includes("charge");
}

/** Whether this chip reports presses of its board's button. */
function reportsPresses(use: ChipUse): boolean {
  if (use.chip === "sunfounder_spc") return use.has.includes("shutdown_request");
  return use.chip === "pijuice" || use.chip === "pisugar3";
}

/** Whether the board has a button that the agent hears. */
export function hasButton({ chips, lines }: Pick<Board, "chips" | "lines">): boolean {
  return lines.button !== undefined || chips.some(reportsPresses);
}

/**
 * Time between two looks when nobody says another, ms. A mains pin tells its edges itself; mains in a register or a
 * current is only seen by looking, and a look that a disturbance spoils must leave time for another within two seconds.
 */
export function usualIntervalMs({ lines, senses }: Pick<Board, "lines" | "senses">): number {
  return senses.includes("ac") && lines.acPresent === undefined ? 500 : 1000;
}
