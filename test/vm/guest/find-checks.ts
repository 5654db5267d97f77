// How a person finds out what is fitted and what is wrong: `pi-ups detect` and `pi-ups doctor`, which only read.
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  bindDriver,
  currentSensor,
  dump,
  gauge,
  setCurrentSensor,
  setGauge,
  setRegister,
  unbindDriver,
} from "./chips.ts";
import { holdLine } from "./pins.ts";
import { output, sh } from "./shell.ts";
import { check } from "./tap.ts";
import { need } from "./wait.ts";

interface Detection {
  readonly failure: unknown;
  readonly candidates: readonly { readonly id: string }[];
}

async function detects(): Promise<string> {
  await setGauge(4100, 92);
  await setCurrentSensor(8200, 0);
  const before = (await dump(gauge)) + (await dump(currentSensor));
  const found = JSON.parse(await sh("pi-ups", "detect", "--json")) as Detection;
  const after = (await dump(gauge)) + (await dump(currentSensor));
  need(found.failure, "a bus that answers", (failure) => failure === null);
  const ids = found.candidates.map(({ id }) => id);
  need(ids, "x1201 and waveshare_ups_hat_b among them", (all) =>
    ["x1201", "waveshare_ups_hat_b"].every((id) => all.includes(id)),
  );
  need(after, "the registers as they were: detection writes nothing", (text) => text === before);
  return `${ids.length} boards fit`;
}

interface Finding {
  readonly id: string;
  readonly level: string;
  readonly what: string;
  readonly mend: string | null;
}

/** What the doctor says about an X1201 on this machine. */
async function examine(): Promise<readonly Finding[]> {
  const folder = mkdtempSync("/var/tmp/doctor-");
  const file = join(folder, "config.yaml");
  const places = [`state_dir: ${folder}/state`, `socket: ${folder}/agent.sock`];
  writeFileSync(file, `${["board: x1201", ...places].join("\n")}\n`);
  // It ends with 1 where something is wrong, and this machine is no Raspberry Pi.
  return JSON.parse(await output("pi-ups", "doctor", "--json", "--config", file)) as readonly Finding[];
}

function find(findings: readonly Finding[], id: string): Finding {
  const all = findings.map((finding) => `${finding.id}: ${finding.level}`);
  const found = findings.find((finding) => finding.id === id);
  need(all, `a finding ${id}`, () => found !== undefined);
  return found as Finding;
}

const healthy = ["i2c_enabled", "i2c_access", "i2c_addon", "gpio_chip", "gpio_backend", "gpio_access"];

async function findsNothing(): Promise<undefined> {
  const findings = await examine();
  for (const id of [...healthy, "gpio_line_ac_present", "kernel_driver", "device"]) {
    need(find(findings, id), `${id} to be ok`, ({ level }) => level === "ok");
  }
  return undefined;
}

async function findsWhatIsInTheWay(): Promise<undefined> {
  await bindDriver("max17040_battery", "max17040", gauge);
  const letGo = await holdLine();
  try {
    const findings = await examine();
    const wanted = [
      ["kernel_driver", "max17040"],
      ["gpio_line_ac_present", "somebody-else"],
    ] as const;
    for (const [id, words] of wanted) {
      const finding = find(findings, id);
      need(
        finding,
        `a problem that names ${words}`,
        ({ level, what }) => level === "problem" && what.includes(words),
      );
      need(finding.mend, "how to mend it", (mend) => mend !== null && mend !== "");
    }
    return undefined;
  } finally {
    await letGo();
    await unbindDriver(gauge);
    // A driver that is bound without a device tree overwrites CONFIG.
    await setRegister(gauge, 0x0c, 0x971c);
  }
}

export async function findChecks(): Promise<void> {
  await check("detect finds both chips and writes nothing to them", detects);
  await check("doctor: bus, rights, pins and gauge of a sound HAT are ok", findsNothing);
  await check("doctor: a kernel driver and another program in the way are named", findsWhatIsInTheWay);
}
