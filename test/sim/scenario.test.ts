// Scenarios: every mistake is named with its place, and what is played happens at its time.
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { findBoard } from "../../agent/src/boards/registry.ts";
import { parseScenario, runScenario, type Scenario } from "../../agent/src/sim/scenario.ts";
import { createSimulator } from "../../agent/src/sim/world.ts";
import { VirtualClock } from "./virtual-clock.ts";

const good = `
name: a short outage
steps:
  - at: 0s
    battery: 60%
    load: 9W
  - at: 10s
    ac: off
  - at: 30
    fault: i2c-nack
    for: 5s
    temp: 70
  - at: 1 min
    clear: true
    speed: 60
    ac: on
`;

function scenarioOf(yaml: string): Scenario {
  const result = parseScenario(parse(yaml));
  if (!result.ok) throw new Error(result.message);
  return result.value;
}

function problemsOf(yaml: string): string {
  const result = parseScenario(parse(yaml));
  if (result.ok) throw new Error("the scenario was accepted");
  expect(result.code).toBe("PI_UPS_SCENARIO_INVALID");
  return result.message;
}

describe("reading", () => {
  it("takes times, quantities and several things in one step", () => {
    expect(scenarioOf(good)).toEqual({
      name: "a short outage",
      steps: [
        {
          atMs: 0,
          commands: [
            { kind: "battery", percent: 60 },
            { kind: "load", watts: 9 },
          ],
        },
        { atMs: 10_000, commands: [{ kind: "ac", present: false }] },
        {
          atMs: 30_000,
          commands: [
            { kind: "fault", fault: "i2c-nack", forMs: 5000 },
            { kind: "temperature", celsius: 70 },
          ],
        },
        {
          atMs: 60_000,
          commands: [{ kind: "clear" }, { kind: "speed", factor: 60 }, { kind: "ac", present: true }],
        },
      ],
    });
  });

  it.each([
    ["just a text", 'Expected is a mapping with the key "steps"'],
    ["steps: []", "steps: expected is a list with at least one step"],
    ["name: x", "steps: expected is a list with at least one step, found is nothing"],
    ["step: []\nsteps: [{at: 1s, ac: off}]", 'at the top: the key "step" is not known'],
    ["name: [a]\nsteps: [{at: 1s, ac: off}]", "name: expected is a text, found is a list"],
    ["steps: [{ac: off}]", 'steps[0]: "at" is missing'],
    ["steps: [{at: soon, ac: off}]", 'steps[0].at: "soon" is not a duration'],
    ["steps: [{at: 1s}]", "steps[0]: nothing happens in it"],
    ["steps: [{at: 1s, acc: off}]", 'steps[0]: the key "acc" is not known. Expected are: at, ac, load'],
    ["steps: [{at: 1s, ac: maybe}]", 'steps[0].ac: "maybe" is neither on nor off'],
    ["steps: [{at: 1s, ac: off, for: 10s}]", '"for" belongs to "fault"'],
    ["steps: [{at: 1s, show: true}]", 'the key "show" is not known'],
    ["steps: [10s]", 'steps[0]: expected is a mapping such as "at: 10s"'],
    ["steps: [{at: 9s, ac: off}, {at: 5s, ac: on}]", "steps[1].at: is earlier than a step before it"],
  ])("refuses %j", (yaml, sentence) => {
    expect(problemsOf(yaml)).toContain(sentence);
  });

  it("names every mistake at once", () => {
    const message = problemsOf("steps: [{at: x, ac: off}, {at: 1s, load: much}, {at: 2s, fault: fire}]");
    for (const place of ["steps[0].at", "steps[1].load", "steps[2].fault"]) expect(message).toContain(place);
  });
});

describe("playing", () => {
  function stage() {
    const board = findBoard("x1201");
    if (board === null) throw new Error("x1201 is gone");
    const clock = new VirtualClock();
    const sim = createSimulator({ board, clock });
    return { clock, sim, controller: new AbortController() };
  }

  it("does each thing at its time", async () => {
    const { clock, sim, controller } = stage();
    const startMs = clock.now().monoMs;
    const seen: string[] = [];
    const run = runScenario(sim, scenarioOf(good), clock, controller.signal, (_step, command) => {
      seen.push(`${clock.now().monoMs - startMs} ${command.kind}`);
    });
    await clock.advance(10_000);
    expect(sim.truth()).toMatchObject({ acPresent: false, loadW: 9 });
    await clock.advance(20_000);
    expect(sim.truth()).toMatchObject({ faults: ["i2c-nack"], temperatureC: 70 });
    await clock.advance(5000);
    expect(sim.truth().faults).toEqual([]);
    await clock.advance(25_000);
    expect(await run).toMatchObject({ end: "played", answer: { accepted: true } });
    expect(sim.truth()).toMatchObject({ acPresent: true, speed: 60 });
    expect(seen).toEqual([
      "0 battery",
      "0 load",
      "10000 ac",
      "30000 fault",
      "30000 temperature",
      "60000 clear",
      "60000 speed",
      "60000 ac",
    ]);
  });

  it("ends when it is aborted, and does nothing more", async () => {
    const { clock, sim, controller } = stage();
    const run = runScenario(sim, scenarioOf(good), clock, controller.signal);
    await clock.advance(5000);
    controller.abort();
    expect(await run).toMatchObject({ end: "aborted" });
    await clock.advance(60_000);
    expect(sim.truth().acPresent).toBe(true);
  });

  it("ends when a command is refused", async () => {
    const { clock, controller } = stage();
    const target = {
      apply: () => ({ accepted: false, code: "PI_UPS_NOT_SIMULATED", message: "a real board" }),
    };
    const run = await runScenario(target, scenarioOf(good), clock, controller.signal);
    expect(run).toMatchObject({ end: "refused", answer: { code: "PI_UPS_NOT_SIMULATED" } });
  });
});
