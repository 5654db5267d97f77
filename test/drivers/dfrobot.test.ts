// DFRobot's UPS HAT: single bytes, a product id that must fit, and an address register that nobody may touch.
import { describe, expect, it } from "vitest";
import { decodeDfrobot, dfrobot } from "../../agent/src/drivers/dfrobot.ts";
import { createDfrobotRegisters } from "../../agent/src/sim/dfrobot-registers.ts";
import { stillWorld } from "../sim/still-world.ts";
import { bytesDevice, chipBench, disturbable, expectRefusal, expectValue } from "./chip-bench.ts";

const use = { chip: "dfrobot_ups", address: 0x10 } as const;
const healthy = { 1: 0xdf, 2: 0x12, 3: 0x0c, 4: 0x30, 5: 0x57, 6: 0x80 } as const;

describe("conversion", () => {
  it.each([
    [4200, [0x0d, 0x20]],
    [3900, [0x0c, 0x30]],
    [3200, [0x0a, 0x00]],
  ] as const)("%d mV", (cellMv, [high, low]) => {
    expect(expectValue(decodeDfrobot(high, low, 0x32, 0x00)).cellMv).toBe(cellMv);
  });

  it("takes only the lower half of the high byte", () => {
    expect(expectValue(decodeDfrobot(0xfc, 0x30, 0x57, 0x80))).toEqual({ cellMv: 3900, chargePct: 87.5 });
  });

  it("refuses what no cell gives", () => {
    const impossible: readonly (readonly [number, number, number, number])[] = [
      [0, 0, 0, 0],
      [0xff, 0xff, 0xff, 0xff],
      [0x0c, 0x30, 0x00, 0x00],
    ];
    for (const bytes of impossible) {
      expect(expectRefusal(decodeDfrobot(...bytes)).code).toBe("PI_UPS_GAUGE_IMPOSSIBLE");
    }
  });
});

describe("probe", () => {
  it("names the firmware, byte by byte and without a write", async () => {
    const bench = chipBench(dfrobot, use, bytesDevice(healthy));
    expect(await bench.probe()).toEqual({
      ok: true,
      value: { chip: "dfrobot_ups", version: "1.2", notes: [] },
    });
    expect(bench.transfers.every((transfer) => transfer.endsWith(" x1"))).toBe(true);
    expect(bench.writes).toEqual([]);
  });

  it("refuses another product id, and says which", async () => {
    const refusal = expectRefusal(
      await chipBench(dfrobot, use, bytesDevice({ ...healthy, 1: 0x42 })).probe(),
    );
    expect(refusal.code).toBe("PI_UPS_GAUGE_NOT_FOUND");
    expect(refusal.message).toContain("0x42");
  });
});

describe("read", () => {
  it("gives what the simulated HAT measures, and nothing that it cannot", async () => {
    const world = stillWorld();
    const bench = chipBench(dfrobot, use, createDfrobotRegisters(world.around));
    await bench.probe();
    expect(await bench.sample()).toEqual({ gauge: { ok: true, value: { cellMv: 3900, chargePct: 87.5 } } });
    world.becomes({ cellMv: 3700, chargePct: 40 });
    expect(expectValue((await bench.sample()).gauge)).toEqual({ cellMv: 3700, chargePct: 40 });
  });

  it("takes no byte that came once only, however small the difference", async () => {
    const device = createDfrobotRegisters(stillWorld().around);
    let disturbed = false;
    const bench = chipBench(dfrobot, use, {
      read(register, length) {
        const bytes = device.read(register, length);
        if (!disturbed || register !== 0x04) return bytes;
        disturbed = false;
        return bytes.map((byte) => byte ^ 0x0f);
      },
      write: () => undefined,
    });
    await bench.probe();
    disturbed = true;
    expect(expectValue((await bench.sample()).gauge).cellMv).toBe(3900);
    expect(disturbed).toBe(false);
  });

  it("reads on through two disturbed looks in a row, and gives up on a byte that never rests", async () => {
    let noise = 0;
    const device = disturbable(createDfrobotRegisters(stillWorld().around), 0x04, (byte) => {
      noise += 1;
      return byte ^ noise;
    });
    const bench = chipBench(dfrobot, use, device);
    await bench.probe();
    device.disturb(3);
    expect(expectValue((await bench.sample()).gauge).cellMv).toBe(3900);
    expect(device.left()).toBe(0);
    device.disturb(1000);
    expect(expectRefusal((await bench.sample()).gauge).message).toContain("other bytes");
  });

  it("turns none of 3000 disturbed readings into another battery, and never touches the address register", async () => {
    const world = stillWorld();
    const device = createDfrobotRegisters(world.around);
    const bench = chipBench(dfrobot, use, device, { disturbed: 0.05 });
    await bench.probe();
    bench.disturb();
    for (let read = 0; read < 3000; read += 1) {
      const { gauge } = await bench.sample();
      if (gauge?.ok) expect(Math.abs((gauge.value.chargePct ?? 0) - 87.5)).toBeLessThan(2.1);
    }
    expect(device.nextAddress).toBeNull();
  });
});
