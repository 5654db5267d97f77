// The folders that the agent writes to: its memory, and the socket where commands find it.
import type { PlaceFacts, UserFacts } from "./facts.ts";
import { type Check, check, type Finding, run, say } from "./finding.ts";

const stateDir = check(
  "state_dir",
  "Events are written to disk before they are sent: without the folder none survives.",
);
const space = check("disk_space", "On a full disk events cannot be recorded.");
const socketDir = check(
  "socket_dir",
  "Commands such as `pi-ups status` find the agent by a socket in this folder.",
);

const mib = 1024 * 1024;
const tooLittle = 20 * mib;
const little = 200 * mib;

function checkFolder(one: Check, { path, exists, nearest, writable }: PlaceFacts, user: UserFacts): Finding {
  if (writable) {
    return one.ok(
      exists ? `${user.name} may write in ${path}.` : `${path} will be made when the agent starts.`,
    );
  }
  const found = exists
    ? `${user.name} may not write in ${path}.`
    : `${path} is not there, and ${user.name} may not make it in ${nearest}.`;
  // What is made by hand in /run is gone after the next start.
  if (path.startsWith("/run/")) {
    return one.problem(
      found,
      say(
        "Have it made at each start, or run the agent as root:",
        `echo 'd ${path} 0755 ${user.name} -' | sudo tee /etc/tmpfiles.d/pi-ups.conf`,
        "sudo systemd-tmpfiles --create /etc/tmpfiles.d/pi-ups.conf",
      ),
    );
  }
  const make = exists ? [] : [`sudo mkdir -p ${path}`];
  const sentence = exists
    ? "Give it to the user, or run the agent as root:"
    : "Make it, or run the agent as root:";
  return one.problem(found, say(sentence, ...make, `sudo chown ${user.name} ${path}`));
}

function checkSpace({ nearest, freeBytes }: PlaceFacts): Finding {
  const look = run(`df -h ${nearest}`, "sudo apt clean", "sudo journalctl --vacuum-size=100M");
  if (freeBytes === null)
    return space.unknown(`The free space at ${nearest} could not be read.`, run(`df -h ${nearest}`));
  const gib = freeBytes / (1024 * mib);
  const free = `${gib < 1 ? `${Math.floor(freeBytes / mib)} MiB` : `${gib.toFixed(1)} GiB`} are free at ${nearest}.`;
  if (freeBytes < tooLittle) return space.problem(`Only ${free}`, look);
  if (freeBytes < little) return space.note(`Only ${free}`, look);
  return space.ok(free);
}

/** @param agentRuns then the folders are in use, and it is not this user who has to write there */
export function checkPlaces(
  places: { readonly stateDir: PlaceFacts; readonly socketDir: PlaceFacts },
  user: UserFacts,
  agentRuns: boolean,
): readonly Finding[] {
  if (agentRuns) return [checkSpace(places.stateDir)];
  return [
    checkFolder(stateDir, places.stateDir, user),
    checkFolder(socketDir, places.socketDir, user),
    checkSpace(places.stateDir),
  ];
}
