// The MQTT broker of the benchmark, which compares our way with Home Assistant's own MQTT discovery.
import { which } from "../lib/run.ts";
import { installPackages } from "./debian.ts";

/** The path of mosquitto; installs Debian's when there is none. */
export async function ensureMosquitto(): Promise<string> {
  const found = await which("mosquitto");
  if (found !== null) return found;
  await installPackages("The comparison with the MQTT path", ["mosquitto"]);
  return (await which("mosquitto")) ?? "/usr/sbin/mosquitto";
}
