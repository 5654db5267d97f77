// Every command of `pi-ups`, as data: help, argument checks and "did you mean" read this table.
import type { CommandSpec, OptionTable } from "./command.ts";

/** Options that every command takes. */
export const globalOptions: OptionTable = {
  config: {
    type: "string",
    placeholder: "FILE",
    description: "configuration file; else $PI_UPS_CONFIG, else /etc/pi-ups/config.yaml",
  },
  socket: {
    type: "string",
    placeholder: "PATH",
    description: "the agent's socket; else the one in the configuration, else /run/pi-ups/agent.sock",
  },
  sim: { type: "boolean", description: "simulate the board (for run and config check)" },
  speed: {
    type: "string",
    placeholder: "N",
    description: "how much faster the simulated battery lives (for run and config check)",
  },
  "no-color": { type: "boolean", description: "no colours; $NO_COLOR does the same" },
  help: { type: "boolean", short: "h", description: "help for the command" },
  version: { type: "boolean", short: "V", description: "the version" },
};

const json: OptionTable = { json: { type: "boolean", description: "JSON for programs" } };

export const commands: readonly CommandSpec[] = [
  {
    name: "run",
    usage: ["[--sim] [--speed N] [--state-dir DIR]"],
    summary: "run the agent until it is stopped",
    details: [
      "This is what the service does. Without a configuration file every setting has its default.",
      "With --sim the board is simulated at register level: no hardware is touched, and a shutdown ends the process.",
    ],
    options: {
      "state-dir": {
        type: "string",
        placeholder: "DIR",
        description: "journal, counters and the simulated world; goes before the configuration",
      },
    },
  },
  {
    name: "status",
    usage: ["[--json]"],
    summary: "what the running agent sees",
    details: [],
    options: json,
  },
  {
    name: "events",
    usage: ["[--type TYPE]... [--since WHEN] [--limit N] [--json]"],
    summary: "what happened",
    details: ["The newest event comes last. With --json, one event per line."],
    options: {
      type: {
        type: "string",
        placeholder: "TYPE",
        multiple: true,
        description: "only this type, for example ac_power_loss; may be given several times",
      },
      since: {
        type: "string",
        placeholder: "WHEN",
        description: "a time ago (2h, 30 min, 7d) or a date (2026-11-23, 2026-11-23T04:00)",
      },
      limit: { type: "string", placeholder: "N", description: "at most so many, the newest (1-10000)" },
      ...json,
    },
  },
  {
    name: "shutdown",
    usage: ["[--in TIME] [--reason TEXT]", "cancel"],
    summary: "shut this Pi down in order, or call it off",
    details: ["Without --in, the configured grace time passes first."],
    options: {
      in: {
        type: "string",
        placeholder: "TIME",
        description: "time until the power-off, for example 30s or 5 min",
      },
      reason: { type: "string", placeholder: "TEXT", description: "is shown and recorded" },
    },
  },
  {
    name: "config",
    usage: ["check [FILE]", "example", "schema"],
    summary: "check the configuration, or print an example or the JSON Schema",
    details: [
      "check names every problem with file, line and column (exit code 78), or shows every setting and where it comes from.",
    ],
    options: {},
  },
  {
    name: "doctor",
    usage: ["[--json]"],
    summary: "what is wrong on this machine, why it matters, and the command that mends it",
    details: [
      "Looks by reading only: nothing is changed, on the machine, on the board or in Home Assistant.",
      "Exit code 0: no problems. 1: at least one.",
    ],
    options: json,
  },
  {
    name: "boards",
    usage: ["[ID] [--json] [--yaml]"],
    summary: "which boards are known, what each senses and switches, and how sure that is",
    details: ["With --yaml, the board in the form of own_boards, to start a board of your own from."],
    options: { ...json, yaml: { type: "boolean", description: "as an entry of own_boards (with ID)" } },
  },
  {
    name: "detect",
    usage: ["[--board ID] [--yes] [--json]"],
    summary: "look which boards could be there, and write the chosen one into the configuration",
    details: [
      "Looks by reading only: nothing is written to any device.",
      "Boards with the same chip cannot be told apart on the bus: the choice is yours.",
      "Without a terminal nothing is asked: name the board with --board and confirm with --yes.",
    ],
    options: {
      board: { type: "string", placeholder: "ID", description: "the board to write, instead of asking" },
      yes: { type: "boolean", description: "write without asking" },
      ...json,
    },
  },
  {
    name: "battery",
    usage: ["[--json]"],
    summary: "how the battery has aged: capacity and resistance, as they were measured over the years",
    details: ["Boards that sense no current cannot measure either; docs/battery.md tells why."],
    options: json,
  },
  {
    name: "switch",
    usage: ["", "NAME VALUE"],
    summary: "what the board can switch (charging, LEDs, buzzer, wake-up, power cut), and switching it",
    details: [
      "Without words, what this board has. Examples: allow_charge off, wake_on_charge 50%, watchdog 5min, led 1 #ff8000.",
    ],
    options: { yes: { type: "boolean", description: "confirms power_cut" } },
  },
  {
    name: "sim",
    usage: [
      "ac on|off",
      "load 12W",
      "battery 15%",
      "temp 70",
      "rail 4.6V",
      "button reboot|power_off",
      "speed 60",
      "fault NAME [--for 10s]",
      "clear",
      "scenario FILE",
      "show",
    ],
    summary: "change the world around a simulated board",
    details: [
      "Faults: i2c-nack, i2c-garbage, gauge-stuck, ac-pin-stuck. `clear` ends all of them.",
      "At a speed other than 1, minutes left, capacity, resistance and estimated percents come out wrong.",
      "While the simulated Pi is off, the command changes the saved world in the state folder.",
    ],
    options: {
      for: {
        type: "string",
        placeholder: "TIME",
        description: "how long a fault lasts; without it until `clear`",
      },
    },
  },
  {
    name: "version",
    usage: [""],
    summary: "print the version",
    details: [],
    options: {},
  },
  {
    name: "help",
    usage: ["[COMMAND]"],
    summary: "print this help, or the help of a command",
    details: [],
    options: {},
  },
];

export function findCommand(name: string): CommandSpec | null {
  return commands.find((command) => command.name === name) ?? null;
}
