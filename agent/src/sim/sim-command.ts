// The words that people give the simulated world, as one table: the command line and the scenarios share it.
import type { ButtonAction, ReadFailure, Result } from "../core/model.ts";
import { type SimCommand, type SimFault, simFaults } from "../ports/control.ts";
import {
  parseCelsius,
  parseDurationMs,
  parseFactor,
  parseOnOff,
  parsePercent,
  parseVolts,
  parseWatts,
  type Written,
} from "./quantities.ts";

interface CommandWord {
  /** What stands behind the word; null for words that stand alone. */
  readonly argument: string | null;
  readonly meaning: string;
  /** Whether `for` may follow. */
  readonly takesDuration: boolean;
}

/** Every word of `pi-ups sim` and of a scenario's step (without `show`), for help texts and checks. */
export const simCommandWords = {
  ac: { argument: "on|off", meaning: "plug the mains in or pull the plug", takesDuration: false },
  load: { argument: "WATTS", meaning: "power that the Pi takes, for example 12W", takesDuration: false },
  battery: {
    argument: "PERCENT",
    meaning: "set the battery's charge, for example 15%",
    takesDuration: false,
  },
  temp: {
    argument: "CELSIUS",
    meaning: "temperature of the processor, for example 70",
    takesDuration: false,
  },
  speed: {
    argument: "FACTOR",
    meaning: "how fast the battery's time runs, for example 60",
    takesDuration: false,
  },
  rail: {
    argument: "VOLTS",
    meaning: "voltage of the 5 V rail at the Pi, for example 4.6V",
    takesDuration: false,
  },
  button: {
    argument: "reboot|power_off",
    meaning: "press the board's button, short or long",
    takesDuration: false,
  },
  fault: {
    argument: simFaults.join("|"),
    meaning: "break something, until cleared or for a while",
    takesDuration: true,
  },
  clear: { argument: null, meaning: "end all faults", takesDuration: false },
  show: { argument: null, meaning: "say what the simulated world is now", takesDuration: false },
} as const satisfies Record<string, CommandWord>;

export type SimCommandWord = keyof typeof simCommandWords;

export function isSimCommandWord(word: string): word is SimCommandWord {
  return Object.hasOwn(simCommandWords, word);
}

function refusal(message: string): ReadFailure {
  return { ok: false, code: "PI_UPS_SIM_BAD_COMMAND", message };
}

function parseFault(written: Written): Result<SimFault> {
  const fault = simFaults.find((name) => name === written);
  if (fault !== undefined) return { ok: true, value: fault };
  const found = written === undefined ? "No fault is named" : `There is no fault "${String(written)}"`;
  return refusal(`${found}. Expected is one of: ${simFaults.join(", ")}.`);
}

function parseAction(written: Written): Result<ButtonAction> {
  if (written === "reboot" || written === "power_off") return { ok: true, value: written };
  const found = written === undefined ? "No action is named" : `There is no action "${String(written)}"`;
  return refusal(`${found}. Expected is reboot or power_off.`);
}

function map<T>(result: Result<T>, make: (value: T) => SimCommand): Result<SimCommand> {
  return result.ok ? { ok: true, value: make(result.value) } : result;
}

function faultCommand(argument: Written, forText: Written): Result<SimCommand> {
  const fault = parseFault(argument);
  if (!fault.ok) return fault;
  const make = (forMs: number | null): SimCommand => ({ kind: "fault", fault: fault.value, forMs });
  return forText === undefined ? { ok: true, value: make(null) } : map(parseDurationMs(forText), make);
}

/**
 * Turns words into a command: `("load", "12W")`, `("fault", "i2c-nack", "10s")`, `("clear")`.
 * Refusals (`PI_UPS_SIM_BAD_COMMAND`, `PI_UPS_BAD_QUANTITY`) say what was found and what is expected.
 */
export function parseSimCommand(word: string, argument?: Written, forText?: Written): Result<SimCommand> {
  if (!isSimCommandWord(word)) {
    return refusal(`"${word}" is not known. Expected is one of: ${Object.keys(simCommandWords).join(", ")}.`);
  }
  const about: CommandWord = simCommandWords[word];
  if (forText !== undefined && !about.takesDuration) {
    return refusal(`A duration cannot be given with "${word}", only with "fault".`);
  }
  if (about.argument === null && argument !== undefined && argument !== true && argument !== null) {
    return refusal(`"${word}" stands alone, but ${JSON.stringify(argument)} was given with it.`);
  }
  switch (word) {
    case "ac":
      return map(parseOnOff(argument), (present) => ({ kind: "ac", present }));
    case "load":
      return map(parseWatts(argument), (watts) => ({ kind: "load", watts }));
    case "battery":
      return map(parsePercent(argument), (value) => ({ kind: "battery", percent: value }));
    case "temp":
      return map(parseCelsius(argument), (celsius) => ({ kind: "temperature", celsius }));
    case "speed":
      return map(parseFactor(argument), (factor) => ({ kind: "speed", factor }));
    case "rail":
      return map(parseVolts(argument), (volts) => ({ kind: "rail", mv: Math.round(volts * 1000) }));
    case "button":
      return map(parseAction(argument), (action) => ({ kind: "button", action }));
    case "fault":
      return faultCommand(argument, forText);
    case "clear":
    case "show":
      return { ok: true, value: { kind: word } };
  }
  return word satisfies never;
}
