// The adapter to the i2c-bus package. There is no bus here: the package is real where a missing bus can be shown, and
// stands as a stand-in at the kernel's edge where errors of real wires are needed.
import { describe, expect, it } from "vitest";
import { createNodeI2cBus } from "../../agent/src/platform/i2c-bus.ts";
import { whyNotLoaded } from "../../agent/src/platform/native-addon.ts";

interface Kernel {
  /** What the next transfers meet; "ok" answers. */
  readonly replies: (Error | "ok")[];
  /** So many bytes are missing from each block. */
  readonly shortBy?: number;
}

function errno(code: string | undefined, number: number): Error {
  return Object.assign(new Error(`${code ?? ""}, the kernel's words`), { code, errno: number });
}

/** Behaves as the package does: one cached file per address and bus, opened by the first transfer. */
function standIn(kernel: Kernel) {
  let opened = 0;
  let closed = 0;
  let running = 0;
  let mostRunning = 0;
  const used: string[] = [];
  const written: [number, number, number[]][] = [];
  const transfer = async () => {
    running += 1;
    mostRunning = Math.max(mostRunning, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    const reply = kernel.replies.shift() ?? "ok";
    if (reply !== "ok") throw reply;
  };
  const module = {
    openPromisified: () => {
      opened += 1;
      return Promise.resolve({
        readI2cBlock: async (_address: number, command: number, length: number, buffer: Buffer) => {
          await transfer();
          used.push("block");
          const bytesRead = kernel.shortBy === undefined ? length : length - kernel.shortBy;
          buffer.fill(command, 0, bytesRead);
          return { bytesRead, buffer };
        },
        writeI2cBlock: async (address: number, command: number, length: number, buffer: Buffer) => {
          await transfer();
          written.push([address, command, [...buffer.subarray(0, length)]]);
        },
        readByte: async (_address: number, command: number) => {
          await transfer();
          used.push("byte");
          return command;
        },
        writeByte: async (address: number, command: number, byte: number) => {
          await transfer();
          written.push([address, command, [byte]]);
        },
        sendByte: async (address: number, byte: number) => {
          await transfer();
          written.push([address, byte, []]);
        },
        readWord: async (_address: number, command: number) => {
          await transfer();
          used.push("word");
          return command | (0xd2 << 8);
        },
        writeWord: async (address: number, command: number, word: number) => {
          await transfer();
          written.push([address, command, [word & 0xff, word >> 8]]);
        },
        receiveByte: async (address: number) => {
          await transfer();
          return address | 0x80;
        },
        close: () => {
          closed += 1;
          return Promise.resolve();
        },
      });
    },
  };
  return {
    bus: createNodeI2cBus(1, { importModule: () => Promise.resolve({ default: module }) }),
    written,
    used,
    counts: () => ({ opened, closed, mostRunning }),
  };
}

describe("the real package on a machine without this bus", () => {
  it("names the missing bus, or the missing build, each with its cure", async () => {
    const result = await createNodeI2cBus(99).read(0x36, 0x02, 2);
    if (result.ok) throw new Error("there is a bus 99");
    expect(["PI_UPS_I2C_NO_BUS", "PI_UPS_I2C_NO_ADDON"]).toContain(result.code);
    expect(result.message).toMatch(
      result.code === "PI_UPS_I2C_NO_BUS" ? /\/dev\/i2c-99.*raspi-config nonint do_i2c 0/ : /npm run native/,
    );
  });
});

describe("transfers", () => {
  it("give bytes in wire order and take them", async () => {
    const { bus, written } = standIn({ replies: [] });
    // As the kernel's SMBus words go: the low byte is first on the wire.
    expect(await bus.read(0x36, 0x02, 2)).toEqual({ ok: true, value: Uint8Array.of(2, 0xd2) });
    expect(await bus.read(0x36, 0x02, 1)).toEqual({ ok: true, value: Uint8Array.of(2) });
    expect(await bus.read(0x36, 0x02, 3)).toEqual({ ok: true, value: Uint8Array.of(2, 2, 2) });
    expect(await bus.write(0x36, 0x0c, Uint8Array.of(0x97, 0x1c))).toEqual({ ok: true, value: undefined });
    expect(await bus.write(0x36, 0x0c, Uint8Array.of(0x97))).toEqual({ ok: true, value: undefined });
    expect(written).toEqual([
      [0x36, 0x0c, [0x97, 0x1c]],
      [0x36, 0x0c, [0x97]],
    ]);
  });

  it("receive a byte without sending a register", async () => {
    const { bus } = standIn({ replies: ["ok", errno("EREMOTEIO", 121)] });
    expect(await bus.receive?.(0x5a)).toEqual({ ok: true, value: 0xda });
    expect(await bus.receive?.(0x5a)).toMatchObject({ ok: false, code: "PI_UPS_I2C_NACK" });
  });

  it("do not overlap, so that the first to an address has set it before the next", async () => {
    const { bus, counts } = standIn({ replies: [] });
    await Promise.all([1, 2, 3, 4].map((register) => bus.read(0x36, register, 2)));
    expect(counts()).toEqual({ opened: 1, closed: 0, mostRunning: 1 });
  });

  it.each([
    [errno("ENOENT", -2), "PI_UPS_I2C_NO_BUS", "do_i2c 0"],
    [errno("EACCES", -13), "PI_UPS_I2C_NO_PERMISSION", "usermod -aG i2c"],
    [errno("EBUSY", 16), "PI_UPS_I2C_BUSY", "/sys/bus/i2c/devices/1-0036/driver"],
    [errno("EREMOTEIO", 121), "PI_UPS_I2C_NACK", "i2cdetect -y 1"],
    [errno("", 121), "PI_UPS_I2C_NACK", "i2cdetect -y 1"],
    [errno("ENXIO", 6), "PI_UPS_I2C_NACK", "i2cdetect -y 1"],
    [errno("ETIMEDOUT", 110), "PI_UPS_I2C_TIMEOUT", "i2c_arm_baudrate"],
    [errno("EIO", 5), "PI_UPS_I2C_IO", "dmesg"],
    [new Error("what"), "PI_UPS_I2C_IO", "dmesg"],
  ])("turn %s into %s with its cure", async (cause, code, cure) => {
    const result = await standIn({ replies: [cause] }).bus.read(0x36, 0x02, 2);
    expect(result).toMatchObject({ ok: false, code });
    expect(!result.ok && result.message).toContain(cure);
  });

  it("are SMBus ones: a byte, a word, a block of up to 32", async () => {
    const { bus, used, written } = standIn({ replies: [] });
    for (const length of [1, 2, 3, 32]) {
      const answer = await bus.read(0x36, 7, length);
      expect(answer.ok && answer.value).toHaveLength(length);
      expect((await bus.write(0x36, 7, new Uint8Array(length).fill(length))).ok).toBe(true);
    }
    expect((await bus.write(0x36, 7, new Uint8Array(0))).ok).toBe(true);
    expect(used).toEqual(["byte", "word", "block", "block"]);
    expect(written.map(([, , bytes]) => bytes.length)).toEqual([1, 2, 3, 32, 0]);
  });

  it("refuse what does not fit into one, and ask the bus nothing", async () => {
    const { bus, counts } = standIn({ replies: [] });
    for (const result of [
      await bus.read(0x36, 0, 0),
      await bus.read(0x36, 0, 33),
      await bus.write(0x36, 0, new Uint8Array(33)),
    ]) {
      expect(result).toMatchObject({ ok: false, code: "PI_UPS_I2C_IO" });
      expect(!result.ok && result.message).toContain("1 to 32");
    }
    expect(counts().opened).toBe(0);
  });

  it("give a block that came short as a failure, never with zeros at its end", async () => {
    const { bus } = standIn({ replies: [], shortBy: 1 });
    const result = await bus.read(0x36, 7, 4);
    expect(result).toMatchObject({ ok: false, code: "PI_UPS_I2C_IO" });
    expect(!result.ok && result.message).toContain("3 of 4 bytes came");
  });

  it.each([
    ["ENODEV", 19],
    ["ESHUTDOWN", 108],
    ["ENOENT", -2],
    ["EACCES", -13],
    ["EIO", 5],
    ["EBADF", 9],
  ])("open the bus again after %s: it may have gone and come back", async (code, number) => {
    const { bus, counts } = standIn({ replies: ["ok", errno(code, number), "ok"] });
    expect((await bus.read(0x36, 2, 2)).ok).toBe(true);
    expect((await bus.read(0x36, 2, 2)).ok).toBe(false);
    expect((await bus.read(0x36, 2, 2)).ok).toBe(true);
    expect(counts()).toMatchObject({ opened: 2, closed: 1 });
  });

  it("open the bus again after EBUSY, because the package keeps the refused file", async () => {
    const { bus, counts } = standIn({ replies: [errno("EBUSY", 16), "ok", errno("EREMOTEIO", 121), "ok"] });
    expect((await bus.read(0x36, 2, 2)).ok).toBe(false);
    expect((await bus.read(0x36, 2, 2)).ok).toBe(true);
    expect(counts()).toMatchObject({ opened: 2, closed: 1 });
    expect((await bus.read(0x36, 2, 2)).ok).toBe(false);
    expect((await bus.read(0x36, 2, 2)).ok).toBe(true);
    expect(counts()).toMatchObject({ opened: 2, closed: 1 });
    await bus.close();
    await bus.close();
    expect(counts().closed).toBe(2);
  });
});

describe("a byte without a register", () => {
  it.each([
    ["ok", { ok: true }],
    [errno("EREMOTEIO", 121), { ok: false, code: "PI_UPS_I2C_NACK" }],
    [errno("ENXIO", 6), { ok: false, code: "PI_UPS_I2C_NACK" }],
    [errno("EBUSY", 16), { ok: false, code: "PI_UPS_I2C_BUSY" }],
    [errno("EACCES", -13), { ok: false, code: "PI_UPS_I2C_NO_PERMISSION" }],
    [errno("ETIMEDOUT", 110), { ok: false, code: "PI_UPS_I2C_TIMEOUT" }],
  ] as const)("%s", async (reply, expected) => {
    const { bus, written, used } = standIn({ replies: [reply] });
    expect(await bus.receive(0x36)).toMatchObject(expected);
    // Neither a byte nor a register went out.
    expect([written, used]).toEqual([[], []]);
  });
});

describe("an add-on that does not load", () => {
  it("is asked for once, and named with its cure each time", async () => {
    let imports = 0;
    const bus = createNodeI2cBus(1, {
      importModule: () => {
        imports += 1;
        return Promise.reject(
          Object.assign(new Error("Cannot find package 'i2c-bus'"), { code: "ERR_MODULE_NOT_FOUND" }),
        );
      },
    });
    for (let read = 0; read < 2; read += 1) {
      const result = await bus.read(0x36, 2, 2);
      expect(result).toMatchObject({ ok: false, code: "PI_UPS_I2C_NO_ADDON" });
      expect(!result.ok && result.message).toMatch(/npm run native.*i2c-bus is not installed/);
    }
    expect(imports).toBe(1);
  });

  it.each([
    [Object.assign(new Error("no"), { code: "MODULE_NOT_FOUND" }), "is not installed"],
    [new Error("Could not locate the bindings file. Tried:\n - a\n - b"), "installed but was not built"],
    [
      Object.assign(new Error("was compiled against NODE_MODULE_VERSION 115"), { code: "ERR_DLOPEN_FAILED" }),
      `another version of Node than ${process.version}`,
    ],
    [new Error("odd\nsecond line"), "does not load: odd"],
  ])("%s", (cause, words) => {
    expect(whyNotLoaded("i2c-bus", cause)).toContain(words);
    expect(whyNotLoaded("i2c-bus", cause)).not.toContain("\n");
  });

  it("says so when the module is something else", async () => {
    const bus = createNodeI2cBus(1, { importModule: () => Promise.resolve({ default: {} }) });
    expect(await bus.read(0x36, 2, 2)).toMatchObject({ ok: false, code: "PI_UPS_I2C_NO_ADDON" });
  });
});
