// A well-kept Raspberry Pi 5 with an X1201, as facts; tests change what they are about.
import type { Board } from "../../agent/src/boards/board.ts";
import { findBoard } from "../../agent/src/boards/registry.ts";
import type { BoardFacts, Facts } from "../../agent/src/doctor/examine.ts";
import type { GpioFacts, I2cFacts, PiFacts, UserFacts } from "../../agent/src/doctor/facts.ts";
import type { Finding } from "../../agent/src/doctor/finding.ts";

export function board(id: string): Board {
  const found = findBoard(id);
  if (found === null) throw new Error(`no board ${id}`);
  return found;
}

export const yes = { ok: true, value: true } as const;
export const no = (why: string) => ({ ok: false, why }) as const;

export const pi: PiFacts = {
  model: "Raspberry Pi 5 Model B Rev 1.0",
  bootConfig: {
    ok: true,
    value: { path: "/boot/firmware/config.txt", text: "dtparam=i2c_arm=on\n[all]\ngpio=6=pu\n" },
  },
  eeprom: { ok: true, value: "[all]\nBOOT_UART=1\nPOWER_OFF_ON_HALT=1\nPSU_MAX_CURRENT=5000\n" },
  throttled: { ok: true, value: 0 },
  voltageAlarm: null,
};

export const user: UserFacts = {
  name: "pi",
  uid: 1000,
  groups: ["pi", "i2c", "gpio", "video"],
  listedGroups: ["pi", "i2c", "gpio", "video"],
};

export const i2c: I2cFacts = {
  bus: 1,
  present: true,
  mayOpen: true,
  addon: yes,
  drivers: new Map(),
  powerSupplies: [],
};

export const gpio: GpioFacts = {
  chips: { ok: true, value: [{ label: "pinctrl-rp1", lines: 54, seenAt: "gpiochip0" }] },
  sysfs: false,
  onoff: no("onoff is not installed"),
  libgpiod: { ok: true, value: "2.2.1" },
  mayOpen: yes,
  holders: {
    ok: true,
    value: [
      { bcm: 6, holder: null },
      { bcm: 16, holder: null },
    ],
  },
};

const place = (path: string) => ({
  path,
  exists: true,
  nearest: path,
  writable: true,
  freeBytes: 8 * 1024 ** 3,
});

export const about: BoardFacts = {
  board: board("x1201"),
  simulated: false,
  named: true,
  i2c,
  gpio,
  gpioWanted: "auto",
  gpioChosen: { backend: "gpiod", version: "2.2.1", why: "sysfs GPIO is not usable." },
  detection: {
    busFailure: null,
    addresses: [{ address: 0x36, state: "known", refusals: [] }],
    candidates: [
      { board: board("x1201"), found: [{ chip: "max17043", version: "0x0003", notes: [] }] },
      { board: board("x1202"), found: [{ chip: "max17043", version: "0x0003", notes: [] }] },
    ],
  },
  places: { stateDir: place("/var/lib/pi-ups"), socketDir: place("/run/pi-ups") },
  homeAssistant: {
    kind: "logged_in",
    url: "http://ha.local:8123",
    haVersion: "2026.11.0",
    user: { ok: true, value: { name: "Pi UPS", isAdmin: false } },
    integration: { ok: true, value: { kind: "added", version: "0.1.0" } },
  },
};

const wallMs = Date.UTC(2026, 10, 23, 9, 0, 0);

/** Everything is as it should be. */
export const good: Facts = {
  version: "0.1.0",
  config: { kind: "good", file: "/etc/pi-ups/config.yaml", present: true, warnings: [] },
  agent: { kind: "none" },
  pi,
  user,
  system: {
    systemdRuns: true,
    systemdVersion: { ok: true, value: 257 },
    canPowerOff: { ok: true, value: "yes" },
  },
  time: {
    wallMs,
    synchronised: yes,
    rtcs: [{ device: "rtc0", name: "rpi_rtc", epochS: wallMs / 1000 - 1, cellMv: 3020 }],
    boardClock: null,
  },
  about,
};

/** `id level` of each finding, for tables. */
export function levels(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ id, level }) => `${id} ${level}`);
}

/** The only finding with this id. */
export function only(findings: readonly Finding[], id: string): Finding {
  const found = findings.filter((finding) => finding.id === id);
  const [first] = found;
  if (first === undefined || found.length > 1) throw new Error(`${found.length} findings ${id}`);
  return first;
}
