// The scripts promise to leave nothing behind and to wait for each other: tried with real processes.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { withLock } from "../../scripts/lib/lock.ts";
import { isInstalled, once } from "../../scripts/lib/once.ts";
import { freePort, needPort, portTaken } from "../../scripts/lib/ports.ts";
import { catches } from "../../scripts/lib/processes.ts";
import { run, tryRun, which } from "../../scripts/lib/run.ts";

const lib = join(import.meta.dirname, "../../scripts/lib");
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pi-ups-scripts-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A process that ended but was not yet waited for still has its number.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

async function untilDead(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 400 && alive(pid); tries += 1) await sleep(50);
  return !alive(pid);
}

async function untilWritten(file: string): Promise<number> {
  for (let tries = 0; tries < 200; tries += 1) {
    const text = existsSync(file) ? readFileSync(file, "utf8").trim() : "";
    if (text !== "") return Number(text);
    await sleep(50);
  }
  throw new Error(`${file} was never written`);
}

/** A Node process that runs `body` with the scripts' own modules; `log` prints the lines that it said. */
function script(body: string) {
  return tryRun(process.execPath, ["--input-type=module", "-e", body], { timeoutMs: 20_000 });
}

describe("a child process", () => {
  test("is stopped with all that it started when its time is over", async () => {
    const pidFile = join(folder, "pid");
    const outcome = await tryRun("sh", ["-c", `sleep 60 & echo $! > '${pidFile}'; wait`], {
      timeoutMs: 3_000,
    });
    expect(outcome.timedOut).toBe(true);
    expect(outcome.code).not.toBe(0);
    expect(await untilDead(await untilWritten(pidFile))).toBe(true);
  });

  test("does not survive a kill -9 of the script that started it", async () => {
    const pidFile = join(folder, "pid");
    const body = `
      import { boundToUs, spawnGroup } from "${lib}/groups.ts";
      import { existsSync } from "node:fs";
      const [program, ...args] = boundToUs(["sh", "-c", "echo $$ > '${pidFile}'; exec sleep 60"]);
      spawnGroup(program, args, { kind: "service", stdio: "ignore" });
      const look = setInterval(() => { if (existsSync("${pidFile}")) { clearInterval(look); process.kill(process.pid, "SIGKILL"); } }, 20);
    `;
    await script(body);
    expect(await untilDead(await untilWritten(pidFile))).toBe(true);
  });

  test("is interrupted together with the script, which then ends as a shell expects", async () => {
    const pidFile = join(folder, "pid");
    const body = `
      import { tryRun } from "${lib}/run.ts";
      import { existsSync } from "node:fs";
      const look = setInterval(() => { if (existsSync("${pidFile}")) { clearInterval(look); process.kill(process.pid, "SIGINT"); } }, 20);
      await tryRun("sh", ["-c", "echo $$ > '${pidFile}'; exec sleep 60"]);
    `;
    expect((await script(body)).code).toBe(130);
    expect(await untilDead(await untilWritten(pidFile))).toBe(true);
  });

  test("that fails is told with its last lines, one that is not there with its name", async () => {
    await expect(run("sh", ["-c", "echo the reason; exit 3"], { what: "the tool" })).rejects.toThrow(
      /the tool failed with exit code 3.*\nthe reason/,
    );
    await expect(run(join(folder, "absent"), [])).rejects.toThrow(/absent could not be started/);
    expect(await which("sh")).toMatch(/\/sh$/);
    expect(await which("no-such-program-anywhere")).toBeNull();
  });

  test("that handles a signal is told from one that does not", async () => {
    const body = (handler: string) => `
      import { constants } from "node:os";
      import { catches } from "${lib}/processes.ts";
      ${handler}
      process.exit(catches(process.pid, constants.signals.SIGUSR2) ? 7 : 8);
    `;
    expect((await script(body('process.on("SIGUSR2", () => {});'))).code).toBe(7);
    expect((await script(body(""))).code).toBe(8);
    expect(catches(2 ** 30, 15)).toBe(false);
  });
});

describe("two scripts at once", () => {
  test("hold a lock one after the other, and a killed one frees it", async () => {
    const lock = join(folder, "lock");
    const body = `
      import { withLock } from "${lib}/lock.ts";
      await withLock("${lock}", () => undefined, async () => { process.kill(process.pid, "SIGKILL"); });
    `;
    const order: string[] = [];
    await script(body);
    const first = withLock(
      lock,
      () => order.push("first waits"),
      async () => {
        order.push("first in");
        await sleep(700);
        order.push("first out");
      },
    );
    const second = withLock(
      lock,
      () => order.push("second waits"),
      async () => {
        await sleep(1);
        order.push("second in");
      },
    );
    await Promise.all([first, second]);
    expect(order).toEqual(["first in", "second waits", "first out", "second in"]);
  });
});

describe("an install", () => {
  const pins = { version: 1 };

  test("is done once for the same pins, and again for others", async () => {
    let done = 0;
    const install = async () => {
      await sleep(1);
      done += 1;
    };
    const target = join(folder, "thing");
    await Promise.all([once(target, pins, install), once(target, pins, install)]);
    await once(target, pins, install);
    expect(done).toBe(1);
    await once(target, { version: 2 }, install);
    expect(done).toBe(2);
    expect(isInstalled(target, pins)).toBe(false);
  });

  test("that failed is not taken for done", async () => {
    const target = join(folder, "thing");
    await expect(once(target, pins, () => Promise.reject(new Error("cut")))).rejects.toThrow("cut");
    expect(isInstalled(target, pins)).toBe(false);
    await once(target, pins, () => Promise.resolve());
    expect(isInstalled(target, pins)).toBe(true);
  });
});

describe("a port", () => {
  test("that is taken is told before anything is started", async () => {
    const port = await freePort();
    expect(await portTaken(port)).toBe(false);
    await needPort(port, "choose another one");
    const server = createServer().listen(port, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    try {
      await expect(needPort(port, "choose another one with --port")).rejects.toThrow(
        new RegExp(`^Port ${port} is taken by another program.*or choose another one with --port\\.$`),
      );
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
