// QEMU: boots the image with the payload as its second disk, hands over the report line by line, and always ends.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { boundToUs } from "../lib/groups.ts";
import { type RunOptions, type RunResult, tryRun } from "../lib/run.ts";
import type { Image } from "./image.ts";

export type Accelerator = "kvm" | "tcg";

export interface BootOptions {
  readonly image: Image;
  /** The second disk. */
  readonly payload: string;
  readonly accelerator: Accelerator;
  /** For the console's log. */
  readonly folder: string;
  readonly limitMs: number;
  /** A line of the report. */
  readonly onLine: (line: string) => void;
}

export interface Boot extends RunResult {
  /** Where the kernel's and systemd's messages are. */
  readonly consoleFile: string;
}

const qemu = "qemu-system-x86_64";

/** `max` is the software emulation's fullest processor and, with KVM, the host's own. */
function base(accelerator: Accelerator): readonly string[] {
  const accel = accelerator === "kvm" ? "kvm" : "tcg,thread=multi";
  return [
    ...["-accel", accel, "-cpu", "max", "-smp", "2", "-m", "1024", "-nic", "none"],
    ...["-display", "none", "-monitor", "none", "-no-reboot", "-no-user-config"],
  ];
}

function text(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** Runs QEMU to its end, or to ours: it is killed when we die or when the time is over. */
function start(args: readonly string[], options: RunOptions): Promise<RunResult> {
  const [program = "", ...rest] = boundToUs([qemu, ...args]);
  return tryRun(program, rest, options);
}

/**
 * KVM where a kernel really starts under it: a device file that opens does not tell (nested virtualisation may be
 * broken). The kernel has no disk here, panics, and that ends QEMU.
 */
export async function chooseAccelerator(image: Image, folder: string): Promise<Accelerator> {
  if (!existsSync("/dev/kvm")) return "tcg";
  const consoleFile = join(folder, "kvm.log");
  const { timedOut } = await start(
    [
      ...[...base("kvm"), "-serial", `file:${consoleFile}`],
      ...["-kernel", image.kernel, "-append", "console=ttyS0 panic=-1"],
    ],
    { timeoutMs: 6_000 },
  );
  return !timedOut && text(consoleFile).includes("Linux version") ? "kvm" : "tcg";
}

/** Boots, and resolves when the machine has turned itself off or its time was over. */
export async function boot(options: BootOptions): Promise<Boot> {
  const { image, payload, accelerator, folder, limitMs, onLine } = options;
  const consoleFile = join(folder, "console.log");
  const result = await start(
    [
      ...[...base(accelerator), "-kernel", image.kernel, "-initrd", image.initrd],
      ...["-append", "root=/dev/vda rw console=ttyS0 panic=-1 quiet systemd.show_status=0"],
      // What the guest writes goes to a temporary file and is gone afterwards.
      ...["-drive", `file=${image.disk},format=raw,if=virtio,snapshot=on`],
      ...["-drive", `file=${payload},format=raw,if=virtio,readonly=on`],
      ...["-serial", `file:${consoleFile}`, "-serial", "stdio"],
    ],
    { timeoutMs: limitMs, onLine },
  );
  return { ...result, consoleFile };
}
