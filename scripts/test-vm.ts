// `npm run test:vm`: the built agent on a real kernel, in a Debian trixie under QEMU with simulated I2C chips and pins.
// Exit code 0: all passed, 1: something failed, 77: this machine cannot run it (one line says what is missing).
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { options } from "./lib/args.ts";
import { withLock } from "./lib/lock.ts";
import { checkout } from "./lib/paths.ts";
import { which } from "./lib/run.ts";
import { say, step } from "./lib/step.ts";
import { main, Trouble } from "./lib/trouble.ts";
import { CannotRun, cannotRunCode, inOneLine } from "./vm/cannot-run.ts";
import { bring, ensureImage, type Image } from "./vm/image.ts";
import { type Accelerator, type Boot, boot, chooseAccelerator } from "./vm/machine.ts";
import { makePayload } from "./vm/payload.ts";
import { emptyReport, verdict, withLine } from "./vm/report.ts";

const usage = `npm run test:vm [-- OPTIONS]
  --accel NAME  kvm or tcg (software emulation); otherwise KVM where a kernel starts under it
  --image       only make the image
  --limit MIN   minutes after which the machine is stopped (45)
  --help        show this`;

/** The checks have limits of their own; this one is for a machine that hangs, and must not end one that is only slow. */
const usualLimitMin = 45;
const folder = join(checkout, ".cache/vm");

async function needMachine(): Promise<Image> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new CannotRun(`it needs Linux on x64, and this is ${process.platform} on ${process.arch}.`);
  }
  if ((await which("qemu-system-x86_64")) === null) await bring("Booting a machine", ["qemu-system-x86"]);
  return ensureImage();
}

function acceleratorOf(asked: string | undefined): Accelerator | null {
  if (asked === undefined) return null;
  if (asked === "kvm" || asked === "tcg") return asked;
  throw new Trouble(`--accel: found "${asked}", expected kvm or tcg.\n\n${usage}`);
}

function limitOf(asked: string | undefined): number {
  const minutes = asked === undefined ? usualLimitMin : Number(asked);
  if (minutes > 0 && minutes <= 600) return minutes;
  throw new Trouble(`--limit: found "${asked}", expected minutes above 0 and up to 600.\n\n${usage}`);
}

function troubleOf({ timedOut, code, output, consoleFile }: Boot, limitMin: number): string | null {
  if (timedOut) return `The machine was stopped after ${limitMin} min. Its messages are in ${consoleFile}.`;
  return code === 0 ? null : `QEMU ended with ${code}: ${output.trim().split("\n").at(-1)}`;
}

async function test(image: Image, asked: Accelerator | null, limitMin: number): Promise<number> {
  const payload = await step("Packing the agent as npm installs it", (detail) => makePayload(folder, detail));
  const accel = asked ?? (await chooseAccelerator(image, folder));
  let report = emptyReport;
  const title = `Running the checks in the machine (${accel === "kvm" ? "KVM" : "software emulation"})`;
  const ended = await step(title, () =>
    boot({
      ...{ image, payload, folder, accelerator: accel, limitMs: limitMin * 60_000 },
      onLine(line) {
        report = withLine(report, line);
        say(`  ${line}`);
      },
    }),
  );
  const { table, passed, failed } = verdict(report, troubleOf(ended, limitMin));
  console.log(`\n${table}\n\n${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

await main(async () => {
  const values = options(usage, {
    accel: { type: "string" },
    image: { type: "boolean" },
    limit: { type: "string" },
    help: { type: "boolean", short: "h" },
  });
  if (values.help === true) {
    console.log(usage);
    return 0;
  }
  const asked = acceleratorOf(values.accel);
  const limitMin = limitOf(values.limit);
  try {
    const image = await needMachine();
    if (values.image === true) return 0;
    mkdirSync(folder, { recursive: true });
    const wait = () => say("Another run has the machine's folder; waiting for it.");
    return await withLock(join(folder, "run.lock"), wait, () => test(image, asked, limitMin));
  } catch (error) {
    if (!(error instanceof CannotRun)) throw error;
    console.log(inOneLine(error));
    return cannotRunCode;
  }
});
