// Phrases and commands that several checks give.

/** The command that adds a line to config.txt, in force on every model. */
export function addToBootConfig(path: string, line: string): string {
  return `printf '\\n[all]\\n${line}\\n' | sudo tee -a ${path}`;
}

export const usualBootConfig = "/boot/firmware/config.txt";

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
