// The bus queue: one transfer at a time, three tries, a time limit, and sentences that name the cure.
import { describe, expect, it } from "vitest";
import type { Result } from "../../agent/src/core/model.ts";
import { type I2cErrorCode, i2cFailure } from "../../agent/src/drivers/i2c-errors.ts";
import { createI2cQueue } from "../../agent/src/drivers/i2c-queue.ts";
import type { I2cBus } from "../../agent/src/ports/ports.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

type Reply = I2cErrorCode | "ok" | "hangs" | "throws" | number;

/** A wire that plays a list of replies; a number is a reply after so many ms. */
function wire(replies: readonly Reply[]) {
  const clock = new VirtualClock();
  const log: string[] = [];
  let running = 0;
  let mostRunning = 0;
  let next = 0;
  async function transfer<T>(name: string, value: T): Promise<Result<T>> {
    const reply = replies[next++] ?? "ok";
    log.push(`${name}@${clock.now().monoMs - 1000}`);
    running += 1;
    mostRunning = Math.max(mostRunning, running);
    try {
      if (reply === "throws") throw new Error("the kernel said no");
      if (reply === "hangs") return await new Promise(() => {});
      if (typeof reply === "number") await clock.sleep(reply);
      else if (reply !== "ok") return i2cFailure(reply, { bus: 1, address: 0x36 });
      return { ok: true, value };
    } finally {
      running -= 1;
    }
  }
  let closed = 0;
  const raw: I2cBus = {
    read: (_address, register, length) => transfer(`r${register}`, new Uint8Array(length)),
    write: (_address, register) => transfer(`w${register}`, undefined),
    receive: () => transfer("byte", 0x42),
    close: () => {
      closed += 1;
      return Promise.resolve();
    },
  };
  return {
    clock,
    log,
    raw,
    queue: createI2cQueue(raw, clock),
    mostRunning: () => mostRunning,
    closed: () => closed,
  };
}

describe("order", () => {
  it("never has two transfers on the wire, and keeps their order", async () => {
    const { clock, log, queue, mostRunning } = wire([30, 10, 20]);
    await clock.until(
      Promise.all([queue.read(0x36, 1, 2), queue.read(0x36, 2, 2), queue.write(0x36, 3, new Uint8Array(2))]),
    );
    expect(log).toEqual(["r1@0", "r2@30", "w3@40"]);
    expect(mostRunning()).toBe(1);
  });

  it("goes on after a failed transfer", async () => {
    const { clock, queue } = wire(["PI_UPS_I2C_BUSY", "ok"]);
    const [first, second] = await clock.until(Promise.all([queue.read(0x36, 1, 2), queue.read(0x36, 2, 2)]));
    expect(first).toMatchObject({ ok: false, code: "PI_UPS_I2C_BUSY" });
    expect(second).toMatchObject({ ok: true });
  });

  it("wraps a bus once, not twice", () => {
    const { clock, queue } = wire([]);
    expect(createI2cQueue(queue, clock)).toBe(queue);
  });
});

describe("tries", () => {
  it("tries a NACK three times, 20 ms apart, and says so", async () => {
    const { clock, log, queue } = wire(["PI_UPS_I2C_NACK", "PI_UPS_I2C_NACK", "PI_UPS_I2C_NACK", "ok"]);
    const result = await clock.until(queue.read(0x36, 2, 2));
    expect(result).toMatchObject({ ok: false, code: "PI_UPS_I2C_NACK" });
    expect(!result.ok && result.message).toMatch(/0x36 on I2C bus 1.*i2cdetect -y 1.*Tried 3 times/);
    expect(log).toEqual(["r2@0", "r2@20", "r2@40"]);
  });

  it("takes a byte without a register once only: the device may have counted on", async () => {
    const { clock, log, queue } = wire(["PI_UPS_I2C_NACK", "ok"]);
    expect(await clock.until(queue.receive?.(0x5a) ?? Promise.reject())).toMatchObject({
      ok: false,
      code: "PI_UPS_I2C_NACK",
    });
    expect(await clock.until(queue.receive?.(0x5a) ?? Promise.reject())).toEqual({ ok: true, value: 0x42 });
    expect(log).toEqual(["byte@0", "byte@0"]);
  });

  it("says so when the bus cannot receive a byte without a register", async () => {
    const { clock, raw } = wire([]);
    const { read, write, close } = raw;
    const queue = createI2cQueue({ read, write, close }, clock);
    const result = await clock.until(queue.receive?.(0x5a) ?? Promise.reject());
    expect(!result.ok && result.message).toContain("without a register");
  });

  it("succeeds when the third try does", async () => {
    const { clock, queue } = wire(["PI_UPS_I2C_NACK", "throws", "ok"]);
    expect(await clock.until(queue.read(0x36, 2, 2))).toMatchObject({ ok: true });
  });

  it.each([
    "PI_UPS_I2C_BUSY",
    "PI_UPS_I2C_NO_BUS",
    "PI_UPS_I2C_NO_PERMISSION",
    "PI_UPS_I2C_NO_ADDON",
  ] as const)("does not repeat %s, which only a person can mend", async (code) => {
    const { clock, log, queue } = wire([code, "ok"]);
    expect(await clock.until(queue.read(0x36, 2, 2))).toMatchObject({ ok: false, code });
    expect(log).toHaveLength(1);
  });

  it("repeats a write only when the device certainly did not take it", async () => {
    const nack = wire(["PI_UPS_I2C_NACK", "ok"]);
    expect(await nack.clock.until(nack.queue.write(0x36, 6, Uint8Array.of(0x40, 0)))).toMatchObject({
      ok: true,
    });
    const hang = wire(["hangs", "ok"]);
    expect(await hang.clock.until(hang.queue.write(0x36, 6, Uint8Array.of(0x40, 0)))).toMatchObject({
      ok: false,
    });
    expect(hang.log).toHaveLength(1);
  });
});

describe("time limit", () => {
  it("gives a timeout with its cure, and never starts a transfer beside one that hangs", async () => {
    const { clock, log, queue, mostRunning } = wire(["hangs"]);
    const result = await clock.until(queue.read(0x36, 2, 2));
    expect(result).toMatchObject({ ok: false, code: "PI_UPS_I2C_TIMEOUT" });
    expect(!result.ok && result.message).toContain("i2c_arm_baudrate");
    expect(await clock.until(queue.read(0x36, 4, 2))).toMatchObject({ code: "PI_UPS_I2C_TIMEOUT" });
    expect(log).toEqual(["r2@0"]);
    expect(mostRunning()).toBe(1);
  });

  it("waits for a late transfer and then uses the wire again", async () => {
    const { clock, log, queue, mostRunning } = wire([300, "ok"]);
    expect(await clock.until(queue.read(0x36, 2, 2))).toMatchObject({ ok: true });
    expect(log).toEqual(["r2@0", "r2@300"]);
    expect(mostRunning()).toBe(1);
  });

  it("leaves no timer behind", async () => {
    const { clock, queue } = wire(["ok", 10]);
    await clock.until(Promise.all([queue.read(0x36, 2, 2), queue.read(0x36, 4, 2)]));
    expect(clock.waiting).toBe(0);
  });
});

describe("close", () => {
  it("lets the running transfer end, refuses the waiting ones, and closes once", async () => {
    const { clock, queue, closed } = wire([50]);
    const running = queue.read(0x36, 2, 2);
    const waiting = queue.read(0x36, 4, 2);
    await clock.advance(1);
    const ended = Promise.all([queue.close(), queue.close()]);
    expect(await clock.until(running)).toMatchObject({ ok: true });
    expect(await clock.until(waiting)).toMatchObject({ ok: false, code: "PI_UPS_I2C_CLOSED" });
    await clock.until(ended);
    expect(closed()).toBe(1);
  });

  it("does not wait for ever for a bus that hangs while closing", async () => {
    const { clock, raw } = wire([]);
    const queue = createI2cQueue({ ...raw, close: () => new Promise(() => {}) }, clock);
    await clock.until(queue.close());
    expect(clock.waiting).toBe(0);
  });
});
