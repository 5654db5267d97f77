// The client end of the control socket: every way in which no agent answers has its own code and sentence.
import { spawn } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createControlClient } from "../../agent/src/platform/control-client.ts";
import { createControlServer } from "../../agent/src/platform/control-socket.ts";
import { codeThrown, recordingControl, recordingLog } from "./control-support.ts";
import { temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
let names = 0;
const freshPath = (): string => join(folder, `s${names++}`);

describe("the client says why there is no answer", () => {
  const ask = (path: string): Promise<string> => codeThrown(createControlClient(path, 300).status());

  it("no socket, no folder, no agent behind it", async () => {
    expect(await ask(join(folder, "none"))).toBe("PI_UPS_NO_AGENT");
    expect(await ask(join(folder, "no", "folder"))).toBe("PI_UPS_NO_AGENT");
    expect(await ask(join(folder, "x".repeat(120)))).toBe("PI_UPS_SOCKET_PATH");
  });
  it("a file that is no socket", async () => {
    const path = freshPath();
    writeFileSync(path, "");
    await expect(createControlClient(path).status()).rejects.toThrow(`${path} is not a socket`);
  });
  it("an agent that never answers, or closes, or is something else", async () => {
    const behaviours: readonly (readonly [string, (socket: Socket) => void])[] = [
      ["PI_UPS_AGENT_SILENT", () => {}],
      ["PI_UPS_AGENT_SILENT", (socket) => socket.end()],
      ["PI_UPS_CONTROL_BAD_ANSWER", (socket) => socket.end("HTTP/1.1 400 Bad Request\r\n")],
      ["PI_UPS_CONTROL_BAD_ANSWER", (socket) => socket.end('{"ok":false}\n')],
    ];
    for (const [code, behave] of behaviours) {
      const path = freshPath();
      const other = createServer((socket) => {
        socket.on("error", () => {});
        socket.on("data", () => behave(socket));
      });
      await new Promise<void>((resolve) => other.listen(path, resolve));
      expect(await ask(path)).toBe(code);
      other.close();
    }
  });
  it("no permission, as a user who is not root sees it", async () => {
    const path = freshPath();
    const server = createControlServer(path, recordingControl().control, recordingLog().log);
    await server.start();
    chmodSync(folder, 0o755);
    chmodSync(path, 0o600);
    const client = new URL("../../agent/src/platform/control-client.ts", import.meta.url).href;
    const script = `
      if (process.getuid() === 0) process.setuid(65534);
      const { createControlClient } = await import(${JSON.stringify(client)});
      await createControlClient(process.argv[1]).status().catch((error) => console.log(error.code, error.message));`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script, path], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let out = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    await new Promise((resolve) => child.once("close", resolve));
    await server.stop();
    if (process.getuid?.() === 0)
      expect(out).toContain("PI_UPS_NO_PERMISSION This user may not talk to the agent");
    else expect(out).toBe("");
  });
});
