// The table of `pi-ups status` for people. It shows what the report says: what the board cannot sense has no line,
// what is unknown says so, and old figures carry their age.
import { styleText } from "node:util";
import { aboutMinutes } from "../core/note.ts";
import type { StatusReport } from "../ports/control.ts";
import { table } from "./table.ts";
import { elapsedMs, measured, since, timeOfDay } from "./words.ts";

type Paint = (style: "bold" | "red" | "yellow" | "green", text: string) => string;

function painter(color: boolean): Paint {
  return (style, text) => (color ? styleText(style, text, { validateStream: false }) : text);
}

function powerCell(report: StatusReport, paint: Paint): string {
  const lasted = report.power_since === null ? "" : ` for ${since(report.power_since, report.time)}`;
  switch (report.power) {
    case "on_mains":
      return paint("green", `on mains${lasted}`);
    case "on_battery":
      return paint("yellow", `on battery${lasted}`);
    case "unknown":
      // Not an unknown that ends: this board has no sense for it.
      return report.ac_present === undefined
        ? paint("yellow", "not sensed by this board: no outage shuts the Pi down")
        : "unknown";
  }
  return report.power satisfies never;
}

function chargingWords(report: StatusReport): readonly string[] {
  if (report.charging === undefined) return [];
  if (report.charging === null) return ["charging unknown"];
  return [report.charging ? "charging" : "not charging"];
}

function staleWords(report: StatusReport, paint: Paint): readonly string[] {
  if (!report.stale) return [];
  const age =
    report.last_good_at === null ? "" : ` (last good read ${since(report.last_good_at, report.time)} ago)`;
  return [paint("yellow", `stale${age}`)];
}

function batteryCell(report: StatusReport, paint: Paint): string {
  const percent = measured(report.battery_percent, "%", 0);
  const parts = [
    report.battery_percent_estimated ? `about ${percent}` : percent,
    measured(report.battery_voltage_v, "V", 2),
  ];
  if (report.battery_percent === null && report.battery_voltage_v === null) parts.splice(0, 2, "unknown");
  if (report.battery_current_a !== undefined) parts.push(measured(report.battery_current_a, "A", 2));
  if (report.battery_low === true) parts.push(paint("red", "low"));
  return [...parts, ...chargingWords(report), ...staleWords(report, paint)].join(", ");
}

function runtimeCell(report: StatusReport): string {
  const left = report.runtime_min === null ? "unknown" : aboutMinutes(report.runtime_min);
  if (report.runtime_state === "settling") return `${left} (settling)`;
  return report.runtime_confidence === "low" ? `${left} (rough)` : left;
}

function healthCell(report: StatusReport): string {
  if (report.battery_current_a === undefined && report.health === "unknown") {
    return "not measured: this board senses no battery current";
  }
  const percent = report.health_percent === null ? "" : ` (${report.health_percent} % of the rated capacity)`;
  const parts = [`${report.health}${percent}`];
  if (report.capacity_mah !== null) parts.push(`${report.capacity_mah} mAh`);
  if (report.resistance_mohm !== null) parts.push(`${report.resistance_mohm} mΩ`);
  return parts.join(", ");
}

/** `home_assistant (Anna)` and the like in words; a battery asks nobody. */
function byWords(by: string | null): string {
  if (by === null || by === "battery") return "";
  const words = by
    .replace(/^home_assistant/, "Home Assistant")
    .replace(/^cli$/, "the command line")
    .replace(/^button$/, "the board's button");
  return ` (asked by ${words})`;
}

/** `good, 5.09 V, 1.20 A`, as far as the board or the Pi tells. */
function outputRows(report: StatusReport, paint: Paint): readonly (readonly [string, string])[] {
  const { dc_out: output, output_current_a: amperes } = report;
  const parts: string[] = [];
  if (output !== undefined) {
    parts.push(output.ok === null ? "unknown" : output.ok ? "good" : paint("red", "too low"));
    if (output.voltage_v !== null) parts.push(measured(output.voltage_v, "V", 2));
  }
  if (amperes !== undefined && (amperes !== null || output === undefined)) {
    parts.push(measured(amperes, "A", 2));
  }
  return parts.length === 0 ? [] : [["5 V output", parts.join(", ")]];
}

/** Worth a line only while it is so, whichever current it is. */
function currentRows({ overcurrent }: StatusReport, paint: Paint): readonly (readonly [string, string])[] {
  return overcurrent === true ? [["Current", paint("red", "too high")]] : [];
}

const figuresInALine = 4;

/** On a board that has further figures only: `cell 1 4.05 V`. */
function figureRows({ board_figures: figures }: StatusReport): readonly (readonly [string, string])[] {
  if (figures === undefined) return [];
  if (figures.length === 0) return [["Board says", "unknown"]];
  const words = figures.map(({ name, value, unit }) => {
    const digits = unit === "mAh" || unit === "min" ? 0 : 2;
    return `${name.replaceAll("_", " ")} ${measured(value, unit, digits)}`;
  });
  const lines: string[] = [];
  for (let first = 0; first < words.length; first += figuresInALine) {
    lines.push(words.slice(first, first + figuresInALine).join(", "));
  }
  return lines.map((line, index) => [index === 0 ? "Board says" : "", line]);
}

/** On a real board with pins only. */
function pinsRows({ gpio }: StatusReport): readonly (readonly [string, string])[] {
  if (gpio === null) return [];
  const version = gpio.version === null ? "" : ` ${gpio.version}`;
  const names = {
    sysfs: `sysfs (onoff${version})`,
    gpiod: `libgpiod's tools${version}`,
    none: "no way to them",
  };
  const chip = gpio.chip === null ? "" : `, ${gpio.chip}`;
  return [["Pins", `${names[gpio.backend]}${chip}${gpio.backend === "none" ? `: ${gpio.why}` : ""}`]];
}

/** On a Raspberry Pi only. */
function piRows({ pi }: StatusReport, paint: Paint): readonly (readonly [string, string])[] {
  const { model, under_voltage_seen: low, rails_power_w: watts } = pi;
  if (model === null) return [];
  const parts = [
    model,
    ...(watts === null ? [] : [`its chips take ${measured(watts, "W", 1)}`]),
    ...(low === true ? [paint("yellow", "its supply was too low since it started")] : []),
  ];
  return [["Pi", parts.join(", ")]];
}

function shutdownCell({ shutdown, time }: StatusReport, paint: Paint): string {
  const why = `: ${shutdown.text ?? shutdown.reason ?? "no reason given"}${byWords(shutdown.by)}`;
  switch (shutdown.state) {
    case "idle":
      return shutdown.remote_allowed ? "none planned" : "none planned, not allowed from Home Assistant";
    case "counting_down": {
      const left =
        shutdown.deadline === null ? "soon" : `in ${Math.ceil(elapsedMs(time, shutdown.deadline) / 1000)} s`;
      return paint("red", `${left}${why}`);
    }
    case "executing":
      return paint("red", `going down${why}`);
    case "done":
      return paint("red", `done${why}`);
  }
  return shutdown.state satisfies never;
}

function homeAssistantCell({ home_assistant: link }: StatusReport, paint: Paint): string {
  if (!link.configured) return "not configured";
  const trouble =
    link.message === null ? "" : `: ${link.message}${link.code === null ? "" : ` (${link.code})`}`;
  return link.connected ? paint("green", "connected") : paint("yellow", `${link.state}${trouble}`);
}

function faultRows({ faults, time }: StatusReport, paint: Paint): readonly (readonly string[])[] {
  if (faults.length === 0) return [["Faults", "none"]];
  return faults.map(({ code, message, since: from }, index) => [
    index === 0 ? "Faults" : "",
    `${paint("red", message)} (${code}, for ${since(from, time)})`,
  ]);
}

/** @param color whether to use colours */
export function statusView(report: StatusReport, color: boolean): string {
  const paint = painter(color);
  const { agent, board, events } = report;
  const kind = [
    board.simulated ? "simulated" : null,
    board.confidence === "experimental" ? "experimental" : null,
  ];
  const waiting = report.home_assistant.configured ? `, ${events.unsent} waiting for Home Assistant` : "";
  const title = agent.name === agent.id ? agent.name : `${agent.name} (${agent.id})`;
  const boardText = [board.name, ...kind.filter((word) => word !== null)].join(", ");
  return `${paint("bold", title)}\n${table(
    [
      ["Board", boardText],
      ...piRows(report, paint),
      ...pinsRows(report),
      ["Power", powerCell(report, paint)],
      ["Battery", batteryCell(report, paint)],
      ...outputRows(report, paint),
      ...currentRows(report, paint),
      ...figureRows(report),
      ["Runtime left", runtimeCell(report)],
      ...(report.temperature_c === undefined
        ? []
        : [["Temperature", measured(report.temperature_c, "°C", 0)]]),
      ["Health", healthCell(report)],
      ["Cycles", report.cycles.toFixed(1)],
      ["Shutdown", shutdownCell(report, paint)],
      ...faultRows(report, paint),
      ["Home Assistant", homeAssistantCell(report, paint)],
      ["Events", `${events.last_seq} recorded${waiting}`],
      ["Agent", `version ${agent.version}, process ${agent.pid}, since ${timeOfDay(agent.started_at)}`],
    ],
    "  ",
  )}`;
}
