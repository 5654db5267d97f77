// What the agent shows at one moment, read off the state: nothing is decided here.
import type { CoreConfig } from "./engine.ts";
import { hasFault } from "./faults.ts";
import type { Instant, PowerState, Snapshot } from "./model.ts";
import { estimateRuntime } from "./runtime.ts";
import type { CoreState } from "./state.ts";

function powerOf(state: CoreState): PowerState {
  if (state.ac.confirmed === null || hasFault(state.faults, "PI_UPS_AC_PIN_UNREADABLE")) return "unknown";
  return state.ac.confirmed ? "on_mains" : "on_battery";
}

function clampPct(pct: number): number {
  return Math.min(100, Math.max(0, pct));
}

type BatteryKeys =
  | "chargePct"
  | "chargePctRaw"
  | "cellMv"
  | "packMv"
  | "currentMa"
  | "powerMw"
  | "stale"
  | "lastGoodAt";

/** The last good reading, whatever its age; what the board cannot sense is absent. */
function batteryOf(state: CoreState, config: CoreConfig): Pick<Snapshot, BatteryKeys> {
  const { good, failures } = state.gauge;
  const cellMv = good?.reading.cellMv ?? null;
  const packMv = cellMv === null ? null : cellMv * config.board.battery.cellsInSeries;
  const currentMa = good?.reading.currentMa ?? null;
  const powerMw = currentMa === null || packMv === null ? null : (currentMa * packMv) / 1000;
  return {
    chargePct: good === null ? null : clampPct(good.reading.chargePct),
    chargePctRaw: good?.reading.chargePct ?? null,
    cellMv,
    packMv,
    ...(config.senses.has("current") ? { currentMa, powerMw } : {}),
    stale: good !== null && (failures > 0 || hasFault(state.faults, "PI_UPS_GAUGE_STUCK")),
    lastGoodAt: good?.at ?? null,
  };
}

/** Reads the state at `now`. Absent keys: the board cannot sense it. */
export function snapshot(state: CoreState, config: CoreConfig, now: Instant): Snapshot {
  const { senses } = config;
  const power = powerOf(state);
  const battery = batteryOf(state, config);
  const onBattery = power === "unknown" ? null : power === "on_battery";
  return {
    at: now,
    power,
    powerSince: power === "unknown" ? null : state.ac.confirmedAt,
    ...(senses.has("ac") ? { acPresent: onBattery === null ? null : !onBattery } : {}),
    ...battery,
    ...(senses.has("charging") ? { charging: state.charging.charging } : {}),
    ...(senses.has("temperature") ? { temperatureC: state.temperature.lastC } : {}),
    runtime: estimateRuntime(state.runtime, {
      onBattery,
      chargePct: battery.chargePct,
      cutOffPct: config.thresholds.criticalPct,
      sinceMonoMs: state.trend.sinceMonoMs,
      nowMonoMs: now.monoMs,
    }),
    // No board of today measures what a health figure needs: the current, or a full discharge under a known load.
    health: "unknown",
    cycles: state.counters.counters.dischargedPct / 100,
    batteryLow: state.levels.level === "unknown" ? null : state.levels.level !== "ok",
    faults: state.faults,
    shutdown: state.shutdown.state,
  };
}
