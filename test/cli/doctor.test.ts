// `pi-ups doctor` as people see it: the view, and the process on a machine that is no Pi, with a Home Assistant at the
// other end of a real socket.
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { doctorView } from "../../agent/src/cli/doctor-view.ts";
import { examine } from "../../agent/src/doctor/examine.ts";
import type { FindingReport } from "../../agent/src/doctor/finding.ts";
import { good, no } from "../doctor/support.ts";
import { FarEnd } from "../link/support/far-end.ts";
import { type Ended, piUps, simConfig, start, temporaryFolder, until } from "./support.ts";

const token = "secret-token-of-the-test";

describe("the view", () => {
  const { about } = good;
  if (about === null) throw new Error("the good facts have a board");
  const broken = {
    ...good,
    pi: { ...good.pi, eeprom: no("rpi-eeprom-config is not installed") },
    about: { ...about, i2c: { ...about.i2c, drivers: new Map([[0x36, "max17040"]]) } },
  };

  it("says what was found, why it matters and what to type", () => {
    expect(doctorView(examine(broken), false)).toMatchInlineSnapshot(`
      "Configuration and agent
        ok       /etc/pi-ups/config.yaml is good.
        ok       The board is Geekworm X1201 (x1201).
        note     No agent is running.
                 Why:  Only a running agent shuts the Pi down in time and tells Home Assistant what
                 happens.
                 Mend:
                   sudo pi-ups run

      This machine
        ok       Raspberry Pi 5 Model B Rev 1.0.
        unknown  The setting POWER_OFF_ON_HALT: rpi-eeprom-config is not installed.
                 Why:  Without POWER_OFF_ON_HALT=1 a halted Pi 5 stays half powered: it drains the battery
                 and does not come back with the mains.
                 Mend:
                   sudo rpi-eeprom-config
        unknown  The setting PSU_MAX_CURRENT: rpi-eeprom-config is not installed.
                 Why:  A HAT cannot tell the Pi 5 over USB-C how much it can give: without
                 PSU_MAX_CURRENT=5000 USB gets 600 mA in all.
                 Mend:
                   sudo rpi-eeprom-config
        ok       No under-voltage since the start (get_throttled 0x0).

      Board
        ok       I2C bus 1 is on (/dev/i2c-1).
        ok       pi may open /dev/i2c-1.
        ok       The add-on i2c-bus loads.
        problem  The kernel driver max17040 owns 0x36 on bus 1.
                 Why:  A chip that a kernel driver owns cannot be read over I2C by the agent: every read
                 is refused as busy.
                 Mend: Either let the agent read through the driver with \`board: kernel\`, or take away
                 what loads it (an overlay in /boot/firmware/config.txt, or a module). Until the next
                 start this frees the chip:
                   echo 1-0036 | sudo tee /sys/bus/i2c/drivers/max17040/unbind
        ok       The board answers: max17043 0x0003 (max17043 at 0x36).
        ok       x1202 would answer just the same; the configuration says that it is x1201.

      Pins
        ok       The header's pins are pinctrl-rp1 (gpiochip0).
        ok       The agent uses libgpiod 2.2.1.
        ok       pi may open the pins.
        ok       GPIO6 (ac_present) is free.
        ok       GPIO16 (charge_allowed) is free.
        ok       GPIO6 (ac_present) has its pull-up by /boot/firmware/config.txt.

      User
        ok       This user (pi) is in all groups that are needed.

      Power-off
        ok       systemd 257 runs this machine.
        ok       pi may power the Pi off.

      Clock
        ok       The clock is synchronised over the network.
        ok       rtc0 (rpi_rtc) keeps the time.

      Folders
        ok       pi may write in /var/lib/pi-ups.
        ok       pi may write in /run/pi-ups.
        ok       8.0 GiB are free at /var/lib/pi-ups.

      Home Assistant
        ok       Home Assistant 2026.11.0 answers at http://ha.local:8123.
        ok       The token is valid.
        ok       The token belongs to Pi UPS, who is no administrator.
        ok       The integration is installed and added.
        ok       The integration is version 0.1.0, the agent 0.1.0.

      1 problem (1 note, 2 not looked at).
      "
    `);
  });

  it("is no wider than 100 columns, commands apart", () => {
    const lines = doctorView(examine(broken), false).split("\n");
    expect(lines.filter((line) => !/^ {13}\S/.test(line) && line.length > 100)).toEqual([]);
  });

  it("colours say no more than the words", () => {
    const escapes = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, "g");
    const colored = doctorView(examine(broken), true);
    expect(colored).toMatch(escapes);
    const plain = (text: string) => text.split("\n").map((line) => line.trimEnd());
    expect(plain(colored.replace(escapes, ""))).toEqual(plain(doctorView(examine(broken), false)));
  });
});

function reports({ out }: Ended): readonly FindingReport[] {
  return JSON.parse(out);
}

const byId = (ended: Ended) => Object.fromEntries(reports(ended).map(({ id, level }) => [id, level]));

describe("on this machine", () => {
  it("a clear report, exit code 1", async () => {
    const folder = temporaryFolder();
    const config = join(folder, "config.yaml");
    writeFileSync(config, "board: x1201\nstate_dir: state\nsocket: a.sock\n");
    const ended = await piUps(["doctor", "--config", config]);
    expect(ended).toMatchObject({ code: 1, err: "" });
    expect(ended.out).toContain(`ok       ${config} is good.`);
    expect(ended.out).toContain("problem  There is no /dev/i2c-1");
    expect(ended.out).toMatch(/\n\d+ problems? \(\d+ notes?, \d+ not looked at\)\.\n$/);
    expect(ended.out).not.toMatch(/undefined|null|\[object|NaN/);
  });

  it("--json: a list with five keys each", async () => {
    const folder = temporaryFolder();
    const config = join(folder, "config.yaml");
    writeFileSync(config, `board: x1201\nstate_dir: ${folder}\nsocket: a.sock\n`);
    const ended = await piUps(["doctor", "--json", "--config", config]);
    expect(ended.code).toBe(1);
    for (const report of reports(ended)) {
      expect(Object.keys(report)).toEqual(["id", "level", "what", "why", "mend"]);
      expect(["ok", "note", "problem", "unknown"]).toContain(report.level);
      if (report.level === "problem") expect(report.mend).toMatch(/\S/);
      if (report.level === "ok") expect(report.mend).toBeNull();
    }
    expect(byId(ended)).toMatchObject({ configuration: "ok", i2c_enabled: "problem", state_dir: "ok" });
  });

  it("a configuration that is wrong or gone is a finding, not the end", async () => {
    const folder = temporaryFolder();
    const config = join(folder, "config.yaml");
    writeFileSync(config, "board: x1201\nsample_intervall: 1s\n");
    const wrong = await piUps(["doctor", "--json", "--config", config]);
    expect(wrong.code).toBe(1);
    const [first] = reports(wrong);
    expect(first).toMatchObject({
      id: "configuration",
      level: "problem",
      mend: expect.stringContaining(config),
    });
    expect(first?.what).toContain(`${config}:2:1`);
    const gone = await piUps(["doctor", "--json", "--config", join(folder, "none.yaml")]);
    expect(gone.code).toBe(1);
    expect(reports(gone)[0]).toMatchObject({ id: "configuration", level: "problem" });
  });

  it("refuses words and options that it does not have", async () => {
    expect((await piUps(["doctor", "now"])).code).toBe(2);
    expect((await piUps(["doctor", "--yes"])).code).toBe(2);
  });

  it("asks the agent that runs, and says when it is not the one of the configuration", async () => {
    const folder = temporaryFolder();
    const config = simConfig(folder);
    const agent = start(["run", "--config", config]);
    await until(
      "the agent listens",
      async () => (await piUps(["status", "--config", config])).code === 0,
      30_000,
    );
    const ended = await piUps(["doctor", "--json", "--config", config]);
    const same = byId(ended);
    expect(ended.code).toBe(0);
    expect(same).toMatchObject({ agent: "ok", board_choice: "note" });
    expect(same).not.toHaveProperty("agent_board");
    expect(same).not.toHaveProperty("i2c_enabled");
    writeFileSync(config, "board: x708\nstate_dir: state\nsocket: a.sock\n");
    expect(byId(await piUps(["doctor", "--json", "--config", config]))).toMatchObject({
      agent_board: "note",
    });
    agent.kill("SIGTERM");
    await agent.ended;
  });
});

describe("with Home Assistant", () => {
  const open: FarEnd[] = [];
  afterEach(async () => {
    for (const far of open.splice(0)) await far.kill();
  });

  async function farEnd(isAdmin = false): Promise<FarEnd> {
    const far = new FarEnd();
    far.components.push("pi_ups");
    far.intercept = ({ type }) => {
      if (type === "auth/current_user") return { result: { id: "u", name: "Pi UPS", is_admin: isAdmin } };
      return type === "manifest/get" && far.installed ? { result: { version: "0.0.1" } } : undefined;
    };
    await far.start();
    open.push(far);
    return far;
  }

  /** Home Assistant's findings; nothing that was printed holds the token. */
  async function look(url: string, secret = token): Promise<Record<string, FindingReport>> {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "state"));
    writeFileSync(join(folder, "token"), `${secret}\n`);
    chmodSync(join(folder, "token"), 0o600);
    const config = simConfig(folder, `home_assistant: {url: "${url}", token_file: token}\n`);
    const ended = await piUps(["doctor", "--json", "--config", config]);
    const plain = await piUps(["doctor", "--config", config]);
    for (const text of [ended.out, ended.err, plain.out, plain.err]) expect(text).not.toContain(secret);
    const found = reports(ended).filter(({ id }) => id.startsWith("ha_"));
    return Object.fromEntries(found.map((report) => [report.id, report]));
  }

  it("good, but for an older integration", async () => {
    const far = await farEnd();
    const found = await look(far.url);
    expect(Object.entries(found).map(([id, { level }]) => `${id} ${level}`)).toEqual([
      "ha_reachable ok",
      "ha_token ok",
      "ha_user ok",
      "ha_integration ok",
      "ha_integration_version note",
    ]);
    expect(far.openSockets).toBe(0);
  });

  it("a wrong token", async () => {
    const found = await look((await farEnd()).url, "another-secret-token-that-is-wrong");
    expect(found["ha_token"]).toMatchObject({ level: "problem", mend: expect.stringContaining("Security") });
    expect(found["ha_reachable"]?.level).toBe("ok");
  });

  it("an administrator's token is a note with how to make a user", async () => {
    const found = await look((await farEnd(true)).url);
    expect(found["ha_user"]).toMatchObject({ level: "note", mend: expect.stringContaining("Add user") });
  });

  it("no integration", async () => {
    const far = await farEnd();
    far.components.length = 0;
    far.installed = false;
    expect((await look(far.url))["ha_integration"]).toMatchObject({
      level: "problem",
      mend: expect.stringContaining("custom_components/pi_ups"),
    });
  });

  it("nobody there", async () => {
    const far = await farEnd();
    const { url } = far;
    await far.kill();
    const found = await look(url);
    expect(found["ha_reachable"]).toMatchObject({
      level: "problem",
      mend: expect.stringContaining(`curl -I ${url}`),
    });
    expect(found["ha_token"]?.level).toBe("unknown");
  });
});
