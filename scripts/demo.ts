// `npm run demo`: a real Home Assistant with the Pi UPS card on its dashboard, fed by the real agent on a simulated X1201.
// Ctrl-C stops everything that it started.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { waitFor } from "./ha/api.ts";
import { checkout } from "./lib/paths.ts";
import { run } from "./lib/run.ts";
import { say, step } from "./lib/step.ts";
import { main, Trouble } from "./lib/trouble.ts";
import { createAgent, supervise } from "./stack/agent.ts";
import { confirmAgent, openDashboard, openHome, owner } from "./stack/home.ts";

const usage = `npm run demo [-- OPTIONS]
  --port N   port of Home Assistant (8123)
  --speed N  how much faster than real time the simulated battery lives (60)
  --fresh    forget the last demo: new Home Assistant, full battery
  --check    start everything, look whether the card's device has contact, stop again`;

function ready(url: string, path: string): string {
  const pi = "npx pi-ups --config .demo/config.yaml";
  return `
  Open       ${url}${path}
  Log in     user ${owner.username}, password ${owner.password}

  In another terminal, in this folder:
    ${pi} sim ac off          pull the plug
    ${pi} sim ac on           plug it in again
    ${pi} sim battery 22%     let the end come sooner
    ${pi} sim temp 70         heat it up
    ${pi} sim fault i2c-nack --for 10s
    ${pi} status
    ${pi} events

  Ctrl-C here stops Home Assistant and the agent.
`;
}

await main(async () => {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "8123" },
      speed: { type: "string", default: "60" },
      fresh: { type: "boolean" },
      check: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help === true) {
    console.log(usage);
    return 0;
  }
  const port = Number(values.port);
  const speed = Number(values.speed);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Trouble(`--port ${values.port} is no port.\n${usage}`);
  if (!(speed >= 1 && speed <= 3600))
    throw new Trouble(`--speed ${values.speed}: expected 1 to 3600.\n${usage}`);

  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stopping.abort());
  const folder = join(checkout, ".demo");
  if (values.fresh === true) rmSync(folder, { recursive: true, force: true });

  await step("Building agent and card", () =>
    run(process.execPath, ["scripts/build.ts"], { cwd: checkout, what: "the build" }),
  );
  const home = await step("Starting Home Assistant", () =>
    openHome({ configDir: join(folder, "home-assistant"), port }),
  );
  const agent = createAgent({
    folder,
    id: "rack-pi",
    name: "Rack UPS",
    haUrl: home.ha.url,
    token: home.agentToken,
    extraYaml: `shutdown:\n  grace_s: 15\nsim:\n  speed: ${speed}\n`,
  });
  try {
    const supervised = supervise(agent, folder, stopping.signal, (what) => {
      if (what === "off")
        say(
          "The simulated Pi has powered itself off. It boots again when mains is back: npx pi-ups --config .demo/config.yaml sim ac on",
        );
      if (what === "boot") say("Mains is back: the simulated Pi boots.");
      if (what === "ended") {
        say(
          `The agent ended (exit code ${agent.exitCode()}). Its last lines:\n${agent.output().split("\n").slice(-8).join("\n")}`,
        );
        stopping.abort();
      }
    });
    await step("Confirming the agent in Home Assistant", () => confirmAgent(home, "rack-pi"));
    const path = await openDashboard(home, 1);
    await step("Waiting for the agent's first values", () =>
      waitFor("the agent's contact with Home Assistant", 30_000, async () => {
        const link = (await agent.status())?.["home_assistant"] as { connected?: boolean } | undefined;
        return link?.connected === true || stopping.signal.aborted ? true : null;
      }),
    );
    if (!stopping.signal.aborted) say(ready(`http://localhost:${port}`, `${path}/power`));
    if (values.check === true) stopping.abort();
    await supervised;
  } finally {
    say("Stopping.");
    await agent.stop();
    await home.close();
  }
  return 0;
});
