// The sentences that a person reads when the file is wrong. They are pinned, because they are the product's voice.
import { describe, expect, it } from "vitest";
import { good, refusals } from "./support.ts";

describe("unknown and doubled keys", () => {
  it("asks whether a similar key was meant", () => {
    expect(refusals("bord: x1201\n")).toMatchInlineSnapshot(`
      [
        "config.yaml:1:1: found the unknown key "bord", expected one of board, home_assistant, agent, state_dir, socket, sample_interval_s, battery, debounce, thresholds, charge, buttons, gpio, shutdown, log, sim, own_boards. Did you mean board?",
      ]
    `);
    expect(refusals("shutdown:\n  grace: 5\n")).toMatchInlineSnapshot(`
      [
        "config.yaml:2:3: shutdown: found the unknown key "grace", expected one of grace_s, allow_remote. Did you mean grace_s?",
      ]
    `);
  });
  it("says where a key belongs that stands at the wrong level", () => {
    expect(refusals("low_percent: 25\n")[0]).toContain("It belongs under thresholds.");
  });
  it("names the first place of a doubled key", () => {
    expect(refusals("board: x1201\nsocket: /run/a\nboard: x1202\n")).toMatchInlineSnapshot(`
      [
        "config.yaml:3:1: board: found the same key again (first on line 1), expected each key once. Delete one of the two.",
      ]
    `);
  });
});

describe("wrong values", () => {
  it.each([
    ["board: x1210"],
    ["board: X1201"],
    ["board: sim:x1299"],
    ["board:"],
    ["sample_interval_s: 0"],
    ["sample_interval_s: 1s"],
    ['sample_interval_s: "1"'],
    ["sample_interval_s: .nan"],
    ["thresholds: {hold_samples: 2.5}"],
    ["thresholds: {low_cell_v: '3,4'}"],
    ["shutdown: {allow_remote: yes}"],
    ["agent: {id: Kitchen Pi}"],
    ["agent: {name: 12}"],
    ["log: {level: warn}"],
    ["log: info"],
    ["log: [info]"],
    ["socket: ~/agent.sock"],
    [`socket: /${"x".repeat(107)}`],
  ])("%s", (text) => {
    expect(refusals(text)).toMatchSnapshot();
  });
});

describe("text that is not YAML, or not a configuration", () => {
  it.each([
    ["agent:\n\tname: x\n"],
    ["just words\n"],
    ["board:x1201\n"],
    ["- board: x1201\n"],
    ["board: x1201\n  socket: /run/a\n"],
    ['agent: {name: "x\n'],
    ["home_assistant:\n  token: !secret ha_token\n"],
    ["board: x1201\n---\nboard: x1202\n"],
    ["? [board]\n: x1201\n"],
    ["board: *x\n"],
  ])("%j", (text) => {
    expect(refusals(text)).toMatchSnapshot();
  });

  it("lists every problem of the file, in the order of the file", () => {
    const text =
      "bord: x1201\nsample_interval_s: fast\nthresholds:\n  low_percent: 5\n  hold: 3\nlog:\n  level: loud\n";
    expect(refusals(text).map((line) => /^config\.yaml:(\d+):/.exec(line)?.[1])).toEqual([
      "1",
      "2",
      "4",
      "5",
      "7",
    ]);
  });
});

describe("contradictions name both settings and both places", () => {
  it.each([
    ["thresholds:\n  critical_percent: 30\n  low_percent: 25\n"],
    ["thresholds:\n  low_percent: 8\n"],
    ["thresholds:\n  critical_cell_v: 3.5\n"],
    ["thresholds:\n  temperature_high_c: 55\n"],
    ["thresholds:\n  low_percent: 98\n"],
    ["thresholds:\n  low_cell_v: 4.1\n"],
  ])("%j", (text) => {
    expect(refusals(text)).toMatchSnapshot();
  });

  it("does not compare with a value that is wrong itself", () => {
    expect(refusals("thresholds:\n  low_percent: many\n  critical_percent: 50\n")).toHaveLength(1);
  });
  it("accepts limits that just fit", () => {
    const { config } = good(
      "thresholds: {critical_percent: 19.5, low_cell_v: 4.05, recovered_cell_v_above: 0.15}",
    );
    expect(config.thresholds).toMatchObject({ criticalPct: 19.5, lowCellMv: 4050 });
  });
});
