// How a person finds out what is fitted: `pi-ups detect` asks the whole bus by reading only.
import { currentSensor, dump, gauge, setCurrentSensor, setGauge } from "./chips.ts";
import { sh } from "./shell.ts";
import { check } from "./tap.ts";
import { need } from "./wait.ts";

interface Detection {
  readonly failure: unknown;
  readonly candidates: readonly { readonly id: string }[];
}

async function detects(): Promise<string> {
  await setGauge(4100, 92);
  await setCurrentSensor(8200, 0);
  const before = (await dump(gauge)) + (await dump(currentSensor));
  const found = JSON.parse(await sh("pi-ups", "detect", "--json")) as Detection;
  const after = (await dump(gauge)) + (await dump(currentSensor));
  need(found.failure, "a bus that answers", (failure) => failure === null);
  const ids = found.candidates.map(({ id }) => id);
  need(ids, "x1201 and waveshare_ups_hat_b among them", (all) =>
    ["x1201", "waveshare_ups_hat_b"].every((id) => all.includes(id)),
  );
  need(after, "the registers as they were: detection writes nothing", (text) => text === before);
  return `${ids.length} boards fit`;
}

export async function findChecks(): Promise<void> {
  await check("detect finds both chips and writes nothing to them", detects);
}
