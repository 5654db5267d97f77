// `pi-ups boards` for people: all boards in a table, or one with everything that is known about it.
import { type BoardReport, chipText, senseWords, switchWords } from "../boards/board-words.ts";
import { table } from "./table.ts";

const width = 96;

function wrapped(text: string, indent: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent.length + line.length + 1 + word.length > width) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].map((part) => `${indent}${part}\n`).join("");
}

function pinsText({ pins }: BoardReport): string {
  return pins.map(({ line, bcm, true_when }) => `GPIO${bcm} ${line} (${true_when})`).join(", ") || "none";
}

function sensesText({ senses, charge_estimated: estimated }: BoardReport): string {
  return senses
    .map((sense) =>
      estimated && sense === "charge" ? `${senseWords.charge} (estimated)` : senseWords[sense],
    )
    .join(", ");
}

function switchesText({ switches }: BoardReport): string {
  return switches.map((name) => switchWords[name]).join(", ") || "nothing";
}

/** One line per board, and below it what the board has. */
export function boardsView(boards: readonly BoardReport[]): string {
  const heads = table(
    boards.map(({ id, name, chips, mains, confidence }) => [
      id,
      name,
      chips.map(chipText).join(", "),
      `mains: ${mains}`,
      confidence,
    ]),
  ).split("\n");
  const lines = boards.map((board, index) => {
    const has = `senses ${sensesText(board)}; switches ${switchesText(board)}; pins ${pinsText(board)}`;
    return `${heads[index]}\n    ${has}\n`;
  });
  const hint =
    "\n`pi-ups boards ID` tells more about one; with sim: in front of its id the agent simulates it.\n";
  return lines.join("") + hint;
}

function list(title: string, items: readonly string[]): string {
  if (items.length === 0) return "";
  const lines = items.map((item) => {
    const [first = "", ...rest] = wrapped(item, "    ").split("\n");
    return [`  - ${first.slice(4)}`, ...rest].join("\n");
  });
  return `\n${title}:\n${lines.join("")}`;
}

/** Everything about one board. */
export function boardView(board: BoardReport): string {
  const { battery, chips, cannot_sense: blind } = board;
  const cells = battery.cells_in_series === 1 ? "1 cell" : `${battery.cells_in_series} cells`;
  const capacity =
    battery.typical_capacity_mah === null ? "" : `, ${battery.typical_capacity_mah} mAh as sold`;
  const rows = [
    ["Id", board.id],
    ["Made by", board.manufacturer],
    [
      "Facts",
      board.confidence === "documented" ? "documented by the vendor" : "experimental: partly unconfirmed",
    ],
    ["Chips", chips.map(chipText).join(", ")],
    ["Pins", pinsText(board)],
    ["Battery", `${battery.chemistry === "li_ion" ? "Li-ion" : "LiFePO4"}, ${cells} in series${capacity}`],
    ["Mains", board.mains],
    ["Senses", sensesText(board)],
    ["Cannot sense", blind.map((sense) => senseWords[sense]).join(", ") || "nothing is missing"],
    ["From the Pi", "temperature of the processor, under-voltage, on a Pi 5 the 5 V rail"],
    ["Switches", switchesText(board)],
  ];
  return [
    `${board.name}\n`,
    table(rows, "  "),
    list("To know", board.quirks),
    list("Not confirmed", board.unverified),
    list("Sources", board.sources),
  ].join("");
}
