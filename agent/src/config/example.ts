// The commented example file, written from the schema. Sections are open and settings are commented out, so that the
// example is exactly the defaults, and removing one `#` changes one setting.
import type * as v from "valibot";
import { entriesOf, type FieldFacts, factsOf, isSwitchedByPresence } from "./fields.ts";
import { configSchema } from "./schema.ts";

const lineWidth = 100;

/** Breaks text at spaces into comment lines. */
function comment(text: string, indent: string): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent.length + 2 + line.length + 1 + word.length > lineWidth) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].map((part) => `${indent}# ${part}`);
}

function scalar(value: unknown): string {
  const text = String(value);
  return typeof value === "string" && !/^[\w/.:@+-]+(?: [\w/.:@+-]+)*$/.test(text)
    ? JSON.stringify(text)
    : text;
}

/** What the type does not say: range or words, unit, and a default that is not a fixed value. */
function factsText(facts: FieldFacts): string {
  const unit = facts.unit === null ? "" : ` (${facts.unit})`;
  const accepted = facts.expected.charAt(0).toUpperCase() + facts.expected.slice(1);
  const fallback = facts.fallback === undefined ? ` Default: ${facts.defaultText ?? "none"}.` : "";
  return `${accepted}${unit}.${fallback}`;
}

function settingLines(
  key: string,
  schema: v.GenericSchema,
  indent: string,
  active: boolean,
): readonly string[] {
  const facts = factsOf(schema);
  const value = facts.fallback ?? facts.example ?? "...";
  return [
    ...comment(facts.description, indent),
    ...comment(factsText(facts), indent),
    `${indent}${active ? "" : "#"}${key}: ${scalar(value)}`,
  ];
}

function sectionLines(schema: v.GenericSchema, indent: string, commented: boolean): readonly string[] {
  const blocks = Object.entries(entriesOf(schema) ?? {}).map(([key, entry]) => {
    if (entriesOf(entry) === null) return settingLines(key, entry, indent, indent === "" && key === "board");
    const off = commented || isSwitchedByPresence(entry);
    return [
      ...comment(factsOf(entry).description, indent),
      `${indent}${off ? "#" : ""}${key}:`,
      ...sectionLines(entry, `${indent}  `, off),
    ];
  });
  return blocks.flatMap((block, index) => (index === 0 || indent !== "" ? block : ["", ...block]));
}

const ownBoards = [
  ...comment(
    "Boards of your own, by id, in the form that `pi-ups boards x1201 --yaml` prints. Choose one with `board: my_board`.",
    "",
  ),
  "#own_boards:",
  "  #my_board:",
  "    #chips:",
  "      #- {chip: max17043, address: 0x36}",
  "    #lines:",
  "      #ac_present: {bcm: 6, true_when: high, bias: pull_up}",
  "    #battery: {chemistry: li_ion, cells_in_series: 1, typical_capacity_mah: 5000}",
];

/** The text of `config.example.yaml`. */
export function exampleConfig(): string {
  return [
    "# Configuration of the Pi UPS agent, usually /etc/pi-ups/config.yaml. Written by `pi-ups config example`.",
    "# Every setting has a default, which is shown here; remove the # in front of one to change it.",
    "# `pi-ups config check` tells whether the file is good.",
    "",
    ...sectionLines(configSchema, "", false),
    "",
    ...ownBoards,
    "",
  ].join("\n");
}
