// What people read about boards, and about what answers on their bus: nothing that the data say may be missing.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { boardReport, senseWords, switchWords } from "../../agent/src/boards/board-words.ts";
import { boards, findBoard } from "../../agent/src/boards/registry.ts";
import { boardsView, boardView } from "../../agent/src/cli/boards-view.ts";
import { detectView } from "../../agent/src/cli/detect-view.ts";
import type { Detection } from "../../agent/src/drivers/detect.ts";
import { piUps, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();

const boardOf = (id: string) => {
  const board = findBoard(id);
  if (board === null) throw new Error(`the registry has no ${id}`);
  return board;
};

describe("boards ID --yaml", () => {
  it("prints a board of the user's own that the configuration takes, with no word of the vendor's confidence", async () => {
    const { code, out } = await piUps(["boards", "x1201", "--yaml"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^# Adapted from x1201 \(Geekworm X1201\)/);
    expect(out).toContain("\n    name: My X1201\n");
    expect(out).toContain("\n    confidence: experimental\n");
    expect(out).not.toContain("documented");
    expect(out).toContain("address: 0x36");
    const file = join(folder, "own.yaml");
    writeFileSync(file, out);
    expect(await piUps(["config", "check", "--config", file])).toMatchObject({ code: 0 });
    expect((await piUps(["boards", "my_x1201", "--config", file])).out).toContain("My X1201");
  });
});

describe("the list of boards", () => {
  const entries = boardsView(boards.map(boardReport)).split(/\n(?=\S)/);

  it.each(boards)("has chip, address, pins, senses, switches and certainty of $id", (board) => {
    const entry = entries.find((text) => text.split(" ")[0] === board.id) ?? "";
    for (const word of [board.name, board.confidence]) expect(entry).toContain(word);
    for (const { chip, address } of boardReport(board).chips) {
      expect(entry).toContain(address === null ? chip : `${chip} at ${address}`);
    }
    for (const { bcm, line } of boardReport(board).pins) expect(entry).toContain(`GPIO${bcm} ${line}`);
    for (const sense of board.senses) expect(entry).toContain(senseWords[sense]);
    for (const name of board.switches) expect(entry).toContain(switchWords[name]);
    if (board.switches.length === 0) expect(entry).toContain("switches nothing");
    expect(boardView(boardReport(board))).toContain(board.quirks[0]?.split(" ")[0]);
  });

  it("calls a percent that the agent computes an estimate, and one of a gauge not", () => {
    const entry = (id: string) => boardsView([boardReport(boardOf(id))]);
    expect(entry("waveshare_ups_hat_b")).toContain("percent (estimated)");
    expect(entry("x1201")).not.toContain("estimated");
  });
});

describe("what detect shows", () => {
  const found = (id: string) => ({ board: boardOf(id), found: [] });
  const nothing: Detection = { busFailure: null, addresses: [], candidates: [] };

  it("names the ways out of an address that the kernel owns", () => {
    const busy = { address: 0x42, state: "kernel_driver", refusals: ["A kernel driver owns it."] } as const;
    const text = detectView({ ...nothing, addresses: [busy] });
    expect(text).toContain("0x42 belongs to a kernel driver.\n    A kernel driver owns it.\n");
    expect(text).toContain("`pi-ups boards kernel` tells how");
    const known = { address: 0x36, state: "known", refusals: [] } as const;
    expect(detectView({ ...nothing, addresses: [known] })).not.toContain("pi-ups boards kernel");
  });

  it("numbers the boards, tells them apart by their mains, and warns of a wrong one only where there are several", () => {
    const text = detectView({ ...nothing, candidates: [found("x1201"), found("x708"), found("pijuice")] });
    expect(text).toMatch(/1 {2}x1201 .*mains: GPIO6 high/);
    expect(text).toMatch(/2 {2}x708 .*mains: GPIO6 low/);
    expect(text).toMatch(/3 {2}pijuice .*mains by the board/);
    expect(text).toContain("take the name that is printed on yours");
    expect(detectView({ ...nothing, candidates: [found("pijuice")] })).not.toContain("printed on yours");
  });

  it("a bus that cannot be used hides no board of the kernel", () => {
    const busFailure = { ok: false, code: "PI_UPS_I2C_NO_BUS", message: "There is no /dev/i2c-1." } as const;
    expect(detectView({ ...nothing, busFailure })).toContain("There is no /dev/i2c-1.");
    const text = detectView({ ...nothing, busFailure, candidates: [found("kernel")] });
    expect(text).toContain("There is no /dev/i2c-1.");
    expect(text).toContain("1  kernel");
  });
});
