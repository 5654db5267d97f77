// A link over real sockets to the scripted far end, with waiting times short enough for tests.

import type { LinkTimings } from "../../../agent/src/ha/timings.ts";
import { createWsLink } from "../../../agent/src/ha/ws-link.ts";
import { createSocket } from "../../../agent/src/platform/ws-socket.ts";
import type { HaLink, RemoteCommand } from "../../../agent/src/ports/ha-link.ts";
import type { CreateSocket } from "../../../agent/src/ports/message-socket.ts";
import type { Clock } from "../../../agent/src/ports/ports.ts";
import type { Connect } from "../../../agent/src/protocol/messages.ts";
import type { ValueMap } from "../../../agent/src/protocol/values.ts";
import { realClock } from "./clocks.ts";
import { example } from "./examples.ts";
import { FarEnd } from "./far-end.ts";
import type { TestJournal } from "./test-journal.ts";
import { testJournal } from "./test-journal.ts";

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface Rig {
  readonly far: FarEnd;
  readonly journal: TestJournal;
  readonly link: HaLink;
  readonly commands: RemoteCommand[];
  readonly lines: LogLine[];
  /** Sockets of ours: now, and the most at the same time. */
  readonly sockets: { now: number; most: number };
  /** Everything that was logged, as one text. */
  logged(): string;
  /** Until the link says that it is connected and its full state arrived. */
  connected(): Promise<void>;
  end(): Promise<void>;
}

export interface RigOptions {
  readonly timings?: Partial<LinkTimings>;
  readonly journal?: TestJournal;
  readonly far?: FarEnd;
  readonly url?: string;
  readonly token?: { reveal(): string };
  readonly hello?: Partial<Connect>;
  readonly clock?: Clock;
  readonly createSocket?: CreateSocket;
}

const shortTimings: Partial<LinkTimings> = {
  connectMs: 20_000,
  authMs: 20_000,
  answerMs: 20_000,
  eventsMs: 20_000,
  idlePingMs: 200,
  greetMs: 1000,
  retryMinMs: 20,
  retryMaxMs: 100,
  slowRetryMs: 600,
  notLoadedMs: 60,
  refusedMs: 100,
  eventsRetryMs: 60,
  closeMs: 200,
};

/** The values of the contract's full state. */
export const fullValues = example<{ values: ValueMap }>("state", "full state on mains").values;

export async function rig(options: RigOptions = {}): Promise<Rig> {
  const far = options.far ?? new FarEnd();
  if (options.far === undefined) await far.start();
  const journal = options.journal ?? testJournal();
  const commands: RemoteCommand[] = [];
  const lines: LogLine[] = [];
  const sockets = { now: 0, most: 0 };
  const link = createWsLink({
    hello: () => ({
      ...example<Connect>("connect", "an X1201 on the simulator"),
      last_seq: journal.lastSeq(),
      heartbeat_s: 1,
      ...options.hello,
    }),
    url: options.url ?? far.url,
    token: options.token ?? { reveal: () => far.token },
    createSocket: counted(options.createSocket ?? createSocket, sockets),
    clock: options.clock ?? realClock,
    journal,
    log: { log: (level, message, fields = {}) => lines.push({ level, message, fields }) },
    onCommand: (command) => commands.push(command),
    timings: { ...shortTimings, ...options.timings },
    random: () => 0.5,
  });
  return {
    far,
    journal,
    link,
    commands,
    lines,
    sockets,
    logged: () => JSON.stringify(lines),
    async connected() {
      await far.until("connected", () => link.status().kind === "connected");
    },
    async end() {
      await link.stop();
      await far.kill();
      journal.remove();
    },
  };
}

/** Counts from opening to the end, or to our own hard ending, whichever is first. */
function counted(create: CreateSocket, sockets: { now: number; most: number }): CreateSocket {
  return (url, handlers) => {
    let over = false;
    const end = () => {
      if (!over) sockets.now -= 1;
      over = true;
    };
    sockets.now += 1;
    sockets.most = Math.max(sockets.most, sockets.now);
    const socket = create(url, {
      ...handlers,
      onEnd(reason) {
        end();
        handlers.onEnd(reason);
      },
    });
    return {
      get open() {
        return socket.open;
      },
      send: (text) => socket.send(text),
      close: () => socket.close(),
      terminate() {
        end();
        socket.terminate();
      },
    };
  };
}
