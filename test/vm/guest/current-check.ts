// A board with an INA219: voltage, current and which way it flows, from registers as the real chip sends them.
import { startAgent } from "./agent.ts";
import { setCurrentSensor } from "./chips.ts";
import { check } from "./tap.ts";
import { eventually } from "./wait.ts";

async function flows(): Promise<string> {
  // Two cells at 4.1 V; -50 mV over the shunt.
  await setCurrentSensor(8200, -50_000);
  const agent = startAgent({ board: "waveshare_ups_hat_b" });
  try {
    const status = await eventually(
      "8.2 V and a discharge",
      () => agent.status(),
      (seen) => Math.abs((seen?.battery_voltage_v ?? 0) - 8.2) < 0.1 && (seen?.battery_current_a ?? 0) < 0,
      60_000,
    );
    return `${status?.battery_voltage_v} V, ${status?.battery_current_a} A`;
  } finally {
    await agent.stop();
  }
}

export async function currentSensorCheck(): Promise<void> {
  await check("the INA219 of a Waveshare UPS HAT (B): voltage and current", flows);
}
