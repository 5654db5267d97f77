// Can this machine be shut down in order? systemd must be there, and the agent's user must be allowed to.
import type { AgentFacts, SystemFacts, UserFacts } from "./facts.ts";
import { check, type Finding, run, say } from "./finding.ts";

const systemd = check("systemd", "The agent powers the Pi off with `systemctl poweroff`.");
const powerOff = check(
  "power_off",
  "An agent that may not power the Pi off cannot save it: the shutdown fails when the battery is critical.",
);

/** `timedatectl show` came with it; Debian 10 has 241. */
const oldestVersion = 239;

const ruleFile = "/etc/polkit-1/rules.d/50-pi-ups.rules";

/** polkit's JavaScript is an old one: no arrow functions. */
function allowPowerOff(user: string): string {
  return [
    "echo 'polkit.addRule(function(action, subject) {",
    `  if (action.id.startsWith("org.freedesktop.login1.power-off") && subject.user == "${user}") return "yes";`,
    `});' | sudo tee ${ruleFile}`,
  ].join("\n");
}

function checkSystemd({ systemdRuns, systemdVersion }: SystemFacts): Finding {
  if (!systemdRuns) {
    return systemd.problem(
      "systemd does not run this machine.",
      say(
        "Run the agent on the Pi itself, not in a container, with an image that has systemd:",
        "ps -p 1 -o comm=",
      ),
    );
  }
  if (!systemdVersion.ok)
    return systemd.unknown(`systemd's version: ${systemdVersion.why}.`, run("systemctl --version"));
  const { value } = systemdVersion;
  if (value < oldestVersion) {
    return systemd.note(
      `systemd ${value} is older than any that this was made for (${oldestVersion}).`,
      run("sudo apt update", "sudo apt full-upgrade"),
    );
  }
  return systemd.ok(`systemd ${value} runs this machine.`);
}

function checkPowerOff({ canPowerOff }: SystemFacts, user: UserFacts): Finding {
  if (user.uid === 0) return powerOff.ok("root may power the Pi off.");
  const byRoot = "sudo pi-ups run";
  if (!canPowerOff.ok) {
    return powerOff.unknown(
      `Whether ${user.name} may power the Pi off: ${canPowerOff.why}.`,
      say("Run the agent as root to be sure:", byRoot),
    );
  }
  if (canPowerOff.value === "yes") return powerOff.ok(`${user.name} may power the Pi off.`);
  const found =
    canPowerOff.value === "challenge"
      ? `${user.name} may power the Pi off only with a password, and nobody is there to type it.`
      : `${user.name} may not power the Pi off (logind says "${canPowerOff.value}").`;
  return powerOff.problem(found, say("Allow it, or run the agent as root:", allowPowerOff(user.name)));
}

/** logind is asked about whoever runs doctor; of another user's agent it tells nothing. */
export function checkSystem(facts: SystemFacts, user: UserFacts, agent: AgentFacts): readonly Finding[] {
  const first = checkSystemd(facts);
  if (!facts.systemdRuns) return [first];
  const owner = agent.kind === "running" ? agent.user : null;
  if (owner === null || owner.uid === user.uid) return [first, checkPowerOff(facts, user)];
  if (owner.uid === 0) return [first, powerOff.ok("The agent runs as root and may power the Pi off.")];
  return [
    first,
    powerOff.unknown(
      `The agent runs as ${owner.name}; whether that user may power the Pi off can only be asked as that user.`,
      run(`sudo -u ${owner.name} pi-ups doctor`),
    ),
  ];
}
