// The Pi, its users, power-off, clock and folders: every level of every check; and all checks together.
import { describe, expect, it } from "vitest";
import { examine } from "../../agent/src/doctor/examine.ts";
import type { PiFacts, SystemFacts, TimeFacts } from "../../agent/src/doctor/facts.ts";
import { checkPi } from "../../agent/src/doctor/pi.ts";
import { checkPlaces } from "../../agent/src/doctor/places.ts";
import { checkSystem } from "../../agent/src/doctor/system.ts";
import { checkTime } from "../../agent/src/doctor/time.ts";
import { checkUsers } from "../../agent/src/doctor/users.ts";
import { about, board, good, levels, no, only, pi, user } from "./support.ts";

const x1201 = board("x1201");
const root = { ...user, name: "root", uid: 0, groups: ["root"], listedGroups: ["root"] };

describe("the Pi", () => {
  const eeprom = (text: string): PiFacts => ({ ...pi, eeprom: { ok: true, value: text } });
  const bits = (value: number): PiFacts => ({ ...pi, throttled: { ok: true, value } });
  const usb: PiFacts = {
    ...pi,
    eeprom: no("rpi-eeprom-config is not installed"),
    bootConfig: { ok: true, value: { path: "/boot/config.txt", text: "usb_max_current_enable=1" } },
  };

  it.each<[string, PiFacts, string, string]>([
    ["a Pi", pi, "pi_model", "ok"],
    ["no device tree", { ...pi, model: null }, "pi_model", "note"],
    ["another board", { ...pi, model: "Radxa ROCK 5B" }, "pi_model", "note"],
    ["set", pi, "eeprom_power_off_on_halt", "ok"],
    ["not set", eeprom("BOOT_UART=1"), "eeprom_power_off_on_halt", "problem"],
    [
      "the last word counts",
      eeprom("POWER_OFF_ON_HALT=1\nPOWER_OFF_ON_HALT=0"),
      "eeprom_power_off_on_halt",
      "problem",
    ],
    ["a comment is no word", eeprom("#POWER_OFF_ON_HALT=1"), "eeprom_power_off_on_halt", "problem"],
    ["for another model", eeprom("[pi4]\nPOWER_OFF_ON_HALT=1"), "eeprom_power_off_on_halt", "problem"],
    ["for this model", eeprom("[pi5]\nPOWER_OFF_ON_HALT=1"), "eeprom_power_off_on_halt", "ok"],
    ["for none", eeprom("[none]\nPSU_MAX_CURRENT=5000"), "eeprom_psu_max_current", "note"],
    ["no tool", { ...pi, eeprom: no("x is not installed") }, "eeprom_power_off_on_halt", "unknown"],
    ["set", pi, "eeprom_psu_max_current", "ok"],
    ["3 A", eeprom("PSU_MAX_CURRENT=3000"), "eeprom_psu_max_current", "note"],
    ["not set", eeprom(""), "eeprom_psu_max_current", "note"],
    ["no tool", { ...pi, eeprom: no("x is not installed") }, "eeprom_psu_max_current", "unknown"],
    ["by config.txt", usb, "eeprom_psu_max_current", "ok"],
    ["fine", pi, "under_voltage", "ok"],
    ["now", bits(0x50005), "under_voltage", "problem"],
    ["earlier", bits(0x50000), "under_voltage", "note"],
    ["only hot", bits(0x80008), "under_voltage", "ok"],
    ["no tool", { ...pi, throttled: no("vcgencmd is not installed") }, "under_voltage", "unknown"],
  ])("%s: %s", (_, facts, id, level) => {
    expect(only(checkPi(facts, x1201), id).level).toBe(level);
  });

  it.each([
    [true, "problem"],
    [false, "ok"],
  ])("without vcgencmd the kernel's alarm counts: %s", (voltageAlarm, level) => {
    const facts = { ...pi, throttled: no("vcgencmd is not installed"), voltageAlarm };
    expect(only(checkPi(facts, x1201), "under_voltage").level).toBe(level);
  });

  it.each([
    ["BOOT_UART=1\n[none]\nX=1\n", ["POWER_OFF_ON_HALT=1", "PSU_MAX_CURRENT=5000"]],
    ["POWER_OFF_ON_HALT=0\nPSU_MAX_CURRENT=5000\n", ["POWER_OFF_ON_HALT=1"]],
    ["[all]\nPOWER_OFF_ON_HALT=1\n[none]\n", ["PSU_MAX_CURRENT=5000"]],
  ])("%j: one command adds all that is missing", (text, missing) => {
    const found = checkPi(eeprom(text), x1201).filter(({ id }) => id.startsWith("eeprom"));
    const bad = found.filter(({ level }) => level !== "ok");
    expect(bad).toHaveLength(missing.length);
    for (const { mend } of bad) {
      expect(mend?.run).toEqual([
        `(sudo rpi-eeprom-config; printf '\\n[all]\\n${missing.join("\\n")}\\n') > /tmp/boot.conf`,
        "sudo rpi-eeprom-config --apply /tmp/boot.conf",
        "sudo reboot",
      ]);
    }
    // What it makes is what the checks ask for.
    const made = `${text}\n[all]\n${missing.join("\n")}\n`;
    const after = checkPi(eeprom(made), x1201).filter(({ id }) => id.startsWith("eeprom"));
    expect(after.map(({ level }) => level)).toEqual(["ok", "ok"]);
  });

  it("a board that cuts the power itself makes the EEPROM matter less", () => {
    const cutting = { ...x1201, switches: ["power_cut"] as const };
    expect(only(checkPi(eeprom(""), cutting), "eeprom_power_off_on_halt").level).toBe("note");
  });

  it("only a Pi 5 has these settings, and only a Pi the voltage", () => {
    expect(levels(checkPi({ ...pi, model: "Raspberry Pi 4 Model B" }, x1201))).toEqual([
      "pi_model ok",
      "under_voltage ok",
    ]);
    expect(levels(checkPi({ ...pi, model: null }, x1201))).toEqual(["pi_model note"]);
    expect(levels(checkPi(pi, null))).toEqual(["pi_model ok", "under_voltage ok"]);
  });
});

describe("users", () => {
  const without = (...groups: string[]) => {
    const rest = user.groups.filter((group) => !groups.includes(group));
    return { ...user, groups: rest, listedGroups: rest };
  };

  it.each([
    ["in all", user, ["user_groups ok"], undefined],
    ["root", root, ["user_groups ok"], undefined],
    ["not in two", without("i2c", "gpio"), ["user_groups problem"], "sudo usermod -aG i2c,gpio pi"],
    ["video only helps", without("video"), ["user_groups note"], "sudo usermod -aG video pi"],
    [
      "from the next login on",
      { ...user, groups: ["pi", "video", "gpio"] },
      ["user_groups problem"],
      "id -nG",
    ],
  ])("%s", (_, who, expected, command) => {
    const found = checkUsers(who, null, x1201);
    expect(levels(found)).toEqual(expected);
    expect(found[0]?.mend?.run[0]).toBe(command);
    expect(found.every(({ level, mend }) => level === "ok" || (mend?.run.length ?? 0) > 0)).toBe(true);
  });

  it("the agent's user counts when one runs", () => {
    const agent = { ...without("gpio"), name: "pi-ups" };
    const [found] = checkUsers(root, agent, x1201);
    expect([found?.id, found?.level, found?.mend?.run]).toEqual([
      "agent_groups",
      "problem",
      ["sudo usermod -aG gpio pi-ups"],
    ]);
  });

  it("a board of the kernel needs neither bus nor pins", () => {
    expect(levels(checkUsers(without("i2c", "gpio"), null, board("kernel")))).toEqual(["user_groups ok"]);
  });
});

describe("power-off", () => {
  const none = { kind: "none" } as const;
  const may = (word: string): SystemFacts => ({ ...good.system, canPowerOff: { ok: true, value: word } });

  it.each<[string, SystemFacts, typeof user, string[]]>([
    ["fine", good.system, user, ["systemd ok", "power_off ok"]],
    ["no systemd", { ...good.system, systemdRuns: false }, user, ["systemd problem"]],
    [
      "old",
      { ...good.system, systemdVersion: { ok: true, value: 232 } },
      user,
      ["systemd note", "power_off ok"],
    ],
    ["untold", { ...good.system, systemdVersion: no("x") }, user, ["systemd unknown", "power_off ok"]],
    ["root", may("no"), root, ["systemd ok", "power_off ok"]],
    ["password", may("challenge"), user, ["systemd ok", "power_off problem"]],
    ["forbidden", may("no"), user, ["systemd ok", "power_off problem"]],
    ["untold", { ...good.system, canPowerOff: no("x") }, user, ["systemd ok", "power_off unknown"]],
  ])("%s", (_, facts, who, expected) => {
    expect(levels(checkSystem(facts, who, none))).toEqual(expected);
  });

  it("of another user's agent", () => {
    const agent = (owner: typeof user) =>
      ({
        kind: "running",
        version: "",
        pid: 1,
        boardId: "x1201",
        simulated: false,
        stale: false,
        batteryPct: null,
        faults: [],
        user: owner,
      }) as const;
    expect(levels(checkSystem(may("no"), user, agent(root)))).toContain("power_off ok");
    expect(levels(checkSystem(may("yes"), root, agent(user)))).toContain("power_off unknown");
    expect(levels(checkSystem(may("no"), user, agent(user)))).toContain("power_off problem");
  });

  it("the polkit rule names the user", () => {
    const [command = ""] = only(checkSystem(may("no"), user, none), "power_off").mend?.run ?? [];
    expect(command).toContain('subject.user == "pi"');
    expect(command.endsWith("| sudo tee /etc/polkit-1/rules.d/50-pi-ups.rules")).toBe(true);
  });
});

describe("clock", () => {
  const { time } = good;
  const [rtc] = time.rtcs;
  if (rtc === undefined) throw new Error("the good facts have a clock");
  const now = time.wallMs;
  const off = { ...rtc, epochS: now / 1000 - 7200 };
  const x708 = board("x728_v2_1");
  const clock = (boardClock: TimeFacts["boardClock"]): TimeFacts => ({ ...time, rtcs: [], boardClock });
  const fail = (code: string) => ({ ok: false, code, message: "The bus said no." }) as const;

  it.each<[string, TimeFacts, typeof x708, string[]]>([
    ["fine", time, x1201, ["clock_synchronised ok", "rtc ok"]],
    [
      "not synchronised",
      { ...time, synchronised: { ok: true, value: false } },
      x1201,
      ["clock_synchronised note", "rtc ok"],
    ],
    ["untold", { ...time, synchronised: no("x") }, x1201, ["clock_synchronised unknown", "rtc ok"]],
    ["off", { ...time, rtcs: [off] }, x1201, ["clock_synchronised ok", "rtc note"]],
    ["silent", { ...time, rtcs: [{ ...rtc, epochS: null }] }, x1201, ["clock_synchronised ok", "rtc note"]],
    ["no cell", { ...time, rtcs: [{ ...rtc, cellMv: 12 }] }, x1201, ["clock_synchronised ok", "rtc note"]],
    [
      "another's cell",
      { ...time, rtcs: [{ ...rtc, cellMv: null }] },
      x1201,
      ["clock_synchronised ok", "rtc ok"],
    ],
    ["none", { ...time, rtcs: [] }, x1201, ["clock_synchronised ok", "rtc note"]],
    [
      "the board's, unused",
      clock({ ok: true, value: { kind: "running", wallMs: now } }),
      x708,
      ["clock_synchronised ok", "board_rtc note"],
    ],
    [
      "the board's, off",
      clock({ ok: true, value: { kind: "running", wallMs: now - 86_400_000 * 3 } }),
      x708,
      ["clock_synchronised ok", "board_rtc note"],
    ],
    [
      "the board's, stopped",
      clock({ ok: true, value: { kind: "stopped" } }),
      x708,
      ["clock_synchronised ok", "board_rtc note"],
    ],
    [
      "the board's, not fitted",
      clock(fail("PI_UPS_I2C_NACK")),
      x708,
      ["clock_synchronised ok", "board_rtc note"],
    ],
    [
      "the board's, garbled",
      clock(fail("PI_UPS_RTC_IMPOSSIBLE")),
      x708,
      ["clock_synchronised ok", "board_rtc unknown"],
    ],
  ])("%s", (_, facts, which, expected) => {
    expect(levels(checkTime(facts, which, null))).toEqual(expected);
  });

  it("a Pi 5 whose clock has no cell keeps the time only while it has power", () => {
    const found = only(checkTime({ ...time, rtcs: [{ ...rtc, cellMv: 12 }] }, x1201, null), "rtc");
    expect(found.what).toContain("rtc0 (rpi_rtc) has no cell, or an empty one (0.0 V)");
    expect(found.mend?.run).toEqual(["cat /sys/class/rtc/rtc0/battery_voltage"]);
  });

  it("says by how much", () => {
    expect(only(checkTime({ ...time, rtcs: [off] }, x1201, null), "rtc").what).toBe(
      "rtc0 (rpi_rtc) is off by 2 h.",
    );
  });
});

describe("folders", () => {
  const { places } = about;
  const change = (changes: Partial<typeof places.stateDir>) => ({
    ...places,
    stateDir: { ...places.stateDir, ...changes },
  });

  it.each([
    ["fine", places, false, ["state_dir ok", "socket_dir ok", "disk_space ok"]],
    [
      "not writable",
      change({ writable: false }),
      false,
      ["state_dir problem", "socket_dir ok", "disk_space ok"],
    ],
    [
      "not there, cannot be made",
      change({ writable: false, exists: false, nearest: "/var/lib" }),
      false,
      ["state_dir problem", "socket_dir ok", "disk_space ok"],
    ],
    [
      "not there, can be made",
      change({ exists: false, nearest: "/var/lib" }),
      false,
      ["state_dir ok", "socket_dir ok", "disk_space ok"],
    ],
    [
      "nearly full",
      change({ freeBytes: 100 * 1024 ** 2 }),
      false,
      ["state_dir ok", "socket_dir ok", "disk_space note"],
    ],
    ["full", change({ freeBytes: 1024 }), true, ["disk_space problem"]],
    ["untold", change({ freeBytes: null }), true, ["disk_space unknown"]],
    ["an agent runs", change({ writable: false }), true, ["disk_space ok"]],
  ])("%s", (_, facts, runs, expected) => {
    expect(levels(checkPlaces(facts, user, runs))).toEqual(expected);
  });

  it("a folder in /run is made at each start", () => {
    const socketDir = { ...places.socketDir, writable: false };
    const { mend } = only(checkPlaces({ ...places, socketDir }, user, false), "socket_dir");
    expect(mend?.run[0]).toBe("echo 'd /run/pi-ups 0755 pi -' | sudo tee /etc/tmpfiles.d/pi-ups.conf");
  });

  it("names the commands that make the folder", () => {
    const facts = change({ writable: false, exists: false, nearest: "/var/lib" });
    expect(only(checkPlaces(facts, user, false), "state_dir").mend?.run).toEqual([
      "sudo mkdir -p /var/lib/pi-ups",
      "sudo chown pi /var/lib/pi-ups",
    ]);
  });
});

describe("the whole", () => {
  it("a well-kept Pi has nothing to mend", () => {
    const findings = examine(good).flatMap((chapter) => chapter.findings);
    const notOk = levels(findings).filter((text) => !text.endsWith(" ok"));
    expect(notOk).toEqual(["agent note"]);
    expect(findings.length).toBeGreaterThan(20);
  });

  it("every finding that is not good says why, and ids are snake_case", () => {
    const broken = examine({ ...good, pi: { ...pi, model: null }, about: { ...about, simulated: true } });
    for (const { findings } of [...broken, ...examine(good)]) {
      for (const { id, what, why } of findings) {
        expect(id).toMatch(/^[a-z][a-z0-9_]*$/);
        expect(what).toMatch(/[.!?)]$/);
        expect(why).toMatch(/\.$/);
      }
    }
  });

  it("a simulated board leaves bus and pins alone", () => {
    const ids = levels(
      examine({ ...good, about: { ...about, simulated: true } }).flatMap(({ findings }) => findings),
    );
    expect(ids).toContain("board_choice note");
    expect(ids.filter((id) => /^(i2c|gpio|device|kernel|eeprom|systemd|power_off)/.test(id))).toEqual([]);
  });

  it("a bad configuration leaves out what depends on it, and looks at the machine all the same", () => {
    const config = { kind: "bad", file: "/x", problems: ["/x:1:1: found a, expected b. Mend."] } as const;
    const ids = levels(examine({ ...good, config, about: null }).flatMap(({ findings }) => findings));
    expect(ids).toEqual(
      expect.arrayContaining(["configuration problem", "pi_model ok", "systemd ok", "rtc ok"]),
    );
    expect(ids.some((id) => id.startsWith("ha_"))).toBe(false);
  });

  it("a bus that cannot be used is said once, and the board is unknown", () => {
    const i2c = { ...about.i2c, present: false, mayOpen: false };
    const ids = levels(examine({ ...good, about: { ...about, i2c } }).flatMap(({ findings }) => findings));
    expect(ids).toContain("i2c_enabled problem");
    expect(ids).toContain("device unknown");
    expect(ids).not.toContain("i2c_access problem");
  });
});
