// docs/boards.md, written from the board data: the table of supported boards and a section for each.
import {
  type BoardReport,
  boardReport,
  chipText,
  senseWords,
  switchWords,
} from "../../agent/src/boards/board-words.ts";
import { boards } from "../../agent/src/boards/registry.ts";
import type { Sense } from "../../agent/src/core/model.ts";

const intro = `# Supported boards

Written from the board data by \`npm run docs\`; \`pi-ups boards\` shows the same on the command line. Choose one with \`board: ID\`, try it without hardware with \`board: sim:ID\`.

**No board was tried on hardware by this project.** *Documented* means that vendor or datasheet say so; *experimental* means that facts come from third parties only or are partly unconfirmed: what is unconfirmed stands in the board's section. A report from a real board is welcome, also when everything works.

The Pi adds what it knows itself, on every board: the processor's temperature, the firmware's under-voltage flag, and on a Pi 5 the voltage of the 5 V rail. "Cannot sense" below is about the board alone.

A board that is not here can be described in the configuration, without code: \`pi-ups boards x1201 --yaml\` prints one in that form. On a machine whose kernel driver owns the chip, \`board: kernel\` reads what the driver shows.

## There is no common register map

Early notes for this project had one register map for all HATs: voltage at 0x02, charge and current at 0x04, temperature at 0x06, a status byte with five bits at 0x0A, a watchdog at 0x0E, shutdown at 0x10, version at 0x12, and Waveshare boards at 0x36. **It is wrong.** 0x02 and 0x04 are voltage and charge on Maxim gauges only; on those chips 0x06 starts a new estimate when written, 0x0A does something else or nothing, there is no current, no temperature, no watchdog and no shutdown register, and the version is at 0x08. No board here has that status byte. Waveshare's boards are at 0x41, 0x42, 0x43 and 0x2D. Writing by that map to a real board can reset or put to sleep the gauge. Every chip here has its own driver, from its own datasheet or its vendor's code.
`;

const columns: readonly Sense[] = [
  "charge",
  "voltage",
  "current",
  "charging",
  "temperature",
  "dc_out",
  "overcurrent",
];

function cell(board: BoardReport, sense: Sense): string {
  if (!board.senses.includes(sense)) return "";
  return sense === "charge" && board.charge_estimated ? "estimated" : "yes";
}

function link({ id, name }: BoardReport): string {
  return `[${name}](#${id})`;
}

function row(board: BoardReport): readonly string[] {
  return [
    link(board),
    `\`${board.id}\``,
    board.chips.map(chipText).join(", "),
    board.mains,
    ...columns.map((sense) => cell(board, sense)),
    board.switches.map((name) => switchWords[name]).join(", "),
    board.confidence,
  ];
}

function lines(rows: readonly (readonly string[])[]): string {
  return rows.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

function overview(all: readonly BoardReport[]): string {
  const head = [
    "Board",
    "id",
    "Chips",
    "Mains",
    ...columns.map((sense) => senseWords[sense]),
    "Switches",
    "Facts",
  ];
  return `\n## Overview\n\n${lines([head, head.map(() => "---"), ...all.map(row)])}`;
}

function list(title: string, items: readonly string[]): string {
  return items.length === 0 ? "" : `\n${title}:\n\n${items.map((item) => `- ${item}\n`).join("")}`;
}

function section(board: BoardReport): string {
  const { battery, pins, cannot_sense: blind } = board;
  const chemistry = battery.chemistry === "li_ion" ? "Li-ion" : "LiFePO4";
  const facts = [
    `chips ${board.chips.map(chipText).join(", ")}`,
    pins.length === 0
      ? "no pins"
      : `pins ${pins.map(({ line, bcm, true_when }) => `GPIO${bcm} \`${line}\` when ${true_when}`).join(", ")}`,
    `${chemistry}, ${battery.cells_in_series} in series`,
    battery.typical_capacity_mah === null
      ? "capacity as your cells have"
      : `${battery.typical_capacity_mah} mAh as sold`,
  ];
  const cannot = blind.map((sense) => senseWords[sense]).join(", ");
  return [
    `\n<a id="${board.id}"></a>\n\n### ${board.name}\n\n`,
    `\`board: ${board.id}\`, ${board.confidence}. ${facts.join("; ")}.\n`,
    cannot === "" ? "" : `\nCannot sense: ${cannot}.\n`,
    list("To know", board.quirks),
    list("Not confirmed", board.unverified),
    list("Sources", board.sources),
  ].join("");
}

/** The text of docs/boards.md. */
export function boardsDocument(): string {
  const all = boards.map(boardReport);
  return `${intro}${overview(all)}\n## One by one\n${all.map(section).join("")}`;
}
