// `pi-ups doctor`: gathers what is known about this machine and its board, and says what is wrong and how to mend it.
// Everything is looked at by reading; a running agent's bus and lines are left alone, and it is asked instead.
import { addressOf, type Board } from "../../boards/board.ts";
import { boards } from "../../boards/registry.ts";
import type { AgentConfig } from "../../config/agent-config.ts";
import { problemText } from "../../config/problem.ts";
import { UpsError } from "../../core/ups-error.ts";
import { askHomeAssistant } from "../../doctor/ask-home-assistant.ts";
import { agentHasBoard, type BoardFacts, examine } from "../../doctor/examine.ts";
import type {
  AgentFacts,
  ConfigFacts,
  DetectionFacts,
  HomeAssistantFacts,
  I2cFacts,
  TimeFacts,
} from "../../doctor/facts.ts";
import { findingReport } from "../../doctor/finding.ts";
import { type Detection, detectBoards } from "../../drivers/detect.ts";
import { readDs1307 } from "../../drivers/ds1307.ts";
import { createI2cQueue } from "../../drivers/i2c-queue.ts";
import { folderOf } from "../../platform/config-file.ts";
import { createControlClient } from "../../platform/control-client.ts";
import { chooseGpio } from "../../platform/gpio-choice.ts";
import { createNodeI2cBus } from "../../platform/i2c-bus.ts";
import { createKernelPower } from "../../platform/kernel-power.ts";
import * as machine from "../../platform/machine-facts.ts";
import { nodeClock } from "../../platform/node-clock.ts";
import { createSocket } from "../../platform/ws-socket.ts";
import type { CommandRun, Invocation } from "../command.ts";
import { doctorView } from "../doctor-view.ts";
import { exitCodes } from "../exit.ts";
import { ConfigError, requireConfig } from "../full-config.ts";
import { chooseConfig, findSocket } from "../target.ts";
import { packageVersion } from "../version.ts";
import { noWords } from "../words.ts";

/** The machine that is looked at. */
const root = "/";

interface Read {
  readonly facts: ConfigFacts;
  /** null: it is bad. */
  readonly config: AgentConfig | null;
  readonly boardNamed: boolean;
}

/** What `requireConfig` prints as warnings is caught: it becomes findings. */
function readConfig(invocation: Invocation): Read {
  const { file } = chooseConfig(invocation);
  const said: string[] = [];
  const listening: Invocation = { ...invocation, io: { ...invocation.io, err: (text) => said.push(text) } };
  try {
    const { config, walked } = requireConfig(chooseConfig(listening), listening, true);
    const present = !said.some((text) => text.startsWith(`pi-ups: there is no ${file}`));
    const warnings = present ? said.map((text) => text.trim().replace(/ \(warning\)$/, "")) : [];
    const boardNamed = walked.positions.has("board");
    return { facts: { kind: "good", file, present, warnings }, config, boardNamed };
  } catch (error) {
    if (!(error instanceof UpsError) || error.code === "PI_UPS_USAGE") throw error;
    const problems = error instanceof ConfigError ? error.problems.map(problemText) : [error.message];
    return { facts: { kind: "bad", file, problems }, config: null, boardNamed: false };
  }
}

async function askAgent(invocation: Invocation): Promise<AgentFacts> {
  try {
    const { agent, board, stale, battery_percent, faults } = await createControlClient(
      await findSocket(invocation),
    ).status();
    return {
      kind: "running",
      version: agent.version,
      pid: agent.pid,
      boardId: board.id,
      simulated: board.simulated,
      stale,
      batteryPct: battery_percent,
      faults,
      user: machine.userOfProcess(root, agent.pid),
    };
  } catch (error) {
    if (!(error instanceof UpsError)) throw error;
    // A configuration that cannot be read is a finding of its own.
    const none = error.code === "PI_UPS_NO_AGENT" || error.code.startsWith("PI_UPS_CONFIG_");
    return none ? { kind: "none" } : { kind: "silent", code: error.code, message: error.message };
  }
}

/** The configured board first, then those on the same bus with which it could be confused. */
function boardsToAsk(board: Board): readonly Board[] {
  return [board, ...boards.filter(({ id, i2cBus }) => id !== board.id && i2cBus === board.i2cBus)];
}

interface Asked {
  readonly detection: Detection;
  readonly boardClock: TimeFacts["boardClock"];
}

/** Reads only. */
async function askBus(board: Board, facts: I2cFacts): Promise<Asked> {
  const i2c = createNodeI2cBus(board.i2cBus);
  try {
    const detection = await detectBoards(boardsToAsk(board), {
      i2c,
      kernel: createKernelPower(),
      clock: nodeClock,
    });
    const clock = board.chips.find(({ chip }) => chip === "ds1307");
    const address = clock === undefined ? null : addressOf(clock);
    const free = address !== null && !facts.drivers.has(address) && detection.busFailure === null;
    const bus = createI2cQueue(i2c, nodeClock, { bus: board.i2cBus });
    return { detection, boardClock: free ? await readDs1307(bus, address) : null };
  } finally {
    await i2c.close();
  }
}

function askHa({ homeAssistant }: AgentConfig): Promise<HomeAssistantFacts> {
  if (homeAssistant === null) return Promise.resolve({ kind: "not_configured" });
  return askHomeAssistant({ ...homeAssistant, createSocket, clock: nodeClock });
}

interface Looked {
  readonly about: BoardFacts;
  readonly boardClock: TimeFacts["boardClock"];
}

async function lookAtBoard(
  { config, boardNamed }: { readonly config: AgentConfig; readonly boardNamed: boolean },
  agent: AgentFacts,
  tool: machine.Tool,
): Promise<Looked> {
  const { description: board, simulated } = config.board;
  const [i2c, gpio, gpioChosen, homeAssistant] = await Promise.all([
    machine.i2cFacts(root, board.i2cBus),
    machine.gpioFacts(root, tool),
    // Opens no line.
    chooseGpio({ backend: config.gpioBackend }).describe(),
    askHa(config),
  ]);
  const asked = simulated || agentHasBoard(agent) ? null : await askBus(board, i2c);
  const detection: DetectionFacts = asked?.detection ?? null;
  const places = {
    stateDir: machine.placeFacts(config.stateDir),
    socketDir: machine.placeFacts(folderOf(config.socketPath)),
  };
  const about: BoardFacts = {
    board,
    simulated,
    named: boardNamed,
    i2c,
    gpio,
    gpioWanted: config.gpioBackend,
    gpioChosen,
    detection,
    places,
    homeAssistant,
  };
  return { about, boardClock: asked?.boardClock ?? null };
}

export const run: CommandRun = async (invocation) => {
  noWords("doctor", invocation.words);
  const { io, options } = invocation;
  const tool = machine.createTool();
  const { facts: config, config: good, boardNamed } = readConfig(invocation);
  const agent = await askAgent(invocation);
  const looked = good === null ? null : await lookAtBoard({ config: good, boardNamed }, agent, tool);
  const [pi, system, time] = await Promise.all([
    machine.piFacts(root, tool),
    machine.systemFacts(root, tool),
    machine.timeFacts(root, tool, () => nodeClock.now().wallMs, looked?.boardClock ?? null),
  ]);
  const chapters = examine({
    version: packageVersion(),
    config,
    agent,
    pi,
    user: machine.ownUser(root),
    system,
    time,
    about: looked?.about ?? null,
  });
  const findings = chapters.flatMap((chapter) => chapter.findings);
  if (options["json"] === true) io.out(`${JSON.stringify(findings.map(findingReport), null, 2)}\n`);
  else io.out(doctorView(chapters, io.color));
  return findings.some(({ level }) => level === "problem") ? exitCodes.error : exitCodes.ok;
};
