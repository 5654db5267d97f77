// TCP ports of the loopback interface: is one free, which one is, and who has it.
import { createServer } from "node:net";
import { tryRun } from "./run.ts";
import { Trouble } from "./trouble.ts";

/** Listens for a moment; resolves with the port, or null when it is taken. */
function tryListen(port: number, host: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(null);
      else reject(new Trouble(`Port ${port} of ${host} cannot be used: ${error.message}.`, { cause: error }));
    });
    server.listen(port, host, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : null));
    });
  });
}

/** Whether another program has the port. */
export async function portTaken(port: number, host = "127.0.0.1"): Promise<boolean> {
  return (await tryListen(port, host)) === null;
}

/** A port that is free at this moment. */
export async function freePort(): Promise<number> {
  const port = await tryListen(0, "127.0.0.1");
  if (port === null) throw new Trouble("This machine has no free TCP port on 127.0.0.1.");
  return port;
}

/** " (python3, pid 123)" where `ss` may tell, else "". */
async function holder(port: number): Promise<string> {
  const { code, output } = await tryRun("ss", ["-Hltnp", `sport = :${port}`]).catch(() => ({
    code: 1,
    output: "",
  }));
  const found = /users:\(\("([^"]+)",pid=(\d+)/.exec(output);
  return code === 0 && found !== null ? ` (${found[1]}, process ${found[2]})` : "";
}

/** `Trouble` when the port is taken; `cure` ends the sentence, for example with the option that chooses another one. */
export async function needPort(port: number, cure: string, host?: string): Promise<void> {
  if (!(await portTaken(port, host))) return;
  throw new Trouble(
    `Port ${port} is taken by another program${await holder(port)}. Stop that program, or ${cure}.`,
  );
}
