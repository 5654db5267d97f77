// The help texts, written from the table of commands.
import type { CommandSpec, OptionTable } from "./command.ts";
import { commands, globalOptions } from "./commands.ts";
import { exitCodeHelp } from "./exit.ts";
import { table } from "./table.ts";

function optionRows(options: OptionTable): readonly (readonly string[])[] {
  return Object.entries(options).map(([name, { placeholder, description, short }]) => {
    const value = placeholder === undefined ? "" : ` ${placeholder}`;
    return [`${short === undefined ? "" : `-${short}, `}--${name}${value}`, description];
  });
}

/** `pi-ups help`. */
export function generalHelp(): string {
  return [
    "pi-ups watches a Raspberry Pi's UPS HAT, shuts the Pi down in time and tells Home Assistant.",
    "",
    "Usage: pi-ups COMMAND [OPTIONS]",
    "",
    "Commands:",
    table(
      commands.map(({ name, summary }) => [name, summary]),
      "  ",
    ),
    "Options of every command:",
    table(optionRows(globalOptions), "  "),
    "Exit codes:",
    table(
      exitCodeHelp.map(([code, meaning]) => [String(code), meaning]),
      "  ",
    ),
    "`pi-ups help COMMAND` tells more.",
    "",
  ].join("\n");
}

/** `pi-ups help COMMAND`. */
export function commandHelp(command: CommandSpec): string {
  const usage = command.usage.map((form, index) =>
    `${index === 0 ? "Usage:" : "      "} pi-ups ${command.name} ${form}`.trimEnd(),
  );
  const options = optionRows(command.options);
  return [
    `${command.summary.charAt(0).toUpperCase()}${command.summary.slice(1)}.`,
    "",
    ...usage,
    "",
    ...command.details.flatMap((paragraph) => [paragraph, ""]),
    ...(options.length === 0 ? [] : ["Options:", table(options, "  ")]),
    "Options of every command:",
    table(optionRows(globalOptions), "  "),
  ].join("\n");
}
