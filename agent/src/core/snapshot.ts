// What the agent shows at one moment, read off the state: nothing is decided here.
import type { CoreConfig } from "./engine.ts";
import type { Instant, PowerState, Snapshot } from "./model.ts";
import { estimateRuntime } from "./runtime.ts";
import type { CoreState } from "./state.ts";

function powerOf(state: CoreState, config: CoreConfig): PowerState {
  const blind = state.acReadFailures >= config.thresholds.faultAfterFailures;
  if (state.ac.confirmed === null || blind) return "unknown";
  return state.ac.confirmed ? "on_mains" : "on_battery";
}

function clampPct(pct: number): number {
  return Math.min(100, Math.max(0, pct));
}

/** Reads the state at `now`. Absent keys: the board cannot sense it. */
export function snapshot(state: CoreState, config: CoreConfig, now: Instant): Snapshot {
  const { senses } = config;
  const power = powerOf(state, config);
  const good = state.gauge.good;
  const cells = config.board.battery.cellsInSeries;
  const chargePct = good === null ? null : clampPct(good.reading.chargePct);
  const cellMv = good === null ? null : good.reading.cellMv;
  const packMv = cellMv === null ? null : cellMv * cells;
  const onBattery = power === "unknown" ? null : power === "on_battery";
  const currentMa = good?.reading.currentMa ?? null;
  return {
    at: now,
    power,
    powerSince: power === "unknown" ? null : state.ac.confirmedAt,
    ...(senses.has("ac") ? { acPresent: onBattery === null ? null : !onBattery } : {}),
    chargePct,
    chargePctRaw: good === null ? null : good.reading.chargePct,
    cellMv,
    packMv,
    ...(senses.has("current")
      ? { currentMa, powerMw: currentMa === null || packMv === null ? null : (currentMa * packMv) / 1000 }
      : {}),
    ...(senses.has("charging") ? { charging: state.charging.charging } : {}),
    ...(senses.has("temperature") ? { temperatureC: state.temperature.lastC } : {}),
    runtime: estimateRuntime(
      onBattery,
      state.trend,
      chargePct,
      config.thresholds.criticalPct,
      now.monoMs,
      state.learnedFall,
    ),
    health: "unknown",
    cycles: state.counters.counters.dischargedPct / 100,
    batteryLow: state.levels.level === "unknown" ? null : state.levels.level !== "ok",
    faults: state.faults,
    stale: good !== null && state.gauge.failures > 0,
    lastGoodAt: good === null ? null : good.at,
    shutdown: state.shutdown.state,
  };
}
