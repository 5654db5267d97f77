// Configuration, bus, board and pins: every level of every check.
import { describe, expect, it } from "vitest";
import { checkAgent, checkBoardChoice, checkConfiguration } from "../../agent/src/doctor/configuration.ts";
import { checkDetection, checkThroughAgent } from "../../agent/src/doctor/device.ts";
import type { AgentFacts, ConfigFacts, GpioFacts, I2cFacts, PiFacts } from "../../agent/src/doctor/facts.ts";
import { checkGpio, type PinFacts } from "../../agent/src/doctor/gpio.ts";
import { checkI2c, checkKernelDrivers } from "../../agent/src/doctor/i2c.ts";
import { about, board, gpio, i2c, levels, no, only, pi, user, yes } from "./support.ts";

const file = "/etc/pi-ups/config.yaml";
const x1201 = board("x1201");

describe("configuration", () => {
  it.each<[string, ConfigFacts, string[]]>([
    ["good", { kind: "good", file, present: true, warnings: [] }, ["configuration ok"]],
    ["none", { kind: "good", file, present: false, warnings: [] }, ["configuration note"]],
    ["warned", { kind: "good", file, present: true, warnings: ["hm"] }, ["configuration note"]],
    ["bad", { kind: "bad", file, problems: ["a", "b"] }, ["configuration problem", "configuration problem"]],
  ])("%s", (_, facts, expected) => {
    expect(levels(checkConfiguration(facts))).toEqual(expected);
  });

  it("names the file to check", () => {
    const [found] = checkConfiguration({ kind: "bad", file: "/x.yaml", problems: ["a"] });
    expect(found?.mend?.run).toEqual(["pi-ups config check /x.yaml"]);
  });

  it.each([
    [{ board: x1201, simulated: false, named: true }, "ok"],
    [{ board: x1201, simulated: false, named: false }, "note"],
    [{ board: x1201, simulated: true, named: true }, "note"],
    [
      { board: board("x1203"), simulated: false, named: true },
      board("x1203").confidence === "documented" ? "ok" : "note",
    ],
    [{ board: { ...x1201, confidence: "experimental" as const }, simulated: false, named: true }, "note"],
  ])("board choice %#", (choice, level) => {
    expect(levels(checkBoardChoice(choice))).toEqual([`board_choice ${level}`]);
  });
});

const running: Extract<AgentFacts, { kind: "running" }> = {
  kind: "running",
  version: "0.1.0",
  pid: 4711,
  boardId: "x1201",
  simulated: false,
  stale: false,
  batteryPct: 87,
  faults: [],
  user,
};
const choice = { board: x1201, simulated: false, named: true };

describe("agent", () => {
  const fault = { code: "PI_UPS_GAUGE", message: "The gauge is silent." };
  it.each<[string, AgentFacts, string[]]>([
    ["none", { kind: "none" }, ["agent note"]],
    ["no permission", { kind: "silent", code: "PI_UPS_NO_PERMISSION", message: "no" }, ["agent unknown"]],
    ["hangs", { kind: "silent", code: "PI_UPS_TIMEOUT", message: "no" }, ["agent problem"]],
    ["runs", running, ["agent ok"]],
    ["old", { ...running, version: "0.0.9" }, ["agent ok", "agent_version note"]],
    ["other board", { ...running, boardId: "x708" }, ["agent ok", "agent_board note"]],
    ["simulated", { ...running, simulated: true }, ["agent ok", "agent_board note"]],
    ["fault", { ...running, faults: [fault] }, ["agent ok", "agent_faults problem"]],
  ])("%s", (_, facts, expected) => {
    expect(levels(checkAgent(facts, "0.1.0", choice))).toEqual(expected);
  });

  it("speaks for the board", () => {
    expect(checkThroughAgent(running).level).toBe("ok");
    expect(checkThroughAgent({ ...running, stale: true, batteryPct: null }).level).toBe("problem");
    expect(checkThroughAgent({ kind: "silent", code: "X", message: "x" }).level).toBe("unknown");
  });
});

describe("I2C", () => {
  const away = { ...i2c, present: false, mayOpen: false };
  const off: PiFacts = { ...pi, bootConfig: { ok: true, value: { path: "/boot/config.txt", text: "" } } };

  it.each<[string, I2cFacts, PiFacts, string, string | undefined]>([
    ["on", i2c, pi, "ok", undefined],
    ["off", away, off, "problem", "sudo raspi-config nonint do_i2c 0"],
    ["configured, module missing", away, pi, "problem", "sudo modprobe i2c-dev"],
    ["another bus", { ...away, bus: 3 }, pi, "problem", "ls /dev/i2c-*"],
    ["no Pi", away, { ...pi, model: null }, "problem", "sudo raspi-config nonint do_i2c 0"],
  ])("%s", (_, facts, machine, level, command) => {
    const found = only(checkI2c(facts, machine, user), "i2c_enabled");
    expect([found.level, found.mend?.run[0]]).toEqual([level, command]);
  });

  it("permission: by group, or by the next login", () => {
    const closed = { ...i2c, mayOpen: false };
    const outsider = { ...user, groups: ["pi"], listedGroups: ["pi"] };
    expect(only(checkI2c(i2c, pi, user), "i2c_access").level).toBe("ok");
    expect(only(checkI2c(closed, pi, outsider), "i2c_access").mend?.run).toEqual(["sudo usermod -aG i2c pi"]);
    const waiting = only(checkI2c(closed, pi, { ...outsider, listedGroups: ["pi", "i2c"] }), "i2c_access");
    expect([waiting.level, waiting.mend?.run]).toEqual(["problem", ["id -nG"]]);
    expect(waiting.mend?.say).toContain("Log out and in again");
    expect(levels(checkI2c(away, pi, user))).not.toContain("i2c_access problem");
  });

  it("the add-on", () => {
    expect(only(checkI2c(i2c, pi, user), "i2c_addon").level).toBe("ok");
    const missing = only(checkI2c({ ...i2c, addon: no("i2c-bus was not built") }, pi, user), "i2c_addon");
    expect([missing.level, missing.mend?.run.at(-1)]).toEqual(["problem", "npm run native"]);
  });
});

describe("kernel drivers", () => {
  const owned = { ...i2c, drivers: new Map([[0x36, "max17040"]]) };

  it.each<[string, string, I2cFacts, string[]]>([
    ["free", "x1201", i2c, ["kernel_driver ok"]],
    ["owned", "x1201", owned, ["kernel_driver problem"]],
    ["owned elsewhere", "x1201", { ...i2c, drivers: new Map([[0x40, "ina2xx"]]) }, ["kernel_driver ok"]],
    [
      "its clock is the kernel's",
      "x708",
      { ...i2c, drivers: new Map([[0x68, "rtc-ds1307"]]) },
      ["kernel_driver ok"],
    ],
    ["x120x module", "x1201", { ...i2c, powerSupplies: ["x120x-ac"] }, ["kernel_driver problem"]],
    ["kernel board with supplies", "kernel", { ...i2c, powerSupplies: ["BAT"] }, ["kernel_power_supply ok"]],
    ["kernel board without", "kernel", i2c, ["kernel_power_supply problem"]],
  ])("%s", (_, id, facts, expected) => {
    expect(levels(checkKernelDrivers(board(id), facts, pi))).toEqual(expected);
  });

  it("names the overlay that brought the driver", () => {
    const text = "dtoverlay=i2c-sensor,max17040,addr=0x36\n";
    const machine: PiFacts = { ...pi, bootConfig: { ok: true, value: { path: "/boot/config.txt", text } } };
    const [found] = checkKernelDrivers(x1201, owned, machine);
    expect(found?.mend?.say).toContain(
      "remove dtoverlay=i2c-sensor,max17040,addr=0x36 from /boot/config.txt",
    );
    expect(found?.mend?.run).toEqual(["echo 1-0036 | sudo tee /sys/bus/i2c/drivers/max17040/unbind"]);
  });
});

describe("device", () => {
  const seen = about.detection;
  if (seen === null) throw new Error("the good facts have a detection");

  it("answers", () => {
    const alone = { ...seen, candidates: seen.candidates.slice(0, 1) };
    expect(levels(checkDetection(x1201, alone, true))).toEqual(["device ok"]);
  });

  it("names who would answer the same also when somebody chose", () => {
    const found = checkDetection(x1201, seen, true);
    expect(levels(found)).toEqual(["device ok", "device_ambiguous ok"]);
    expect(found[1]?.what).toBe("x1202 would answer just the same; the configuration says that it is x1201.");
  });

  it("names who would answer the same when nobody chose", () => {
    const found = checkDetection(x1201, seen, false);
    expect(levels(found)).toEqual(["device ok", "device_ambiguous note"]);
    expect(found[1]?.what).toContain("x1202");
  });

  it("passes on what the driver remarked", () => {
    const [first] = seen.candidates;
    if (first === undefined) throw new Error("no candidate");
    const found = [{ chip: "max17043" as const, version: null, notes: ["It sleeps."] }];
    const detection = { ...seen, candidates: [{ ...first, found }] };
    expect(levels(checkDetection(x1201, detection, true))).toEqual(["device ok", "device note"]);
  });

  it("suggests what does answer, for a person to confirm", () => {
    const x708 = board("x708");
    const [found] = checkDetection(
      board("lifepo4wered_pi"),
      { ...seen, candidates: [{ board: x708, found: [] }] },
      true,
    );
    expect(found?.level).toBe("problem");
    expect(found?.mend).toEqual({
      say: "Could it be x708? Look at the name on the board and choose:",
      run: ["sudo pi-ups detect"],
    });
  });

  it("says what answered in the chip's place", () => {
    const addresses = [{ address: 0x36, state: "unknown" as const, refusals: ["0x36 says 9.9 V."] }];
    const [found] = checkDetection(x1201, { busFailure: null, addresses, candidates: [] }, true);
    expect(found?.what).toContain("0x36 says 9.9 V.");
    expect(found?.mend?.run).toEqual(["sudo i2cdetect -y 1"]);
  });

  it("is unknown when the bus cannot be used", () => {
    const busFailure = { ok: false, code: "PI_UPS_I2C_NO_BUS", message: "no bus" } as const;
    expect(levels(checkDetection(x1201, { busFailure, addresses: [], candidates: [] }, true))).toEqual([
      "device unknown",
    ]);
  });
});

describe("pins", () => {
  const chosen = about.gpioChosen;
  const none = { backend: "none", version: null, why: "Nothing works." } as const;
  const sysfs = { backend: "sysfs", version: "6.0.3", why: "sysfs GPIO is there." } as const;
  const fine: PinFacts = { board: x1201, gpio, pi, user, agentRuns: false, wanted: "auto", chosen };
  const look = (changes: Partial<GpioFacts>, rest: Partial<PinFacts> = {}) =>
    checkGpio({ ...fine, ...rest, gpio: { ...gpio, ...changes } });
  const ids = [
    "gpio_chip",
    "gpio_backend",
    "gpio_access",
    "gpio_line_ac_present",
    "gpio_line_charge_allowed",
  ];

  it("all is well", () => {
    expect(levels(look({}))).toEqual([...ids, "gpio_bias_ac_present"].map((id) => `${id} ok`));
  });

  it("leaves the lines to the agent that runs", () => {
    expect(levels(look({}, { agentRuns: true }))).toEqual([
      "gpio_chip ok",
      "gpio_backend ok",
      "gpio_bias_ac_present ok",
    ]);
  });

  it("a board without pins needs none", () => {
    expect(levels(look({ chips: { ok: true, value: [] } }, { board: board("kernel") }))).toEqual([
      "gpio_chip ok",
    ]);
  });

  it.each<[string, Partial<GpioFacts>, string, string]>([
    ["no chip", { chips: { ok: true, value: [] } }, "gpio_chip", "problem"],
    [
      "a foreign chip",
      { chips: { ok: true, value: [{ label: "pinctrl-x86", lines: 99, seenAt: "x" }] } },
      "gpio_chip",
      "problem",
    ],
    [
      "too few lines",
      { chips: { ok: true, value: [{ label: "pinctrl-rp1", lines: 10, seenAt: "x" }] } },
      "gpio_chip",
      "problem",
    ],
    ["chips hidden", { chips: no("gpiodetect ended with 1") }, "gpio_chip", "unknown"],
    ["may not open", { mayOpen: { ok: true, value: false } }, "gpio_access", "problem"],
    ["cannot tell", { mayOpen: no("there is nothing") }, "gpio_access", "unknown"],
    ["who holds is unknown", { holders: no("gpioinfo is not installed") }, "gpio_line_ac_present", "unknown"],
    [
      "held by a driver",
      { holders: { ok: true, value: [{ bcm: 6, holder: "x120x ac" }] } },
      "gpio_line_ac_present",
      "problem",
    ],
    [
      "held by sysfs",
      { holders: { ok: true, value: [{ bcm: 16, holder: "sysfs" }] } },
      "gpio_line_charge_allowed",
      "note",
    ],
  ])("%s", (_, changes, id, level) => {
    expect(only(look(changes), id).level).toBe(level);
  });

  const apart = "sudo apt install gpiod";
  const noTools = { libgpiod: no("gpiodetect is not installed") };
  it.each<[string, Partial<GpioFacts>, Partial<PinFacts>, string, string | undefined]>([
    ["libgpiod is used", {}, {}, "ok", undefined],
    ["sysfs is used", {}, { chosen: sysfs }, "ok", undefined],
    ["neither", noTools, { chosen: none }, "problem", apart],
    ["onoff not built, no tools", { ...noTools, sysfs: true }, { chosen: none }, "problem", apart],
    [
      "libgpiod wanted, not there",
      { ...noTools, sysfs: true, onoff: yes },
      { chosen: none, wanted: "gpiod" },
      "problem",
      apart,
    ],
    [
      "sysfs wanted, onoff not built",
      { sysfs: true },
      { chosen: none, wanted: "sysfs" },
      "problem",
      "npm run native",
    ],
    ["sysfs wanted, not in this kernel", {}, { chosen: none, wanted: "sysfs" }, "problem", apart],
    [
      "tools there, no right to the chip",
      { mayOpen: { ok: true, value: false } },
      { chosen: none },
      "unknown",
      undefined,
    ],
    ["tools there, no chip", { chips: { ok: true, value: [] } }, { chosen: none }, "unknown", undefined],
    ["tools there, but not all", {}, { chosen: none }, "problem", apart],
  ])("backend: %s", (_, changes, rest, level, command) => {
    const found = only(look(changes, rest), "gpio_backend");
    expect([found.level, found.mend?.run[0]]).toEqual([level, command]);
  });

  it("names the group, or the next login", () => {
    const closed: Partial<GpioFacts> = { mayOpen: { ok: true, value: false } };
    const outsider = { ...user, groups: [], listedGroups: [] };
    expect(only(look(closed, { user: outsider }), "gpio_access").mend?.run).toEqual([
      "sudo usermod -aG gpio pi",
    ]);
    expect(only(look(closed), "gpio_access").mend?.run).toEqual(["id -nG"]);
  });

  it.each<[string, string, Partial<PinFacts>, string]>([
    ["there", "gpio=6=pu", {}, "ok"],
    ["for another model", "[pi4]\ngpio=6=pu", {}, "note"],
    ["missing, the agent can set it", "", {}, "note"],
    ["missing, sysfs cannot set it", "", { chosen: sysfs }, "problem"],
    ["the wrong way", "gpio=6=pd", {}, "problem"],
  ])("pull-up %s", (_, text, changes, level) => {
    const machine: PiFacts = { ...pi, bootConfig: { ok: true, value: { path: "/boot/config.txt", text } } };
    const found = only(look({}, { ...changes, pi: machine }), "gpio_bias_ac_present");
    expect(found.level).toBe(level);
    if (level !== "ok") {
      expect(found.mend?.run[0]).toBe("printf '\\n[all]\\ngpio=6=pu\\n' | sudo tee -a /boot/config.txt");
    }
  });

  it("pull-up unknown without a config.txt", () => {
    const found = look({}, { pi: { ...pi, bootConfig: no("there is none") } });
    expect(only(found, "gpio_bias_ac_present").level).toBe("unknown");
  });
});
