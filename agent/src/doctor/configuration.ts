// The configuration, and whether the agent that runs is the one that it means.
import type { Board } from "../boards/board.ts";
import type { AgentFacts, ConfigFacts } from "./facts.ts";
import { check, type Finding, run, say } from "./finding.ts";

const configuration = check("configuration", "Without a good configuration the agent does not start.");
const defaults = check(
  "configuration",
  "The defaults may not fit: they name a board, and no Home Assistant.",
);
const remarks = check("configuration", "The agent starts, but this was hardly meant.");
const boardChoice = check(
  "board_choice",
  "Boards with the same chip look the same on the bus and differ in their pins: the wrong one can read mains the wrong way round.",
);

const simulation = check("board_choice", "A simulated board watches no battery and powers nothing off.");

export function checkConfiguration(facts: ConfigFacts): readonly Finding[] {
  if (facts.kind === "bad") {
    const mend = say("Correct the file, until this finds nothing:", `pi-ups config check ${facts.file}`);
    return facts.problems.map((text) => configuration.problem(text, mend));
  }
  const { file, present, warnings } = facts;
  if (!present) {
    return [
      defaults.note(
        `There is no ${file}: every setting has its default.`,
        say("Look which board is there, and let it be written:", "sudo pi-ups detect"),
      ),
    ];
  }
  if (warnings.length === 0) return [configuration.ok(`${file} is good.`)];
  return warnings.map((text) => remarks.note(text, run(`pi-ups config check ${file}`)));
}

export interface BoardChoice {
  readonly board: Board;
  readonly simulated: boolean;
  /** Whether somebody named it; else it is the default. */
  readonly named: boolean;
}

export function checkBoardChoice({ board, simulated, named }: BoardChoice): readonly Finding[] {
  const name = `${board.name} (${board.id})`;
  if (simulated) {
    return [
      simulation.note(
        `The board is simulated: ${name}. Bus, pins and power-off of this machine are not looked at.`,
        say(`For the real board, write \`board: ${board.id}\` in the configuration.`),
      ),
    ];
  }
  if (!named) {
    return [boardChoice.note(`No board is named; the default is taken: ${name}.`, run("sudo pi-ups detect"))];
  }
  if (board.confidence === "documented") return [boardChoice.ok(`The board is ${name}.`)];
  return [
    boardChoice.note(
      `The board is ${name}. Some of what is known about it is unconfirmed.`,
      run(`pi-ups boards ${board.id}`),
    ),
  ];
}

const agent = check(
  "agent",
  "Only a running agent shuts the Pi down in time and tells Home Assistant what happens.",
);
const agentVersion = check("agent_version", "A running agent keeps the code that it was started with.");
const agentBoard = check("agent_board", "A running agent keeps the configuration that it was started with.");
const agentFaults = check(
  "agent_faults",
  "What the agent cannot read it does not guess: with old values it will not shut the Pi down.",
);

function checkRunning(
  facts: Extract<AgentFacts, { kind: "running" }>,
  version: string,
  choice: BoardChoice | null,
): readonly Finding[] {
  const { pid, boardId, simulated, faults } = facts;
  const mode = simulated ? ", simulated" : "";
  const found = [
    agent.ok(`An agent is running (process ${pid}, version ${facts.version}, board ${boardId}${mode}).`),
  ];
  const again = say("Stop the agent and start it again:", `sudo kill ${pid}`, "sudo pi-ups run");
  if (facts.version !== version) {
    const what = `The running agent is version ${facts.version}, this program is ${version}.`;
    found.push(agentVersion.note(what, again));
  }
  if (choice !== null && (choice.board.id !== boardId || choice.simulated !== simulated)) {
    const word = `${choice.simulated ? "sim:" : ""}${choice.board.id}`;
    const what = `The running agent uses ${simulated ? "sim:" : ""}${boardId}, the configuration says ${word}.`;
    found.push(agentBoard.note(what, again));
  }
  const look = run("pi-ups status");
  for (const { code, message } of faults) found.push(agentFaults.problem(`${message} (${code})`, look));
  return found;
}

/**
 * @param version of this program
 * @param choice the configured board; null: the configuration is bad
 */
export function checkAgent(
  facts: AgentFacts,
  version: string,
  choice: BoardChoice | null,
): readonly Finding[] {
  switch (facts.kind) {
    case "none":
      return [agent.note("No agent is running.", run("sudo pi-ups run"))];
    case "silent":
      return facts.code === "PI_UPS_NO_PERMISSION"
        ? [agent.unknown(facts.message, run("sudo pi-ups doctor"))]
        : [agent.problem(`${facts.message} (${facts.code})`, run("sudo pi-ups status"))];
    case "running":
      return checkRunning(facts, version, choice);
  }
  return facts satisfies never;
}
