// Detection on every board's simulator: the board is found among the suggestions, and nothing is ever written.
import { describe, expect, it } from "vitest";
import { boards, findBoard } from "../../agent/src/boards/registry.ts";
import { detectBoards } from "../../agent/src/drivers/detect.ts";
import { noKernelPower } from "../../agent/src/sim/sim-kernel-power.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { benchFor, deadPorts } from "./board-bench.ts";

async function detected(id: string) {
  const board = findBoard(id);
  if (board === null) throw new Error(`the registry has no ${id}`);
  const bench = benchFor(board, { chargePct: 70 });
  const { clock, i2c, kernel } = bench;
  const detection = await clock.until(detectBoards(boards, { i2c, kernel, clock }));
  return { detection, writes: bench.writes, ids: detection.candidates.map((one) => one.board.id) };
}

describe.each(boards)("$id", ({ id }) => {
  it("is among the suggestions, and no chip is written to", async () => {
    const { ids, writes } = await detected(id);
    expect(ids).toContain(id);
    expect(writes).toEqual([]);
  });
});

describe("what a suggestion is worth", () => {
  it("boards with the same chip and other pins all stand there", async () => {
    const { ids, detection } = await detected("x1201");
    expect(ids).toEqual(expect.arrayContaining(["x1200", "x1201", "x1206", "x708"]));
    expect(detection.addresses).toEqual([{ address: 0x36, state: "known", refusals: [] }]);
  });

  it("boards with more chips found come first", async () => {
    const { ids } = await detected("x728_v2_1");
    expect(ids[0]).toMatch(/^x72/);
  });

  it("a kernel driver's battery is suggested as such", async () => {
    expect((await detected("kernel")).ids).toEqual(["kernel"]);
  });

  it("x120x-dkms is known by its names, and comes before the battery of any driver", async () => {
    expect((await detected("kernel_x120x")).ids).toEqual(["kernel_x120x", "kernel"]);
  });
});

describe("a bus that cannot be used", () => {
  it("is asked once, and its sentence is kept", async () => {
    const failure = { ok: false, code: "PI_UPS_I2C_NO_BUS", message: "There is no /dev/i2c-1." } as const;
    const clock = new VirtualClock();
    const { i2c } = deadPorts(failure);
    let asked = 0;
    const counting = {
      ...i2c,
      read: () => {
        asked += 1;
        return Promise.resolve(failure);
      },
    };
    const detection = await clock.until(
      detectBoards(boards, { i2c: counting, kernel: noKernelPower, clock }),
    );
    expect(detection).toMatchObject({ busFailure: failure, candidates: [], addresses: [] });
    expect(asked).toBeLessThan(4);
  });

  it("is never asked for two things at once, however long an answer takes", async () => {
    const clock = new VirtualClock();
    let underWay = 0;
    let most = 0;
    const slow = async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await clock.sleep(700);
      underWay -= 1;
      return { ok: false, code: "PI_UPS_I2C_NACK", message: "nobody" } as const;
    };
    const i2c = { ...deadPorts({ ok: false, code: "none", message: "none" }).i2c, read: slow, receive: slow };
    await clock.until(detectBoards(boards, { i2c, kernel: noKernelPower, clock }));
    expect(most).toBe(1);
  });

  it("an address that the kernel owns is named, and nothing is claimed", async () => {
    const busy = { ok: false, code: "PI_UPS_I2C_BUSY", message: "A kernel driver owns it" } as const;
    const clock = new VirtualClock();
    const detection = await clock.until(
      detectBoards(boards, { i2c: deadPorts(busy).i2c, kernel: noKernelPower, clock }),
    );
    expect(detection.candidates).toEqual([]);
    expect(detection.addresses.find(({ address }) => address === 0x36)).toMatchObject({
      state: "kernel_driver",
      refusals: [busy.message],
    });
  });

  it("an empty bus gives nothing", async () => {
    const nack = { ok: false, code: "PI_UPS_I2C_NACK", message: "nobody" } as const;
    const clock = new VirtualClock();
    const detection = await clock.until(
      detectBoards(boards, { i2c: deadPorts(nack).i2c, kernel: noKernelPower, clock }),
    );
    expect(detection).toEqual({ busFailure: null, addresses: [], candidates: [] });
  });
});
