// The board's pins: is the header's chip there, may this user reach it, is a line held by somebody else, and does the
// firmware give the pull-up that keeps a line from floating?
import type { Board, BoardLine, BoardLines } from "../boards/board.ts";
import { headerChipLabels, lineNames } from "../boards/lines.ts";
import { linesInForce, pullInForce } from "./boot-config.ts";
import type { GpioBackend, GpioChipFacts, GpioChosen, GpioFacts, PiFacts, UserFacts } from "./facts.ts";
import { type Check, check, type Finding, type Mend, run, say } from "./finding.ts";
import { addToBootConfig, listed, newLogin } from "./words.ts";

const chip = check(
  "gpio_chip",
  "Mains is seen on a pin of the header; chips are found by label, since numbers change.",
);
const backend = check(
  "gpio_backend",
  "The agent needs one of two ways to the pins: sysfs with onoff, or libgpiod's tools.",
);
const access = check("gpio_access", "The agent opens the pins as its own user.");

function headerOf(chips: readonly GpioChipFacts[]): GpioChipFacts | undefined {
  return chips.find(({ label }) => headerChipLabels.includes(label));
}

interface NamedLine {
  readonly name: string;
  readonly bcm: number;
  readonly bias: BoardLine["bias"];
}

function linesOf(board: Board): readonly NamedLine[] {
  return (Object.keys(lineNames) as (keyof BoardLines)[]).flatMap((key) => {
    const line: { readonly bcm: number; readonly bias?: BoardLine["bias"] } | undefined = board.lines[key];
    return line === undefined ? [] : [{ name: lineNames[key], bcm: line.bcm, bias: line.bias ?? "none" }];
  });
}

function checkChip({ chips }: GpioFacts, lines: readonly NamedLine[]): Finding {
  if (!chips.ok) {
    return chip.unknown(`Which GPIO chips there are: ${chips.why}.`, run("sudo gpiodetect"));
  }
  const header = headerOf(chips.value);
  if (header === undefined) {
    const labels = chips.value.map(({ label }) => label);
    return chip.problem(
      `There is no GPIO chip of a Raspberry Pi's header. Found: ${labels.length === 0 ? "none" : labels.join(", ")}. Expected is one of: ${headerChipLabels.join(", ")}.`,
      say("On a Pi, look what the kernel says about its pins:", "sudo dmesg | grep -i pinctrl"),
    );
  }
  const beyond = lines.filter(({ bcm }) => bcm >= header.lines);
  if (beyond.length > 0) {
    return chip.problem(
      `${header.label} has the lines 0 to ${header.lines - 1}, and the board needs ${listed(beyond.map(({ bcm }) => `GPIO${bcm}`))}.`,
      say("Correct the board's pins in the configuration.", "pi-ups config check"),
    );
  }
  return chip.ok(`The header's pins are ${header.label} (${header.seenAt}).`);
}

interface Way {
  readonly backend: "sysfs" | "gpiod";
  readonly name: string;
  /** null: it is usable. */
  readonly trouble: string | null;
  readonly cure: Mend;
}

function waysOf({ sysfs, onoff, libgpiod }: GpioFacts): readonly Way[] {
  const noSysfs = sysfs ? null : "this kernel has no sysfs GPIO";
  return [
    {
      backend: "gpiod",
      name: libgpiod.ok ? `libgpiod ${libgpiod.value}` : "libgpiod",
      trouble: libgpiod.ok ? null : libgpiod.why,
      cure: run("sudo apt install gpiod"),
    },
    {
      backend: "sysfs",
      name: "sysfs with onoff",
      trouble: noSysfs ?? (onoff.ok ? null : onoff.why),
      cure: sysfs
        ? run("npm run native")
        : say("Write `backend: auto` under `gpio` in the configuration, and:", "sudo apt install gpiod"),
    },
  ];
}

/** The programs are there: what is missing is the chip or the right to open it, or else the agent's own sentence counts. */
function blocked({ chips, mayOpen }: GpioFacts, why: string): Finding {
  const hasHeader = chips.ok && headerOf(chips.value) !== undefined;
  if (hasHeader && mayOpen.ok && mayOpen.value) return backend.problem(why, run("sudo apt install gpiod"));
  return backend.unknown(
    `No way to the pins works yet: ${hasHeader ? "the right to open them" : "the chip"} comes first.`,
  );
}

const wayWords = { sysfs: "sysfs with onoff", gpiod: "libgpiod" } as const;

function checkBackend(
  facts: GpioFacts,
  { backend: chosen, version, why }: GpioChosen,
  wanted: GpioBackend,
): Finding {
  if (chosen !== "none") {
    const name = version === null ? wayWords[chosen] : `${wayWords[chosen]} ${version}`;
    return backend.ok(`The agent uses ${name}.`);
  }
  const ways = waysOf(facts).filter((way) => wanted === "auto" || way.backend === wanted);
  if (ways.some(({ trouble }) => trouble === null)) return blocked(facts, why);
  const asked = wanted === "auto" ? "" : `, as the configuration wants (gpio.backend: ${wanted})`;
  const reasons = ways.map(({ name, trouble }) => `${name} cannot be used (${trouble ?? ""})`);
  const cure = ways[0]?.cure ?? run("sudo apt install gpiod");
  return backend.problem(`There is no way to the pins${asked}: ${listed(reasons)}.`, cure);
}

function checkAccess({ mayOpen }: GpioFacts, user: UserFacts): Finding {
  if (!mayOpen.ok) return access.unknown(`Whether ${user.name} may open the pins: ${mayOpen.why}.`);
  if (mayOpen.value) return access.ok(`${user.name} may open the pins.`);
  if (user.listedGroups.includes("gpio")) {
    return access.problem(
      `${user.name} may not open the pins yet: the group gpio counts from the next login on.`,
      newLogin,
    );
  }
  return access.problem(
    `${user.name} may not open the pins.`,
    say(
      "Add the user to the group, then log in again or restart the service:",
      `sudo usermod -aG gpio ${user.name}`,
    ),
  );
}

/** Lines that the kernel gave to our own ways to them: an earlier run that left one driven on purpose. */
const ours = /^(sysfs|pi-ups|gpiomon|gpioset)$/;

function checkHolder(line: NamedLine, { holders }: GpioFacts): Finding {
  const held: Check = check(
    `gpio_line_${line.name}`,
    "A line has one owner at a time: while somebody else holds it, the agent cannot use it.",
  );
  const name = `GPIO${line.bcm} (${line.name})`;
  if (!holders.ok) return held.unknown(`Who holds ${name}: ${holders.why}.`, run("sudo apt install gpiod"));
  const holder = holders.value.find(({ bcm }) => bcm === line.bcm)?.holder ?? null;
  if (holder === null) return held.ok(`${name} is free.`);
  if (ours.test(holder)) {
    return held.note(
      `${name} is held by ${holder}: an earlier run of the agent, or another program that uses the same way.`,
      run("gpioinfo", "ps -ef | grep -i gpio"),
    );
  }
  return held.problem(
    `${name} is held by ${holder}.`,
    say(
      "End that program, or remove the driver's overlay from config.txt. This shows all lines:",
      "gpioinfo",
    ),
  );
}

function checkBias(line: NamedLine, pi: PiFacts, canPull: boolean): readonly Finding[] {
  // What is no Pi has no config.txt to put it in.
  if (line.bias === "none" || pi.model === null) return [];
  const [letters, word] =
    line.bias === "pull_up" ? (["pu", "pull-up"] as const) : (["pd", "pull-down"] as const);
  const bias = check(
    `gpio_bias_${line.name}`,
    "A line without its pull resistor floats: while the Pi boots it can read as a mains failure that is none.",
  );
  const setting = `gpio=${line.bcm}=${letters}`;
  if (!pi.bootConfig.ok) {
    return [bias.unknown(`Whether GPIO${line.bcm} has its ${word} (${setting}): ${pi.bootConfig.why}.`)];
  }
  const { path, text } = pi.bootConfig.value;
  const pull = pullInForce(linesInForce(text, pi.model), line.bcm);
  if (pull === letters) return [bias.ok(`GPIO${line.bcm} (${line.name}) has its ${word} by ${path}.`)];
  const mend = run(addToBootConfig(path, setting), "sudo reboot");
  const found = pull === null ? `${setting} is not in ${path}` : `${path} says gpio=${line.bcm}=${pull}`;
  if (pull === null && canPull) {
    const until = "the agent sets the pull-up itself, but before it runs the line floats";
    return [bias.note(`${found}: ${until.replace("pull-up", word)}.`, mend)];
  }
  return [bias.problem(`GPIO${line.bcm} (${line.name}) needs a ${word}, and ${found}.`, mend)];
}

export interface PinFacts {
  readonly board: Board;
  readonly gpio: GpioFacts;
  readonly pi: PiFacts;
  readonly user: UserFacts;
  /** The lines are the agent's own then, and nobody is accused of holding them. */
  readonly agentRuns: boolean;
  readonly wanted: GpioBackend;
  readonly chosen: GpioChosen;
}

/** Everything about the pins. Opens none. */
export function checkGpio({
  board,
  gpio,
  pi,
  user,
  agentRuns,
  wanted,
  chosen,
}: PinFacts): readonly Finding[] {
  const lines = linesOf(board);
  if (lines.length === 0) return [chip.ok(`${board.name} uses no pins.`)];
  const there = checkChip(gpio, lines);
  const biases = lines.flatMap((line) => checkBias(line, pi, chosen.backend === "gpiod"));
  if (there.level !== "ok") return [there, checkBackend(gpio, chosen, wanted), ...biases];
  const rights = agentRuns ? [] : [checkAccess(gpio, user), ...lines.map((line) => checkHolder(line, gpio))];
  return [there, checkBackend(gpio, chosen, wanted), ...rights, ...biases];
}
