// `npm run bench`: the figures that the project promises, measured in one run on a real Home Assistant, beside Home
// Assistant's own MQTT path and a bare Node. Prints a table and keeps it in bench/RESULTS.md.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, release, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { createControlClient } from "../agent/src/platform/control-client.ts";
import { edges } from "../bench/edges.ts";
import { connectMqtt } from "../bench/mqtt.ts";
import { openPin } from "../bench/pin.ts";
import { atRest, startBareNode } from "../bench/process.ts";
import { median, percentile, type Row, table } from "../bench/stats.ts";
import { ensureMosquitto } from "./env/mosquitto.ts";
import { connectTo, continueFlow, startFlow, waitFor, waitForState } from "./ha/api.ts";
import { checkout } from "./lib/paths.ts";
import { freePort } from "./lib/ports.ts";
import { run } from "./lib/run.ts";
import { step } from "./lib/step.ts";
import { main, Trouble } from "./lib/trouble.ts";
import { versions } from "./lib/versions.ts";
import { type Agent, createAgent } from "./stack/agent.ts";
import { confirmAgent, type Home, openHome } from "./stack/home.ts";

const edgeCount = 400;
const restSeconds = 60;
const starts = 7;

const ms = (value: number) => `${value.toFixed(2)} ms`;

/** Edges at the simulated pin, by the agent's control socket: the time includes the socket, the core and the link. */
async function ourEdges(home: Home, agentFolder: string): Promise<readonly number[]> {
  const watcher = await connectTo(home.ha.url, home.tokens.access_token);
  const pin = await openPin(join(agentFolder, "agent.sock"));
  try {
    await edges(watcher, "binary_sensor.rack_ups_mains", 40, pin.set);
    const taken = await edges(watcher, "binary_sensor.rack_ups_mains", edgeCount, pin.set);
    const trouble = pin.trouble();
    if (trouble !== null) throw new Trouble(`A simulated edge was refused: ${trouble}`);
    return taken;
  } finally {
    pin.close();
    watcher.close();
  }
}

/** The figure to beat: one binary_sensor by MQTT discovery, mosquitto on the same machine, same Home Assistant. */
async function mqttEdges(home: Home, folder: string): Promise<readonly number[]> {
  const mosquitto = await ensureMosquitto();
  const port = await freePort();
  const config = join(folder, "mosquitto.conf");
  writeFileSync(
    config,
    `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nset_tcp_nodelay true\n`,
  );
  const broker = spawn(mosquitto, ["-c", config], { stdio: "ignore" });
  const watcher = await connectTo(home.ha.url, home.tokens.access_token);
  try {
    const publisher = await waitFor("mosquitto", 10_000, () => connectMqtt(port).catch(() => null));
    const flow = await startFlow(home.ha.url, home.tokens.access_token, "mqtt");
    await continueFlow(home.ha.url, home.tokens.access_token, flow.flow_id, {
      broker: "127.0.0.1",
      port,
      other_settings: { set_client_cert: false, set_ca_cert: "off" },
    });
    const discovery = { name: "Peer", unique_id: "peer", state_topic: "peer/state", device_class: "plug" };
    publisher.publish("homeassistant/binary_sensor/peer/config", JSON.stringify(discovery), true);
    // Home Assistant subscribes to the state's topic a moment after the entity is there; a retained state waits for it.
    publisher.publish("peer/state", "ON", true);
    await waitForState(home.admin, "binary_sensor.peer", "on", 30_000);
    const flip = (on: boolean) => publisher.publish("peer/state", on ? "ON" : "OFF");
    await edges(watcher, "binary_sensor.peer", 40, flip);
    const taken = await edges(watcher, "binary_sensor.peer", edgeCount, flip);
    publisher.close();
    return taken;
  } finally {
    watcher.close();
    broker.kill();
  }
}

/** Process start to the first battery figure that `status` gives, in ms. */
async function startTime(agent: Agent, socket: string): Promise<number> {
  const begun = performance.now();
  agent.start();
  for (;;) {
    if (performance.now() - begun > 20_000) throw new Trouble(`The agent did not start:\n${agent.output()}`);
    const status = await createControlClient(socket, 1_000)
      .status()
      .catch(() => null);
    if (status !== null && status.battery_percent !== null) return performance.now() - begun;
    await sleep(5);
  }
}

async function startTimes(folder: string): Promise<readonly number[]> {
  const agent = createAgent({ folder, id: "start-pi", name: "Start", haUrl: null, token: null });
  const taken: number[] = [];
  for (let n = 0; n < starts; n += 1) {
    taken.push(await startTime(agent, join(folder, "agent.sock")));
    await agent.stop();
  }
  return taken;
}

function machine(): string {
  const model = cpus()[0]?.model ?? "unknown processor";
  return `${cpus().length} cores (${model}), ${Math.round(totalmem() / 2 ** 30)} GB, Linux ${release()}, Node ${process.versions.node}, Home Assistant ${versions.homeAssistant}`;
}

function cardRow(): Row {
  const bytes = readFileSync(join(checkout, "dist/card/pi-ups-card.js"));
  const zipped = gzipSync(bytes, { level: 9 }).length;
  return {
    what: "card bundle, gzip (raw)",
    figure: `${(zipped / 1000).toFixed(1)} kB (${(bytes.length / 1000).toFixed(1)} kB)`,
    aim: "<= 25 kB",
    reached: zipped <= 25_000,
  };
}

function edgeRows(ours: readonly number[], mqtt: readonly number[]): readonly Row[] {
  const [p50, p99] = [percentile(ours, 0.5), percentile(ours, 0.99)];
  const [m50, m99] = [percentile(mqtt, 0.5), percentile(mqtt, 0.99)];
  return [
    {
      what: "AC edge -> another client, p50",
      figure: ms(p50),
      aim: `<= MQTT (${ms(m50)})`,
      reached: p50 <= m50,
    },
    { what: "AC edge -> another client, p99", figure: ms(p99), aim: "<= 5 ms", reached: p99 <= 5 },
    {
      what: "the same, p99, against MQTT",
      figure: `${(p99 / m99).toFixed(2)} x`,
      aim: `<= 1 (MQTT: ${ms(m99)})`,
      reached: p99 <= m99,
    },
  ];
}

await main(async () => {
  await step("Building", () =>
    run(process.execPath, ["scripts/build.ts"], { cwd: checkout, what: "the build" }),
  );
  const folder = mkdtempSync(join(tmpdir(), "pi-ups-bench-"));
  const rows: Row[] = [];
  const home = await step("Starting Home Assistant", async () =>
    openHome({ configDir: join(folder, "ha"), port: await freePort() }),
  );
  const agentFolder = join(folder, "agent");
  const make = (extraYaml: string) =>
    createAgent({
      folder: agentFolder,
      id: "rack-pi",
      name: "Rack UPS",
      haUrl: home.ha.url,
      token: home.agentToken,
      extraYaml,
    });
  let agent = make("debounce:\n  ac_lost_s: 0\n  ac_restored_s: 0\nsim:\n  speed: 1\n");
  const bare = startBareNode();
  try {
    agent.start();
    await confirmAgent(home, "rack-pi");
    await waitForState(home.admin, "binary_sensor.rack_ups_mains", "on", 30_000);
    const ours = await step(`${edgeCount} edges through the agent`, () => ourEdges(home, agentFolder));
    const mqtt = await step(`${edgeCount} edges through MQTT`, () => mqttEdges(home, folder));
    rows.push(...edgeRows(ours, mqtt));
    await agent.stop();
    agent = make("sim:\n  speed: 1\n");
    agent.start();
    await waitForState(home.admin, "binary_sensor.rack_ups_connected", "on", 30_000);
    const status = await waitFor("the agent", 10_000, () => agent.status());
    const pid = (status["agent"] as { readonly pid: number }).pid;
    const rest = await step(`Agent at 1 Hz beside a bare Node, ${restSeconds} s`, async () => {
      await sleep(5_000);
      return await atRest([pid, bare.pid ?? 0], restSeconds);
    });
    const [own, node] = rest;
    if (own === undefined || node === undefined)
      throw new Trouble("The processes at rest could not be measured.");
    const ratio = own.rssMb / node.rssMb;
    rows.push(
      {
        what: "agent's memory (RSS) against bare Node",
        figure: `${own.rssMb.toFixed(1)} / ${node.rssMb.toFixed(1)} MB = ${ratio.toFixed(2)} x`,
        aim: "<= 1.4 x",
        reached: ratio <= 1.4,
      },
      {
        what: "agent's processor time at 1 Hz",
        figure: `${own.cpuPercent.toFixed(2)} % of a core (bare Node ${node.cpuPercent.toFixed(2)} %)`,
        aim: "<= 0.5 %",
        reached: own.cpuPercent <= 0.5,
      },
    );
    const taken = await step(`${starts} starts`, () => startTimes(join(folder, "start")));
    rows.push({
      what: "process start -> first battery figure, median",
      figure: `${median(taken).toFixed(0)} ms`,
      aim: "<= 500 ms",
      reached: median(taken) <= 500,
    });
    rows.push(cardRow());
  } finally {
    bare.kill();
    await agent.stop();
    await home.close();
    rmSync(folder, { recursive: true, force: true });
  }
  const text = table(rows);
  console.log(`\n${text}\n`);
  mkdirSync(join(checkout, "bench"), { recursive: true });
  writeFileSync(
    join(checkout, "bench/RESULTS.md"),
    `# The last run of \`npm run bench\`\n\n${new Date().toISOString().slice(0, 10)}, on ${machine()}.\nEverything on one machine, simulated board, one run; an edge begins with the write to the agent's control socket, so that our time includes the simulated pin, the decision and the link; MQTT's begins with the write to the broker.\nAbsolute times on a shared machine are noisy: compare within a run.\n\n${text}\n`,
  );
  return 0;
});
