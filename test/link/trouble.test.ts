// The sentences about what is wrong: the right code for each cause, and a cure in each.
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { explainEnd } from "../../agent/src/ha/trouble.ts";
import { createSocket } from "../../agent/src/platform/ws-socket.ts";
import type { SocketEnd } from "../../agent/src/ports/message-socket.ts";

const url = "https://ha.local:8123";
const explain = (code: string, message = "m") => explainEnd({ code, message }, url, false);

describe("explainEnd", () => {
  it.each([
    ["ECONNREFUSED", "PI_UPS_HA_UNREACHABLE", "is the port right"],
    ["ENOTFOUND", "PI_UPS_HA_UNREACHABLE", "Check the name"],
    ["ETIMEDOUT", "PI_UPS_HA_UNREACHABLE", "Check home_assistant.url"],
    ["http 404", "PI_UPS_HA_NOT_FOUND", "base path"],
    ["http 301", "PI_UPS_HA_NOT_FOUND", "scheme"],
    ["http 403", "PI_UPS_HA_BANNED", "ip_bans.yaml"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "PI_UPS_HA_TLS", "NODE_EXTRA_CA_CERTS"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "PI_UPS_HA_TLS", "NODE_EXTRA_CA_CERTS"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "PI_UPS_HA_TLS", "a name that is in the certificate"],
    ["EPROTO", "PI_UPS_HA_TLS", "http://"],
  ])("%s is %s, with a cure", (socketCode, code, cure) => {
    const trouble = explain(socketCode);
    expect(trouble.code).toBe(code);
    expect(trouble.message).toContain(cure);
    expect(trouble.message).toContain(url);
  });

  it("knows a connection that worked before", () => {
    expect(explainEnd({ code: "close 1006", message: "broke" }, url, true).code).toBe("PI_UPS_HA_LOST");
  });
});

/** How the real socket names the end of an attempt. */
function endOf(address: string): Promise<SocketEnd> {
  return new Promise((resolve) => {
    createSocket(address, { onOpen: () => {}, onMessage: () => {}, onEnd: resolve });
  });
}

describe("createSocket", () => {
  it("names a server that does not speak TLS", async () => {
    const server = createServer((socket) => socket.resume().end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const end = await endOf(`wss://127.0.0.1:${port}/api/websocket`);
    expect(explainEnd(end, url, false).code).toBe("PI_UPS_HA_TLS");
    await new Promise((resolve) => server.close(resolve));
  });

  it("gives an impossible address as an end, not as an exception", async () => {
    expect(await endOf("nonsense")).toMatchObject({ code: "SyntaxError" });
  });
});
