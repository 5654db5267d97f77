// The few packets of MQTT 3.1.1 that the comparison needs: connect, and publish with QoS 0 (OASIS MQTT 3.1.1, sections 3.1, 3.3).
import { once } from "node:events";
import { connect, type Socket } from "node:net";

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function packet(kind: number, body: Buffer): Buffer {
  const length: number[] = [];
  let rest = body.length;
  do {
    const digit = rest % 128;
    rest = Math.floor(rest / 128);
    length.push(rest > 0 ? digit | 0x80 : digit);
  } while (rest > 0);
  return Buffer.concat([Buffer.from([kind, ...length]), body]);
}

export interface Publisher {
  publish(topic: string, payload: string, retain?: boolean): void;
  close(): void;
}

/** Connects to a broker on the loopback interface. */
export async function connectMqtt(port: number): Promise<Publisher> {
  const socket: Socket = connect({ host: "127.0.0.1", port, noDelay: true });
  await once(socket, "connect");
  // Clean session, keep alive off: the bench is shorter than any broker's patience.
  socket.write(packet(0x10, Buffer.concat([text("MQTT"), Buffer.from([4, 2, 0, 0]), text("pi-ups-bench")])));
  await once(socket, "data");
  return {
    publish(topic, payload, retain = false) {
      socket.write(packet(retain ? 0x31 : 0x30, Buffer.concat([text(topic), Buffer.from(payload)])));
    },
    close() {
      socket.end(Buffer.from([0xe0, 0]));
    },
  };
}
