// A Waveshare UPS HAT (B): everything comes from its INA219, mains too, by the direction of the current.
import { type Agent, type Status, startAgent } from "./agent.ts";
import { currentSensor, getRegister, resetCurrentSensor, setCurrentSensor } from "./chips.ts";
import { check } from "./tap.ts";
import { eventually, need } from "./wait.ts";

/** CONFIG and CALIBRATION of the vendor's 32 V, 2 A setting, which the driver gives the chip. */
const ourConfig = 0x3eef;
const ourCalibration = 0x1000;

function flows(agent: Agent, amperes: number, power: string): Promise<Status | null> {
  return eventually(
    `8.2 V, ${amperes} A, ${power}`,
    () => agent.status(),
    (seen) =>
      seen?.stale === false &&
      seen.power === power &&
      Math.abs((seen.battery_voltage_v ?? 0) - 8.2) < 0.01 &&
      Math.abs((seen.battery_current_a ?? 0) - amperes) < 0.01,
  );
}

async function isSet(): Promise<void> {
  need(await getRegister(currentSensor, 0x00), "CONFIG 0x3EEF", (word) => word === ourConfig);
  need(await getRegister(currentSensor, 0x05), "CALIBRATION 0x1000", (word) => word === ourCalibration);
}

function words(status: Status | null): string {
  return `${status?.battery_voltage_v} V, ${status?.battery_current_a} A, ${status?.battery_percent} %, ${status?.power}`;
}

export async function currentChecks(): Promise<void> {
  await setCurrentSensor(8200, 500);
  const agent = startAgent({ board: "waveshare_ups_hat_b" });
  await check("UPS HAT (B): the INA219 is set up, and charges with 0.5 A", async () => {
    const status = await flows(agent, 0.5, "on_mains");
    await isSet();
    return words(status);
  });
  await check("UPS HAT (B): -0.85 A is an outage", async () => {
    await setCurrentSensor(8200, -850);
    return words(await flows(agent, -0.85, "on_battery"));
  });
  await check(
    "UPS HAT (B): a brown-out of the chip loses no current, and its calibration is set anew",
    async () => {
      await resetCurrentSensor();
      await eventually(
        "CALIBRATION 0x1000",
        () => getRegister(currentSensor, 0x05),
        (word) => word === ourCalibration,
      );
      const status = await flows(agent, -0.85, "on_battery");
      await isSet();
      return words(status);
    },
  );
  await agent.stop();
}
