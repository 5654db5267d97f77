// What the agent shows at one moment, read off the state: nothing is decided here.
import type { CoreConfig } from "./engine.ts";
import { hasFault } from "./faults.ts";
import { healthOf, healthPct } from "./health.ts";
import type { Instant, PowerState, RuntimeEstimate, Snapshot } from "./model.ts";
import { packFacts } from "./pack.ts";
import { runtimeOnMains } from "./runtime.ts";
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
  | "chargeEstimated"
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
    chargeEstimated: state.chargeEstimated,
    cellMv,
    packMv,
    ...(config.senses.has("current") ? { currentMa, powerMw } : {}),
    stale: good !== null && (failures > 0 || hasFault(state.faults, "PI_UPS_GAUGE_STUCK")),
    lastGoodAt: good?.at ?? null,
  };
}

function runtimeOf(state: CoreState, config: CoreConfig, power: PowerState): RuntimeEstimate {
  if (state.gauge.good === null) return { kind: "unknown", why: "no battery reading yet" };
  if (power === "unknown") return { kind: "unknown", why: "mains state unknown" };
  if (power === "on_battery" && state.runtime.load !== null) return state.runtime.estimate;
  return runtimeOnMains(state.gauge.good.reading, packFacts(state, config), power === "on_battery");
}

type HealthKeys = "health" | "healthPct" | "capacityMah" | "resistanceMohm";

function healthFigures(state: CoreState, config: CoreConfig): Pick<Snapshot, HealthKeys> {
  const { capacityMah, resistanceMohm } = state.learning.learned;
  const pct = healthPct(capacityMah, config.capacityMah);
  const { cellsInSeries } = config.board.battery;
  return {
    health: healthOf(pct),
    healthPct: pct,
    capacityMah,
    resistanceMohm: resistanceMohm === null ? null : resistanceMohm * cellsInSeries,
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
    ...(senses.has("dc_out") ? { dcOut: { ok: state.rail.ok, railMv: state.rail.railMv } } : {}),
    ...(senses.has("overcurrent") ? { overcurrent: state.overcurrent.over } : {}),
    ...(state.outputCurrent === null ? {} : { outputMa: state.outputCurrent.ma }),
    ...(state.figures === null ? {} : { figures: state.figures }),
    runtime: runtimeOf(state, config, power),
    ...healthFigures(state, config),
    cycles: state.counters.counters.dischargedPct / 100,
    batteryLow: state.levels.level === "unknown" ? null : state.levels.level !== "ok",
    faults: state.faults,
    shutdown: state.shutdown.state,
  };
}
