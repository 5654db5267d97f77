// The simulated world on disk, as plain JSON with a version: it outlives the process, because the simulated mains and
// battery go on while the simulated Pi is off.
import * as v from "valibot";
import type { Board } from "../boards/board.ts";
import type { Result } from "../core/model.ts";
import { type SimCommand, simFaults } from "../ports/control.ts";
import type { Answer } from "../ports/ha-link.ts";
import { type PackParams, react } from "./battery-model.ts";
import { type PackOptions, packFor } from "./sim-pack.ts";
import { advanceWorld, normalRailMv, obey, type WorldState, withoutEndedFaults } from "./world-state.ts";

const finite = v.pipe(v.number(), v.finite());
const percent = v.pipe(v.number(), v.minValue(0), v.maxValue(100));

const savedSchema = v.object({
  version: v.literal(1),
  board: v.string(),
  /** Unix time of the save, ms. */
  saved_at_ms: finite,
  pi: v.picklist(["on", "off"]),
  ac: v.boolean(),
  load_w: v.pipe(finite, v.minValue(0)),
  temperature_c: finite,
  /** Absent in worlds that were saved before there was one. */
  rail_mv: v.optional(finite, normalRailMv),
  speed: v.pipe(finite, v.gtValue(0)),
  /** The speed that the configuration asked for when this world began to run; a new wish is told by it. */
  asked_speed: v.nullable(finite),
  /** True charge; the gauge may show something else. */
  charge_pct: percent,
  slow_mv: finite,
  charger: v.picklist(["off", "constant_current", "constant_voltage", "done"]),
  gauge_error_pct: finite,
  faults: v.array(
    v.object({
      fault: v.picklist(simFaults),
      /** Unix time, ms; null: until cleared. */
      until_ms: v.nullable(finite),
      held_ac: v.boolean(),
    }),
  ),
});

/** The world at one moment, as JSON. */
export type SimSaved = v.InferOutput<typeof savedSchema>;

/** Checks what was read from a file. Code of a refusal: `PI_UPS_SIM_SAVED_INVALID`. */
export function parseSaved(value: unknown): Result<SimSaved> {
  const parsed = v.safeParse(savedSchema, value);
  if (parsed.success) return { ok: true, value: parsed.output };
  const issue = parsed.issues[0];
  const where = v.getDotPath(issue) ?? "the whole";
  return {
    ok: false,
    code: "PI_UPS_SIM_SAVED_INVALID",
    message: `The saved simulated world is not usable: ${where}: ${issue.message}. Delete the file to begin with a fresh world.`,
  };
}

/** @param monoToWallMs what to add to the world's own times to get Unix ms */
export function toSaved(
  board: Board,
  world: WorldState,
  askedSpeed: number | null,
  wallMs: number,
  monoToWallMs: number,
): SimSaved {
  return {
    version: 1,
    board: board.id,
    saved_at_ms: wallMs,
    pi: world.pi,
    ac: world.acPresent,
    load_w: world.loadW,
    temperature_c: world.temperatureC,
    rail_mv: world.railMv,
    speed: world.speed,
    asked_speed: askedSpeed,
    charge_pct: world.battery.chargePct,
    slow_mv: world.battery.slowMv,
    charger: world.battery.charger,
    gauge_error_pct: world.gaugeErrorPct,
    faults: world.faults.map(({ fault, untilMs, heldAcPresent }) => ({
      fault,
      until_ms: untilMs === null ? null : untilMs + monoToWallMs,
      held_ac: heldAcPresent,
    })),
  };
}

/** A Pi that was on but that nobody simulated did not run for longer than this: the process was restarted. */
const longestGapMs = 60_000;
/** Longer absences change nothing any more: the pack is full or empty. */
const longestAbsenceMs = 365 * 86_400_000;

/** The time that passed for the world since it was saved, ms of the clock. */
function elapsedMs(saved: SimSaved, wallMs: number): number {
  const passedMs = Math.max(0, wallMs - saved.saved_at_ms);
  const drains = saved.pi === "on" && !saved.ac;
  return Math.min(passedMs, drains ? longestGapMs : longestAbsenceMs);
}

/** The saved world, brought forward to `wallMs`. Its times are Unix ms minus `monoToWallMs`. */
export function fromSaved(
  params: PackParams,
  saved: SimSaved,
  wallMs: number,
  monoToWallMs: number,
): WorldState {
  const battery = {
    chargePct: saved.charge_pct,
    slowMv: saved.slow_mv,
    currentMa: 0,
    cellMv: 0,
    charger: saved.charger,
  };
  const loadW = saved.pi === "on" ? saved.load_w : 0;
  const world: WorldState = {
    acPresent: saved.ac,
    pi: saved.pi,
    loadW: saved.load_w,
    temperatureC: saved.temperature_c,
    railMv: saved.rail_mv,
    press: null,
    speed: saved.speed,
    chargeAllowed: true,
    battery: react(params, battery, { acPresent: saved.ac, chargeAllowed: true, loadW }),
    gaugeErrorPct: saved.gauge_error_pct,
    faults: saved.faults.map(({ fault, until_ms, held_ac }) => ({
      fault,
      untilMs: until_ms === null ? null : until_ms - monoToWallMs,
      heldAcPresent: held_ac,
    })),
  };
  const now = advanceWorld(params, world, elapsedMs(saved, wallMs)).world;
  return withoutEndedFaults(now, wallMs - monoToWallMs);
}

/**
 * A command for a world whose Pi is off (or whose agent is not running): time passes up to `wallMs`, then the command
 * acts. Whether a returned mains starts the Pi is for whoever watches the file.
 */
export function applyToSaved(
  saved: SimSaved,
  command: SimCommand,
  board: Board,
  wallMs: number,
  packOptions: PackOptions = {},
): { readonly saved: SimSaved; readonly answer: Answer } {
  const params = packFor(board, packOptions);
  const { world, answer } = obey(params, fromSaved(params, saved, wallMs, 0), command, wallMs);
  return { saved: toSaved(board, world, saved.asked_speed, wallMs, 0), answer };
}
