// A chosen board goes into the file, and nothing else of it changes.
import { expect, it } from "vitest";
import { withBoard } from "../../agent/src/config/choose-board.ts";
import { good } from "./support.ts";

const written = (text: string | null) => {
  const result = withBoard(text, "x1202");
  if (!result.ok) throw new Error(result.message);
  return result.value;
};

it.each([null, "", "\n"])("makes a file that is good from %j", (text) => {
  expect(good(written(text)).config.board.id).toBe("x1202");
});

it("keeps comments, order and style", () => {
  const text =
    "# mine\nagent:\n  name: Attic   # up there\nboard: sim:x1201   # for now\n\nlog: {level: debug}\n";
  expect(written(text)).toBe(text.replace("sim:x1201   #", "x1202   #"));
});

it("puts the key first where there is none", () => {
  expect(written("agent:\n  name: Attic\n")).toBe("board: x1202\nagent:\n  name: Attic\n");
});

it("is not fooled by a text that only looks like the key", () => {
  const next = written('"board": x1201\nagent:\n  name: Attic\n');
  expect(good(next).config).toMatchObject({ board: { id: "x1202" }, agent: { name: "Attic" } });
});

it.each(["agent: {name: x\n", "- a list\n", "just words\n"])("refuses %j and loses nothing", (text) => {
  expect(withBoard(text, "x1202")).toMatchObject({ ok: false, code: "PI_UPS_CONFIG_INVALID" });
});
