// Runs a small program of the system for what it prints: no shell, a time limit, and half a sentence when it is not there or
// fails.
import { spawn } from "node:child_process";
import type { Looked } from "../doctor/facts.ts";

/** What it printed, or half a sentence; `late`: it was ended because its time was over. */
export type ToolAnswer = Looked<string> & { readonly late?: boolean };

/** Runs a program. Never rejects. */
export type Tool = (command: string, args: readonly string[]) => Promise<ToolAnswer>;

export interface ToolOptions {
  /** Folders in which programs are looked for. Default: those of `toolsPath`. */
  readonly path?: string;
  readonly limitMs?: number;
}

const largest = 256 * 1024;
/** Users' shells often leave out the last two. */
const systemFolders = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"];

/** Where programs are looked for: `first`, the process's own PATH, and the system folders. */
export function toolsPath(...first: readonly string[]): string {
  const own = (process.env["PATH"] ?? "").split(":");
  const folders = [...first, ...own, ...systemFolders];
  return [...new Set(folders.filter((folder) => folder !== ""))].join(":");
}

function notStarted(command: string, error: NodeJS.ErrnoException): string {
  return error.code === "ENOENT"
    ? `${command} is not installed`
    : `${command} cannot be started (${error.message})`;
}

/** Programs speak English and do not page. */
export function createTool({ path = toolsPath(), limitMs = 5_000 }: ToolOptions = {}): Tool {
  return (command, args) =>
    new Promise((resolve) => {
      const env = { PATH: path, LC_ALL: "C", HOME: process.env["HOME"] ?? "/", SYSTEMD_PAGER: "" };
      const child = spawn(command, [...args], { env, stdio: ["ignore", "pipe", "pipe"] });
      const said = { out: "", err: "" };
      const end = (looked: ToolAnswer) => {
        clearTimeout(timer);
        resolve(looked);
      };
      const timer = setTimeout(() => {
        child.kill("SIGKILL");
        child.stdout.destroy();
        child.stderr.destroy();
        child.unref();
        end({ ok: false, late: true, why: `${command} did not end within ${limitMs / 1000} s` });
      }, limitMs);
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        said.out = (said.out + text).slice(0, largest);
      });
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        said.err = (said.err + text).slice(-500);
      });
      child.on("error", (error) => end({ ok: false, why: notStarted(command, error) }));
      child.on("close", (code, signal) => {
        if (code === 0) return end({ ok: true, value: said.out });
        const words = (said.err.trim() || said.out.trim()).split("\n").at(-1) ?? "";
        const how = code === null ? `was ended by ${signal ?? "a signal"}` : `ended with ${code}`;
        end({ ok: false, why: `${command} ${how}${words === "" ? "" : `: ${words.slice(0, 200)}`}` });
      });
    });
}
