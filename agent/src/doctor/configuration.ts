// The configuration, and whether the agent that runs is the one that it means.
import type { Board } from "../boards/board.ts";
import type { AgentFacts, ConfigFacts } from "./facts.ts";
import { check, type Finding, run, say } from "./finding.ts";

const configuration = check(
  "configuration",
  "Without a good configuration the agent does not start; with the defaults it may read the wrong board.",
);
const boardChoice = check(
  "board_choice",
  "Boards with the same chip look the same on the bus and differ in their pins: the wrong one can read mains the wrong way round.",
);

export function checkConfiguration(facts: ConfigFacts): readonly Finding[] {
  if (facts.kind === "bad") {
    const mend = say("Correct the file; this shows all that is wrong with it:", "pi-ups config check");
    return facts.problems.map((text) => configuration.problem(text, mend));
  }
  const { file, present, warnings } = facts;
  if (!present) {
    return [
      configuration.note(
        `There is no ${file}: every setting has its default, and the agent would not talk to Home Assistant.`,
        say("Look which board is there, and let it be written:", "sudo pi-ups detect"),
      ),
    ];
  }
  if (warnings.length === 0) return [configuration.ok(`${file} is good.`)];
  return warnings.map((text) => configuration.note(text, run("pi-ups config check")));
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
      boardChoice.note(
        `The board is simulated: ${name}. The bus and the pins of this machine are not looked at.`,
        say("For a real board write it without sim: in front, for example:", `board: ${board.id}`),
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
const agentFaults = check(
  "agent_faults",
  "What the agent cannot read it does not guess: with old values it will not shut the Pi down.",
);

/** @param version of this program */
export function checkAgent(facts: AgentFacts, version: string): readonly Finding[] {
  switch (facts.kind) {
    case "none":
      return [agent.note("No agent is running.", run("sudo pi-ups run"))];
    case "silent":
      return [agent.problem(facts.message, run("pi-ups status"))];
    case "running": {
      const mode = facts.simulated ? ", simulated" : "";
      const found = [
        agent.ok(
          `An agent is running (process ${facts.pid}, version ${facts.version}, board ${facts.boardId}${mode}).`,
        ),
      ];
      if (facts.version !== version) {
        found.push(
          agentVersion.note(
            `The running agent is version ${facts.version}, this program is ${version}.`,
            say("Stop the agent and start it again.", `sudo kill ${facts.pid}`, "sudo pi-ups run"),
          ),
        );
      }
      const look = run("pi-ups status");
      for (const { code, message } of facts.faults)
        found.push(agentFaults.problem(`${message} (${code})`, look));
      return found;
    }
  }
  return facts satisfies never;
}
