// The control socket with real sockets: who may be there, what may be said, and what happens to clients that misbehave.
import { spawn } from "node:child_process";
import { existsSync, lstatSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { UpsError } from "../../agent/src/core/ups-error.ts";
import { createControlClient } from "../../agent/src/platform/control-client.ts";
import { type ControlServer, createControlServer } from "../../agent/src/platform/control-socket.ts";
import type { AgentControl } from "../../agent/src/ports/control.ts";
import { type Asked, codeThrown, event, recordingControl, recordingLog, report } from "./control-support.ts";
import { temporaryFolder, until } from "./support.ts";

const folder = temporaryFolder();
let names = 0;
const freshPath = (): string => join(folder, `s${names++}`);
const running: ControlServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

interface Served {
  readonly path: string;
  readonly asked: Asked[];
  readonly lines: string[];
  readonly server: ControlServer;
}

async function serve(changes: Partial<AgentControl> = {}, path = freshPath()): Promise<Served> {
  const { control, asked } = recordingControl(changes);
  const { log, lines } = recordingLog();
  const server = createControlServer(path, control, log);
  running.push(server);
  await server.start();
  return { path, asked, lines, server };
}

/** Sends text and collects what comes back until the server closes or `lines` lines are there. */
function talk(path: string, text: string | readonly string[], lines: number): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    let heard = "";
    const finish = () => {
      socket.destroy();
      resolve(heard.split("\n").filter((line) => line !== ""));
    };
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      heard += chunk;
      if (heard.split("\n").length > lines) finish();
    });
    socket.once("error", reject).once("close", finish);
    for (const part of typeof text === "string" ? [text] : text) socket.write(part);
  });
}

async function codeOf(
  path: string,
  line: string,
): Promise<{ readonly code: string; readonly message: string }> {
  const [answer] = await talk(path, `${line}\n`, 1);
  return (
    JSON.parse(answer ?? "{}") as { readonly error: { readonly code: string; readonly message: string } }
  ).error;
}

describe("client and server together", () => {
  it("carry every request and its answer", async () => {
    const { path, asked } = await serve();
    const client = createControlClient(path);
    expect(await client.status()).toEqual(report);
    expect(await client.events({ types: ["ups_fault"], sinceMs: 5, limit: 7 })).toEqual([event]);
    expect(await client.events({})).toEqual([event]);
    expect(await client.requestShutdown(30_000, "storm")).toMatchObject({ accepted: true });
    expect(await client.requestShutdown(null, null)).toMatchObject({ accepted: true });
    expect(await client.cancelShutdown()).toMatchObject({ accepted: true });
    await client.simulate({ kind: "fault", fault: "i2c-nack", forMs: 10_000 });
    await client.simulate({ kind: "load", watts: 12 });
    expect(asked).toEqual([
      { method: "status", args: [] },
      { method: "events", args: [{ types: ["ups_fault"], sinceMs: 5, limit: 7 }] },
      { method: "events", args: [{ limit: 100 }] },
      { method: "requestShutdown", args: [30_000, "storm"] },
      { method: "requestShutdown", args: [null, null] },
      { method: "cancelShutdown", args: [] },
      { method: "simulate", args: [{ kind: "fault", fault: "i2c-nack", forMs: 10_000 }] },
      { method: "simulate", args: [{ kind: "load", watts: 12 }] },
    ]);
  });
  it("carry ten thousand events", async () => {
    const many = Array.from({ length: 10_000 }, (_, index) => ({
      ...event,
      seq: index + 1,
      message: "é".repeat(100),
    }));
    const { path } = await serve({ events: () => many });
    expect(await createControlClient(path).events({ limit: 10_000 })).toEqual(many);
  });
  it("serve many clients at once", async () => {
    const { path } = await serve();
    const answers = await Promise.all(Array.from({ length: 25 }, () => createControlClient(path).status()));
    expect(answers.every((answer) => answer.agent.id === "test-pi")).toBe(true);
  });
});

describe("the server refuses", () => {
  it.each([
    ["no JSON", "hello", "PI_UPS_CONTROL_BAD_REQUEST"],
    ["another kind of JSON", "[1]", "PI_UPS_CONTROL_BAD_REQUEST"],
    ["null", "null", "PI_UPS_CONTROL_BAD_REQUEST"],
    ["a missing version", '{"id":1,"method":"status"}', "PI_UPS_CONTROL_BAD_REQUEST"],
    ["another version", '{"v":2,"id":1,"method":"status"}', "PI_UPS_CONTROL_VERSION"],
    ["an unknown method", '{"v":1,"id":1,"method":"stats"}', "PI_UPS_CONTROL_UNKNOWN_METHOD"],
    ["a method of every object", '{"v":1,"id":1,"method":"constructor"}', "PI_UPS_CONTROL_UNKNOWN_METHOD"],
    ["unknown parameters", '{"v":1,"id":1,"method":"status","params":{"x":1}}', "PI_UPS_CONTROL_BAD_REQUEST"],
    ["a bad limit", '{"v":1,"id":1,"method":"events","params":{"limit":0}}', "PI_UPS_CONTROL_BAD_REQUEST"],
    [
      "a negative delay",
      '{"v":1,"id":1,"method":"shutdown","params":{"delay_ms":-1}}',
      "PI_UPS_CONTROL_BAD_REQUEST",
    ],
    [
      "an unknown fault",
      '{"v":1,"id":1,"method":"simulate","params":{"kind":"fault","fault":"fire"}}',
      "PI_UPS_CONTROL_BAD_REQUEST",
    ],
    [
      "no number",
      '{"v":1,"id":1,"method":"simulate","params":{"kind":"load","watts":"many"}}',
      "PI_UPS_CONTROL_BAD_REQUEST",
    ],
  ])("%s", async (_what, line, code) => {
    const { path, asked } = await serve();
    expect(await codeOf(path, line)).toMatchObject({
      code,
      message: expect.stringMatching(/^[A-Z][^\n]+\.$/),
    });
    expect(asked).toEqual([]);
  });

  it("a line without end, and drops whoever sends it", async () => {
    const { path } = await serve();
    const [answer] = await talk(path, "x".repeat(70_000), 99);
    expect(JSON.parse(answer ?? "")).toMatchObject({ ok: false, error: { code: "PI_UPS_CONTROL_TOO_LONG" } });
  });
  it("with the code of the agent's own refusal", async () => {
    const { path } = await serve({
      status: () => {
        throw new UpsError("PI_UPS_STARTING", "The agent is starting.");
      },
    });
    expect(await codeThrown(createControlClient(path).status())).toBe("PI_UPS_STARTING");
  });
  it("to tell the inside of a fault, but logs it and goes on", async () => {
    const { path, lines } = await serve({
      status: () => {
        throw new TypeError("x is undefined");
      },
    });
    const answer = await codeOf(path, '{"v":1,"id":1,"method":"status"}');
    expect(answer.code).toBe("PI_UPS_INTERNAL");
    expect(answer.message).not.toContain("undefined");
    expect(lines.join()).toContain("x is undefined");
    expect(await createControlClient(path).cancelShutdown()).toMatchObject({ accepted: true });
  });
});

describe("lines", () => {
  it("may arrive in pieces, several at once, and without a last end of line", async () => {
    const { path } = await serve();
    const pieces = [
      '{"v":1,"id":"a","met',
      'hod":"status"}\n\n{"v":1,"id":"b","method":"cancel_shutdown"}\n',
    ];
    const ids = (await talk(path, pieces, 2)).map((line) => (JSON.parse(line) as { readonly id: string }).id);
    expect(ids).toEqual(["a", "b"]);
    const last = await new Promise<string>((resolve) => {
      const socket = connect(path);
      socket.setEncoding("utf8").on("data", resolve);
      socket.end('{"v":1,"id":"c","method":"status"}');
    });
    expect(JSON.parse(last)).toMatchObject({ id: "c", ok: true });
  });
  it("are answered with the id even when the rest is wrong", async () => {
    const { path } = await serve();
    expect(JSON.parse((await talk(path, '{"id":9,"v":"x"}\n', 1))[0] ?? "")).toMatchObject({
      id: 9,
      ok: false,
    });
  });
  it("may be left by a client that goes away in the middle", async () => {
    const { path, lines } = await serve();
    for (let index = 0; index < 40; index++) {
      const socket: Socket = connect(path);
      socket.on("error", () => {});
      socket.write('{"v":1,"id":1,"method":"status"}\n{"v":1,');
      socket.destroy();
    }
    await until(
      "the server answers again",
      async () => (await createControlClient(path).status()).agent.pid === 4711,
    );
    expect(lines.filter((line) => !line.startsWith("debug:"))).toEqual([]);
  });
  it("of a client that never reads do not pile up in the agent", async () => {
    const many = Array.from({ length: 10_000 }, () => event);
    let calls = 0;
    const { path } = await serve({
      events: () => {
        calls += 1;
        return many;
      },
    });
    const socket = connect(path);
    socket.pause();
    socket.write('{"v":1,"id":1,"method":"events"}\n'.repeat(200));
    await until("the first answer was made", () => calls > 0);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(calls).toBeLessThan(5);
    expect(await createControlClient(path).status()).toEqual(report);
    socket.destroy();
  });
});

describe("the socket file", () => {
  it("is made with its folder, for owner and group only, and goes away", async () => {
    const path = join(folder, "deep", "er", "a.sock");
    const { server } = await serve({}, path);
    expect(lstatSync(path).mode & 0o777).toBe(0o660);
    await server.stop();
    await server.stop();
    expect(existsSync(path)).toBe(false);
    await server.start();
    expect(await createControlClient(path).status()).toEqual(report);
  });
  it("of a living agent is left alone", async () => {
    const { path } = await serve();
    const second = createControlServer(path, recordingControl().control, recordingLog().log);
    expect(await codeThrown(second.start())).toBe("PI_UPS_ALREADY_RUNNING");
    await second.stop();
    expect(await createControlClient(path).status()).toEqual(report);
  });
  it("of an agent that is alive but silent is left alone, too", async () => {
    const path = freshPath();
    const mute = createServer(() => {});
    await new Promise<void>((resolve) => mute.listen(path, resolve));
    const second = createControlServer(path, recordingControl().control, recordingLog().log);
    expect(await codeThrown(second.start())).toBe("PI_UPS_ALREADY_RUNNING");
    mute.close();
  });
  it("of a killed agent is replaced", async () => {
    const path = freshPath();
    const script = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => console.log("up"))`;
    const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise((resolve) => child.stdout.once("data", resolve));
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("close", resolve));
    expect(existsSync(path)).toBe(true);
    expect(await codeThrown(createControlClient(path).status())).toBe("PI_UPS_NO_AGENT");
    await serve({}, path);
    expect(await createControlClient(path).status()).toEqual(report);
  });
  it("is never made over another file or at an impossible path", async () => {
    const path = freshPath();
    writeFileSync(path, "precious");
    const { control } = recordingControl();
    const { log } = recordingLog();
    expect(await codeThrown(createControlServer(path, control, log).start())).toBe("PI_UPS_SOCKET_PATH");
    expect(lstatSync(path).isFile()).toBe(true);
    const long = join(folder, "x".repeat(108));
    expect(await codeThrown(createControlServer(long, control, log).start())).toBe("PI_UPS_SOCKET_PATH");
    expect(await codeThrown(createControlServer(join(path, "a.sock"), control, log).start())).toBe(
      "PI_UPS_SOCKET_PATH",
    );
  });
});
