// Phrases and commands that several checks give.
import { type Mend, say } from "./finding.ts";

/** The command that adds a line to config.txt, in force on every model. */
export function addToBootConfig(path: string, line: string): string {
  return `printf '\\n[all]\\n${line}\\n' | sudo tee -a ${path}`;
}

/** For a user who is in the group by name, but not yet in this login. */
export const newLogin: Mend = say(
  "Log out and in again, or restart the service. This shows the groups that count now:",
  "id -nG",
);

export const usualBootConfig = "/boot/firmware/config.txt";

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
