// The everyday life of an X1201: it is there, its figures follow the chip, and both edges of GPIO6 arrive. Run once for
// each of the agent's two ways to the pins.
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type Agent, type Event, type Status, startAgent } from "./agent.ts";
import { dump, gauge, setGauge } from "./chips.ts";
import { drive, driven, holder } from "./pins.ts";
import { check } from "./tap.ts";
import { eventually, need } from "./wait.ts";
import { type Way, x1201On } from "./ways.ts";

const acLine = 6;
const chargeLine = 16;

function shows(volts: number, percent: number): (status: Status | null) => boolean {
  return (status) =>
    status !== null &&
    !status.stale &&
    Math.abs((status.battery_voltage_v ?? 0) - volts) < 0.005 &&
    Math.abs((status.battery_percent ?? 0) - percent) < 1;
}

async function isPresent(agent: Agent, way: string): Promise<string> {
  const begun = performance.now();
  const status = await eventually("4.1 V and 92 %", () => agent.status(), shows(4.1, 92));
  // Mains counts as present when it was steady for the debounce.
  await eventually(
    "ac_present true",
    () => agent.status(),
    (seen) => seen?.ac_present === true,
  );
  need(status?.faults, "no faults", (found) => found?.length === 0);
  const backend = way === "libgpiod" ? "gpiod" : way;
  need(status?.gpio, `pins over ${backend}`, (found) => found?.backend === backend);
  return `${status?.battery_voltage_v} V, ${status?.battery_percent} %, ${seconds(performance.now() - begun)} after the start`;
}

async function follows(agent: Agent): Promise<string> {
  await setGauge(3700, 50);
  const changed = performance.now();
  const status = await eventually("3.7 V and 50 %", () => agent.status(), shows(3.7, 50));
  const figure = `${status?.battery_voltage_v} V, ${status?.battery_percent} %, after ${seconds(performance.now() - changed)}`;
  await setGauge(4100, 92);
  await eventually("4.1 V and 92 %", () => agent.status(), shows(4.1, 92));
  return figure;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** Drives the line and waits for the edge, the event and the status. */
async function edge(agent: Agent, acPresent: boolean, type: string): Promise<string> {
  const limitMs = (acPresent ? 5_000 : 1_000) + 2_000;
  const known = agent.events().length;
  const heard = agent.inputs().length;
  const atMs = Date.now();
  await drive(acLine, acPresent);
  const isEdge = () =>
    agent
      .inputs()
      .slice(heard)
      .find((input) => input.type === "ac_edge" && input.acPresent === acPresent);
  const input = await eventually(`the edge to ${acPresent}`, isEdge, (seen) => seen !== undefined);
  const isEvent = (): Event | undefined =>
    agent
      .events()
      .slice(known)
      .find((event) => event.type === type);
  await eventually(type, isEvent, (seen) => seen !== undefined);
  const eventMs = Date.now() - atMs;
  const edgeMs = (input?.at.wallMs ?? 0) - atMs;
  // What the agent promises for a true outage: debounce (1 s lost, 5 s restored) and two seconds.
  need(eventMs, `the event within ${limitMs} ms`, (ms) => ms <= limitMs);
  await eventually(
    `ac_present ${acPresent} in the status`,
    () => agent.status(),
    (status) => status?.ac_present === acPresent && status.power === (acPresent ? "on_mains" : "on_battery"),
  );
  return `edge after ${edgeMs} ms, ${type} after ${eventMs} ms`;
}

/** The processes with this name. */
function processes(name: string): readonly number[] {
  const comm = (pid: string) => {
    try {
      return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
    } catch {
      return "";
    }
  };
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid) && comm(pid) === name)
    .map(Number);
}

/** What gpiomon asked for stands in gpioinfo while it holds the line. */
async function isDebounced(): Promise<undefined> {
  await eventually(
    "a debounce period of 5 ms",
    () => holder(acLine),
    (text) => text.includes("debounce-period=5ms"),
  );
  return undefined;
}

/** The watching program is killed, as the kernel does when memory is short; the next edge must still arrive. */
async function survivesItsWatcher(agent: Agent): Promise<string> {
  // Between two readings of the level there is a moment without one.
  const before = await eventually(
    "a running gpiomon",
    () => processes("gpiomon"),
    (pids) => pids.length > 0,
  );
  for (const pid of before) process.kill(pid, "SIGKILL");
  await eventually(
    "another gpiomon",
    () => processes("gpiomon"),
    (pids) => pids.some((pid) => !before.includes(pid)),
  );
  await eventually(
    "the line to be watched again",
    () => holder(acLine),
    (text) => text.includes("pi-ups"),
  );
  const lost = await edge(agent, false, "ac_power_loss");
  await edge(agent, true, "ac_power_restored");
  return lost;
}

/** How long the line was low, ms: more than was meant when the machine is busy. */
async function flicker(): Promise<number> {
  const begun = performance.now();
  await drive(acLine, false);
  await sleep(300);
  await drive(acLine, true);
  return performance.now() - begun;
}

/** Shorter than the debounce: no outage. One that took longer proves nothing, and is made again. */
async function flickers(agent: Agent): Promise<undefined> {
  let known = agent.events().length;
  while ((await flicker()) > 700) {
    await sleep(10_000);
    known = agent.events().length;
  }
  await sleep(3_000);
  need(
    agent
      .events()
      .slice(known)
      .map(({ type }) => type),
    "no event",
    (types) => types.length === 0,
  );
}

/** GPIO16 low allows charging, high forbids it; at rest the line is not driven at all. */
async function switches(agent: Agent): Promise<undefined> {
  await agent.command("switch", "allow_charge", "off");
  need(await driven(chargeLine), "GPIO16 driven high", (high) => high);
  await agent.command("switch", "allow_charge", "on");
  need(await driven(chargeLine), "GPIO16 driven low", (high) => !high);
  return undefined;
}

async function stops(agent: Agent): Promise<string> {
  need(await holder(acLine), "a line that is in use", (text) => text !== "" && /consumer=|used/.test(text));
  // A stopped agent must not leave a battery uncharged.
  await agent.command("switch", "allow_charge", "off");
  const begun = performance.now();
  const code = await agent.stop();
  const took = performance.now() - begun;
  need(code, "exit code 0", (found) => found === 0);
  need(took, "a stop within 5000 ms", (found) => found < 5_000);
  for (const line of [acLine, chargeLine]) {
    need(await holder(line), "a free line", (text) => text !== "" && !/consumer=|used\]/.test(text));
  }
  need(await driven(chargeLine), "GPIO16 no longer high", (high) => !high);
  return seconds(took);
}

export async function mainsChecks(on: Way): Promise<void> {
  const [way] = on;
  await setGauge(4100, 92);
  await drive(acLine, true);
  const before = await dump(gauge);
  const agent = startAgent(x1201On(on));
  await check(`${way}: the X1201 is present`, () => isPresent(agent, way));
  await check(`${way}: readings follow the chip`, () => follows(agent));
  await check(`${way}: mains goes`, () => edge(agent, false, "ac_power_loss"));
  await check(`${way}: mains comes back`, () => edge(agent, true, "ac_power_restored"));
  await check(`${way}: a flicker of 300 ms is no outage`, () => flickers(agent));
  if (way === "libgpiod") {
    await check(`${way}: the kernel debounces the line`, isDebounced);
    await check(`${way}: a gpiomon that dies is started again`, () => survivesItsWatcher(agent));
  }
  await check(`${way}: charging is switched off and on over GPIO16`, () => switches(agent));
  await check(`${way}: the agent stops, frees the lines and allows charging`, () => stops(agent));
  await check(`${way}: the agent has written nothing to the gauge`, async () => {
    need(await dump(gauge), "the registers as they were", (after) => after === before);
    return undefined;
  });
}
