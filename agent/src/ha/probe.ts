// Why does Home Assistant not know our commands? Both questions may be asked by a user who is no administrator.
import * as v from "valibot";
import type { Finding } from "./trouble.ts";
import type { Wire } from "./wire.ts";

const domain = "pi_ups";
const configSchema = v.object({ state: v.string(), components: v.array(v.string()), version: v.string() });

/** Looks whether the integration is starting, missing, not added or too old. No finding: Home Assistant did not say. */
export function probeIntegration(wire: Wire, onFinding: (finding: Finding) => void): void {
  wire.request({ type: "get_config" }, (result) => {
    const config = v.safeParse(configSchema, result.ok ? result.value : null);
    if (!config.success) return;
    const { state, components, version: haVersion } = config.output;
    if (state !== "RUNNING") onFinding({ kind: "starting", haVersion });
    else if (components.includes(domain)) onFinding({ kind: "too_old", haVersion });
    else probeInstalled(wire, haVersion, onFinding);
  });
}

function probeInstalled(wire: Wire, haVersion: string, onFinding: (finding: Finding) => void): void {
  wire.request({ type: "manifest/get", integration: domain }, (manifest) => {
    if (manifest.ok) onFinding({ kind: "not_added", haVersion });
    else if (manifest.code !== "lost") onFinding({ kind: "not_installed", haVersion });
  });
}
