// The agent's two ways to the pins, and an X1201 on each of them: what every check that is run twice starts from.
import type { AgentOptions } from "./agent.ts";

/** A way to the pins: its name, and the lines of the configuration that choose it. */
export type Way = readonly [name: "sysfs" | "libgpiod", yaml: readonly string[]];

export const ways: readonly Way[] = [
  ["sysfs", ["gpio:", "  backend: sysfs"]],
  ["libgpiod", ["gpio:", "  backend: gpiod"]],
];

/**
 * The X1201 without a pull on its mains pin. gpio-sim takes a pull that a program asks for as the level itself, which no
 * board does that drives its pin, so that each look by libgpiod's tools would plug the mains in again.
 */
const withoutPull = [
  "own_boards:",
  "  x1201_without_pull:",
  "    chips:",
  "      - {chip: max17043, address: 0x36}",
  "    lines:",
  "      ac_present: {bcm: 6, true_when: high}",
  "      charge_allowed: {bcm: 16, true_when: low}",
  "    battery: {chemistry: li_ion}",
] as const;

export function x1201On([way, yaml]: Way): AgentOptions {
  return way === "libgpiod"
    ? { board: "x1201_without_pull", yaml: [...yaml, ...withoutPull] }
    : { board: "x1201", yaml };
}
