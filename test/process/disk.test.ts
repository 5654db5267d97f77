// An agent whose disk is full: it runs, decides, says so once, still powers off, and writes what waited as soon as there
// is room. A file size limit of the kernel plays the full disk.
import { describe, expect, it } from "vitest";
import type { UpsEvent } from "../../agent/src/protocol/events.ts";
import { AgentHome, type Running, runNode, type SpawnOptions } from "../support/agent-process.ts";

/** Writes beyond `kib` fail in every file. SIGXFSZ is ignored, as a full disk sends no signal. */
function fullBeyond(kib: number): SpawnOptions {
  return { prefix: ["bash", "-c", `trap '' XFSZ; ulimit -S -f ${kib}; exec "$@"`, "limited"] };
}

async function lift(agent: Running): Promise<void> {
  const { code, err } = await runNode(["-e", ""], {
    prefix: ["bash", "-c", `prlimit --pid ${agent.pid} --fsize=unlimited`, "lift"],
  }).ended;
  if (code !== 0) throw new Error(err);
}

/** Outages and their ends, until the journal must have grown beyond the limit. */
async function flicker(home: AgentHome, times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) {
    await home.sim("ac", n % 2 === 0 ? "off" : "on");
    await home.status(({ power }) => power === (n % 2 === 0 ? "on_battery" : "on_mains"));
  }
}

const listed = async (home: AgentHome): Promise<readonly UpsEvent[]> =>
  (await home.cli("events", "--json", "--limit", "1000")).out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as UpsEvent);

const unwritable = (status: { readonly faults: readonly { readonly code: string }[] }) =>
  status.faults.some(({ code }) => code === "PI_UPS_JOURNAL_UNWRITABLE");

describe("a disk that is full", () => {
  it("is said once, and every event is written when there is room again", async () => {
    const home = new AgentHome();
    const agent = await home.up(fullBeyond(40));
    await flicker(home, 6);
    const status = await home.status(unwritable);
    expect(status.events.last_seq).toBeGreaterThan(6);
    const said = agent
      .out()
      .split("\n")
      .filter((line) => line.includes("agent.db cannot be written"));
    expect(said).toHaveLength(1);
    expect(said[0]).toContain("event=ups_fault");
    await lift(agent);
    await home.status((now) => !unwritable(now), 40_000);
    const all = await listed(home);
    agent.kill("SIGKILL");
    await agent.ended;
    const next = await home.up();
    const stored = (await listed(home)).filter(({ seq }) => seq <= (all.at(-1)?.seq ?? 0));
    expect(stored).toEqual(all);
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, n) => n + 1));
    next.kill("SIGTERM");
    await next.ended;
  });

  it("does not keep the Pi from being powered off", async () => {
    const home = new AgentHome();
    const agent = await home.up(fullBeyond(40));
    await flicker(home, 5);
    await home.status(unwritable);
    await home.sim("battery", "5%");
    expect((await agent.ended).code).toBe(0);
    expect(agent.out()).toContain("event=shutdown_started");
    expect(home.savedWorld().pi).toBe("off");
  });
});
