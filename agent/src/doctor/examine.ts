// All checks over all facts, under headings, in the order in which a person would mend things.
import type { Board } from "../boards/board.ts";
import { checkAgent, checkBoardChoice, checkConfiguration } from "./configuration.ts";
import { checkDetection, checkThroughAgent, checkWithoutBus } from "./device.ts";
import type {
  AgentFacts,
  ConfigFacts,
  DetectionFacts,
  GpioBackend,
  GpioChosen,
  GpioFacts,
  HomeAssistantFacts,
  I2cFacts,
  PiFacts,
  PlaceFacts,
  SystemFacts,
  TimeFacts,
  UserFacts,
} from "./facts.ts";
import type { Chapter, Finding } from "./finding.ts";
import { checkGpio } from "./gpio.ts";
import { checkHomeAssistant } from "./home-assistant.ts";
import { busIsUsable, checkI2c, checkKernelDrivers, usesI2c } from "./i2c.ts";
import { checkPi } from "./pi.ts";
import { checkPlaces } from "./places.ts";
import { checkSystem } from "./system.ts";
import { checkTime } from "./time.ts";
import { checkUsers } from "./users.ts";

/** What depends on the configuration; missing as a whole when that is bad. */
export interface BoardFacts {
  readonly board: Board;
  readonly simulated: boolean;
  /** Whether somebody named it; else it is the default. */
  readonly named: boolean;
  readonly i2c: I2cFacts;
  readonly gpio: GpioFacts;
  readonly gpioWanted: GpioBackend;
  readonly gpioChosen: GpioChosen;
  readonly detection: DetectionFacts;
  readonly places: { readonly stateDir: PlaceFacts; readonly socketDir: PlaceFacts };
  readonly homeAssistant: HomeAssistantFacts;
}

export interface Facts {
  /** Version of this program. */
  readonly version: string;
  readonly config: ConfigFacts;
  readonly agent: AgentFacts;
  readonly pi: PiFacts;
  readonly user: UserFacts;
  readonly system: SystemFacts;
  readonly time: TimeFacts;
  readonly about: BoardFacts | null;
}

/** Whether an agent uses the real board, or may: then it is asked, and the bus and the lines are left alone. */
export function agentHasBoard(agent: AgentFacts): boolean {
  return agent.kind === "silent" || (agent.kind === "running" && !agent.simulated);
}

function boardChapters(facts: Facts, about: BoardFacts): readonly Chapter[] {
  const { board, i2c, gpio, gpioWanted: wanted, gpioChosen: chosen, detection, named } = about;
  const { agent, pi, user } = facts;
  const found: Finding[] = [];
  if (usesI2c(board)) found.push(...checkI2c(i2c, pi, user));
  found.push(...checkKernelDrivers(board, i2c, pi));
  if (agent.kind !== "none" && agentHasBoard(agent)) found.push(checkThroughAgent(agent));
  else if (usesI2c(board) && !busIsUsable(i2c)) found.push(checkWithoutBus(board));
  else if (detection !== null) found.push(...checkDetection(board, detection, named));
  const agentUser = agent.kind === "running" ? agent.user : null;
  return [
    { title: "Board", findings: found },
    {
      title: "Pins",
      findings: checkGpio({ board, gpio, pi, user, agentRuns: agentHasBoard(agent), wanted, chosen }),
    },
    { title: "User", findings: checkUsers(user, agentUser, board) },
  ];
}

/** Judges everything that is known. Chapters without findings are left out. */
export function examine(facts: Facts): readonly Chapter[] {
  const { about, agent, config, pi, system, time, user, version } = facts;
  const board = about === null || about.simulated ? null : about.board;
  const bootConfig = pi.bootConfig.ok ? pi.bootConfig.value.path : null;
  const chapters: readonly Chapter[] = [
    {
      title: "Configuration and agent",
      findings: [
        ...checkConfiguration(config),
        ...(about === null ? [] : checkBoardChoice(about)),
        ...checkAgent(agent, version, about),
      ],
    },
    { title: "This machine", findings: checkPi(pi, board) },
    ...(about === null || about.simulated ? [] : boardChapters(facts, about)),
    // A simulated Pi is switched off by ending its process.
    { title: "Power-off", findings: about?.simulated === true ? [] : checkSystem(system, user, agent) },
    { title: "Clock", findings: checkTime(time, board, bootConfig) },
    {
      title: "Folders",
      findings: about === null ? [] : checkPlaces(about.places, user, agent.kind !== "none"),
    },
    {
      title: "Home Assistant",
      findings: about === null ? [] : checkHomeAssistant(about.homeAssistant, version),
    },
  ];
  return chapters.filter(({ findings }) => findings.length > 0);
}
