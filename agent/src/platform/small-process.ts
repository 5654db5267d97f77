// Makes the long-running agent small. V8's lite mode keeps no compiled fast code and no type feedback: 6 MB less resident
// memory on a Pi, and nothing that an agent at one sample a second would feel (see bench/RESULTS.md).

/** `--lite-mode`: no optimised code. A small young generation: the agent makes little garbage, and a scavenge is cheap. */
const flags = ["--lite-mode", "--max-semi-space-size=1"] as const;

/**
 * Continues in a Node with those flags: same process id, same arguments, same open streams, so that systemd and shells
 * notice nothing. Does not return when it succeeds. Where Node cannot do that, the agent runs as it is.
 */
export function becomeSmall(): void {
  const already = flags.every((flag) => process.execArgv.includes(flag));
  // Lite mode has no WebAssembly, with which Node reads TypeScript.
  const fromSources = import.meta.filename.endsWith(".ts");
  const debugged = process.execArgv.some((argument) => argument.startsWith("--inspect"));
  if (already || fromSources || debugged || process.execve === undefined) return;
  const args = [process.execPath, ...flags, ...process.execArgv, ...process.argv.slice(1)];
  try {
    process.execve(process.execPath, args, process.env);
  } catch {
    // Not on this system: larger, but running.
  }
}
