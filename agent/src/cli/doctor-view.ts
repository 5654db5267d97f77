// `pi-ups doctor` for people: what was found, and for everything that is not good why it matters and how to mend it.
import { styleText } from "node:util";
import type { Chapter, Finding, Level } from "../doctor/finding.ts";

const width = 100;
const indent = "           ";

const looks: {
  readonly [L in Level]: { readonly word: string; readonly style: "green" | "yellow" | "red" | "cyan" };
} = {
  ok: { word: "ok", style: "green" },
  note: { word: "note", style: "yellow" },
  problem: { word: "problem", style: "red" },
  unknown: { word: "unknown", style: "cyan" },
};

function wrapped(text: string): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.trim().split(/ (?! )/)) {
    if (line !== "" && indent.length + line.length + 1 + word.length > width) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Commands are never broken: they are there to be copied. */
function mendLines({ mend }: Finding): readonly string[] {
  if (mend === null) return [];
  const commands = mend.run.flatMap((command) => command.split("\n")).map((line) => `  ${line}`);
  return [...wrapped(`Mend: ${mend.say ?? ""}`), ...commands];
}

function findingText(finding: Finding, color: boolean): string {
  const { word, style } = looks[finding.level];
  const label = `  ${word}`.padEnd(indent.length);
  const mark = color ? styleText(style, label, { validateStream: false }) : label;
  const [first = "", ...rest] = wrapped(finding.what);
  const more = finding.level === "ok" ? [] : [...wrapped(`Why:  ${finding.why}`), ...mendLines(finding)];
  return [`${mark}${first}`, ...[...rest, ...more].map((line) => `${indent}${line}`)]
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

function summary(findings: readonly Finding[]): string {
  const count = (level: Level) => findings.filter((finding) => finding.level === level).length;
  const problems = count("problem");
  const rest = [counted(count("note"), "note", "notes"), `${count("unknown")} not looked at`].join(", ");
  return problems === 0
    ? `No problems (${rest}).\n`
    : `${counted(problems, "problem", "problems")} (${rest}).\n`;
}

/** @param color whether to use colours */
export function doctorView(chapters: readonly Chapter[], color: boolean): string {
  const parts = chapters.map(({ title, findings }) => {
    const heading = color ? styleText("bold", title, { validateStream: false }) : title;
    return `${heading}\n${findings.map((finding) => findingText(finding, color)).join("")}\n`;
  });
  return `${parts.join("")}${summary(chapters.flatMap(({ findings }) => findings))}`;
}
