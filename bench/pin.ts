// Sets the simulated AC pin over one open control socket, so that what is measured is the edge and not the making of a
// connection: MQTT's publisher keeps its connection too.
import { once } from "node:events";
import { connect } from "node:net";
import { controlVersion } from "../agent/src/platform/control-wire.ts";

export interface Pin {
  set(acPresent: boolean): void;
  /** What the agent refused, if anything; null when it obeyed every time. */
  trouble(): string | null;
  close(): void;
}

/** Opens the agent's control socket. */
export async function openPin(path: string): Promise<Pin> {
  const socket = connect(path);
  await once(socket, "connect");
  let id = 0;
  let refused: string | null = null;
  socket.setEncoding("utf8");
  socket.on("data", (text: string) => {
    for (const line of text.split("\n")) {
      if (line !== "" && !line.includes('"ok":true,"result":{"accepted":true')) refused = line;
    }
  });
  return {
    set(present) {
      id += 1;
      const request = { v: controlVersion, id, method: "simulate", params: { kind: "ac", present } };
      socket.write(`${JSON.stringify(request)}\n`);
    },
    trouble: () => refused,
    close: () => socket.end(),
  };
}
