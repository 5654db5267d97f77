// The groups that open bus, pins and firmware: of the agent's user when one runs, and of whoever runs doctor.
import type { Board } from "../boards/board.ts";
import type { UserFacts } from "./facts.ts";
import { type Check, check, type Finding, say } from "./finding.ts";
import { usesI2c } from "./i2c.ts";
import { listed, newLogin } from "./words.ts";

const agentGroups = check(
  "agent_groups",
  "The agent reaches bus, pins and firmware by the groups of its user.",
);
const userGroups = check(
  "user_groups",
  "An agent that this user starts reaches bus, pins and firmware by the user's groups.",
);

interface Needed {
  readonly group: string;
  readonly for: string;
  /** Without it the agent does less, but runs. */
  readonly optional: boolean;
}

function neededBy(board: Board): readonly Needed[] {
  return [
    ...(usesI2c(board) ? [{ group: "i2c", for: "the bus", optional: false }] : []),
    ...(Object.keys(board.lines).length > 0 ? [{ group: "gpio", for: "the pins", optional: false }] : []),
    { group: "video", for: "the firmware's voltage warnings", optional: true },
  ];
}

function checkUser(one: Check, user: UserFacts, who: string, board: Board): readonly Finding[] {
  if (user.uid === 0) return [one.ok(`${who} is root and needs no groups.`)];
  const needed = neededBy(board).filter(({ group }) => !user.groups.includes(group));
  if (needed.length === 0) return [one.ok(`${who} (${user.name}) is in all groups that are needed.`)];
  const waiting = needed.filter(({ group }) => user.listedGroups.includes(group));
  const missing = needed.filter(({ group }) => !user.listedGroups.includes(group));
  const finding = (what: string, of: readonly Needed[], mend: ReturnType<typeof say>) =>
    of.every(({ optional }) => optional) ? one.note(what, mend) : one.problem(what, mend);
  const words = (of: readonly Needed[]) => listed(of.map((need) => `${need.group} (${need.for})`));
  return [
    ...(waiting.length === 0
      ? []
      : [
          finding(
            `${who} (${user.name}) was added to ${words(waiting)}, which counts from the next login on.`,
            waiting,
            newLogin,
          ),
        ]),
    ...(missing.length === 0
      ? []
      : [
          finding(
            `${who} (${user.name}) is not in ${words(missing)}.`,
            missing,
            say(
              "Add the user, then log in again or restart the service:",
              `sudo usermod -aG ${missing.map(({ group }) => group).join(",")} ${user.name}`,
            ),
          ),
        ]),
  ];
}

/** @param agentUser null: no agent runs, or nobody could tell whose it is */
export function checkUsers(user: UserFacts, agentUser: UserFacts | null, board: Board): readonly Finding[] {
  if (agentUser !== null) return checkUser(agentGroups, agentUser, "The agent's user", board);
  return checkUser(userGroups, user, "This user", board);
}
