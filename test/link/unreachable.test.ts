// A Home Assistant that is not there, half there, or something else entirely.
import { createServer } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { describe, expect, it } from "vitest";
import { ManualClock } from "./support/clocks.ts";
import { FarEnd } from "./support/far-end.ts";
import { cleanUpAfterEach, made, online, pause } from "./support/harness.ts";

cleanUpAfterEach();

describe("a Home Assistant that is not there", () => {
  it("is tried until it is, with one line in the log", async () => {
    const far = new FarEnd();
    await far.start();
    const { port, url } = far;
    await far.kill();
    const one = await made({ far, url });
    one.link.start();
    await pause(500);
    expect(one.link.status()).toMatchObject({
      kind: "connecting",
      error: { code: "PI_UPS_HA_UNREACHABLE", message: expect.stringContaining("ECONNREFUSED") },
    });
    expect(one.lines).toHaveLength(1);
    await far.start(port);
    await one.connected();
  });

  it("is noticed when it takes the connection and says nothing", async () => {
    const server = createTcpServer((socket) => socket.resume());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const clock = new ManualClock();
    const one = await made({ clock, url: `http://127.0.0.1:${port}` });
    one.link.start();
    clock.advance(19_999);
    expect(one.lines).toEqual([]);
    clock.advance(1);
    expect(one.logged()).toContain("did not answer the connection");
    await one.link.stop();
    await new Promise((resolve) => server.close(resolve));
  });

  it("is noticed when it opens the socket and offers no login", async () => {
    const far = new FarEnd();
    far.mute = true;
    await far.start();
    const clock = new ManualClock();
    const one = await made({ far, clock, timings: { connectMs: Number.POSITIVE_INFINITY } });
    one.link.start();
    // The time for the login begins when our side sees the open socket.
    await far.until("timeout", () => {
      clock.advance(1000);
      return one.logged().includes("did not finish the login");
    });
    far.mute = false;
    clock.advance(20);
    await one.connected();
  });

  it.each([
    [404, "PI_UPS_HA_NOT_FOUND"],
    [403, "PI_UPS_HA_BANNED"],
  ])("is told apart from something that answers HTTP %s", async (status, code) => {
    const server = createServer((_request, response) => response.writeHead(status).end());
    server.on("upgrade", (_request, socket) => socket.end(`HTTP/1.1 ${status} No\r\n\r\n`));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const one = await made({ url: `http://127.0.0.1:${port}` });
    one.link.start();
    await one.far.until("logged", () => one.lines.some((line) => line.fields["code"] === code));
    await one.link.stop();
    await new Promise((resolve) => server.close(resolve));
  });

  it.each(["not json", "null", '[{"type":"event"}, null]'])(
    "may send nonsense (%s): that ends the socket and not the process",
    async (text) => {
      const one = await online();
      one.far.sendRaw(text);
      await one.far.until("a new socket", () => one.far.connections === 2);
      expect(one.logged()).toContain("PI_UPS_HA_GARBLED");
      await one.connected();
    },
  );

  it("may send answers that nobody asked for", async () => {
    const one = await online();
    one.far.sendRaw('{"type":"result","id":4711,"success":true,"result":null}');
    one.far.sendRaw('{"type":"weather"}');
    await pause(50);
    expect(one.far.connections).toBe(1);
    expect(one.link.status().kind).toBe("connected");
  });
});
