// A process with nothing in it but a link: it connects three times, says goodbye, stops the link, and should then end by itself.

import { createWsLink } from "../../../agent/src/ha/ws-link.ts";
import { createSocket } from "../../../agent/src/platform/ws-socket.ts";
import type { Connect } from "../../../agent/src/protocol/messages.ts";
import { realClock } from "./clocks.ts";
import { example } from "./examples.ts";
import { testJournal } from "./test-journal.ts";

const [, , url = "", token = ""] = process.argv;
const journal = testJournal();
let connections = 0;

const link = createWsLink({
  hello: () => example<Connect>("connect", "an X1201 on the simulator"),
  url,
  token: { reveal: () => token },
  createSocket,
  clock: realClock,
  journal,
  log: {
    log(_level, message) {
      if (!message.startsWith("Connected")) return;
      connections += 1;
      if (connections === 3) end().catch(() => process.exit(3));
    },
  },
  onCommand: () => {},
  timings: { retryMinMs: 20, retryMaxMs: 20 },
});

async function end(): Promise<void> {
  await realClock.sleep(20);
  await link.bye({ reason: "stop", detail: null, message: "Done." }, 1000);
  await link.stop();
  journal.remove();
}

link.start();
