// The 5 V rail and overcurrent: limits with hysteresis, held, and deaf to what cannot be.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Result, Sample, Sense } from "../../agent/src/core/model.ts";
import { config, good, look, nack, Run } from "./support/run.ts";

const senses = new Set<Sense>([...config().senses, "dc_out", "current", "overcurrent"]);
const output = { railLowMv: 4750, railNormalMv: 4850, batteryMa: 3000, outputMa: 4500 };

function running(): Run {
  const run = new Run({ senses, output });
  run.start();
  run.watch(10, () => look(true, 96));
  run.effects.length = 0;
  return run;
}

const with5v = (parts: Partial<Sample>) => (): Sample => ({ ...look(true, 96), ...parts });
const rail = (mv: number) => with5v({ railMv: good(mv) });

describe("the 5 V rail", () => {
  it("is lost below the limit after three samples, and restored with hysteresis", () => {
    const run = running();
    run.watch(5, rail(5100));
    run.watch(2, rail(4700));
    expect(run.types).toEqual([]);
    run.watch(1, rail(4700));
    expect(run.last("dc_out_loss")).toMatchObject({ value: 4.7, threshold: 4.75, unit: "V" });
    expect(run.now.dcOut).toEqual({ ok: false, railMv: 4700 });
    run.watch(10, rail(4800));
    expect(run.types).toEqual(["dc_out_loss"]);
    run.watch(3, rail(4900));
    expect(run.types).toEqual(["dc_out_loss", "dc_out_restored"]);
    expect(run.now.dcOut).toEqual({ ok: true, railMv: 4900 });
  });

  it("is lost when the firmware says so, whatever the voltage is", () => {
    const run = running();
    run.watch(3, with5v({ railMv: good(5050), underVoltage: good(true) }));
    expect(run.last("dc_out_loss")).toMatchObject({ value: "under_voltage", unit: null });
    run.watch(3, with5v({ railMv: good(5050), underVoltage: good(false) }));
    expect(run.last("dc_out_restored")).toMatchObject({ value: 5.05 });
  });

  it("starts good without an event, and bad with one", () => {
    const run = running();
    run.watch(5, with5v({ underVoltage: good(false) }));
    expect(run.types).toEqual([]);
    expect(run.now.dcOut).toEqual({ ok: true, railMv: null });
    const bad = running();
    bad.watch(3, rail(4500));
    expect(bad.types).toEqual(["dc_out_loss"]);
  });

  it("is unknown when its sources fail for good, without an event, and told on when they answer", () => {
    const dead = with5v({ railMv: nack, underVoltage: nack });
    const run = running();
    run.watch(5, rail(5100));
    run.watch(4, dead);
    expect(run.now.dcOut).toEqual({ ok: true, railMv: 5100 });
    run.watch(1, dead);
    expect(run.now.dcOut).toEqual({ ok: null, railMv: null });
    run.watch(1, rail(5100));
    expect(run.now.dcOut).toEqual({ ok: true, railMv: 5100 });
    run.watch(3, rail(4600));
    run.watch(10, dead);
    expect(run.now.dcOut).toEqual({ ok: null, railMv: null });
    run.watch(5, rail(4600));
    expect(run.now.dcOut).toEqual({ ok: false, railMv: 4600 });
    run.watch(10, dead);
    // Between the limits, where what was told last holds.
    run.watch(5, rail(4800));
    expect(run.now.dcOut).toEqual({ ok: false, railMv: 4800 });
    expect(run.types).toEqual(["dc_out_loss"]);
    run.watch(10, dead);
    run.watch(3, rail(5000));
    expect(run.types).toEqual(["dc_out_loss", "dc_out_restored"]);
  });

  it("forgets a voltage that is not measured any more while the firmware still tells", () => {
    const run = running();
    run.watch(5, with5v({ railMv: good(5100), underVoltage: good(false) }));
    run.watch(4, with5v({ railMv: nack, underVoltage: good(false) }));
    expect(run.now.dcOut).toEqual({ ok: true, railMv: 5100 });
    run.watch(1, with5v({ railMv: good(0), underVoltage: good(false) }));
    expect(run.now.dcOut).toEqual({ ok: true, railMv: null });
    run.watch(1, with5v({ railMv: good(5100), underVoltage: good(false) }));
    run.watch(4, with5v({ railMv: nack, underVoltage: good(false) }));
    expect(run.now.dcOut).toEqual({ ok: true, railMv: 5100 });
    expect(run.types).toEqual([]);
  });

  it("does not exist for a board and a Pi that do not tell", () => {
    const run = new Run();
    run.start();
    run.watch(10, rail(4000));
    expect(run.types).not.toContain("dc_out_loss");
    expect("dcOut" in run.now).toBe(false);
  });

  it("never says anything for failed or impossible reads", () => {
    const nonsense = fc.oneof(
      fc.constant<Result<number>>(nack),
      fc
        .oneof(
          fc.integer({ min: -10, max: 3499 }),
          fc.integer({ min: 6001, max: 70_000 }),
          fc.constant(Number.NaN),
        )
        .map(good),
    );
    fc.assert(
      fc.property(
        fc.array(fc.record({ railMv: nonsense, underVoltage: fc.constant(nack) }), { maxLength: 40 }),
        (all) => {
          const run = running();
          for (const one of all) run.watch(1, with5v(one));
          expect(run.types.filter((type) => type.startsWith("dc_out"))).toEqual([]);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe("overcurrent", () => {
  const amps = (currentMa: number) => with5v({ gauge: good({ cellMv: 3900, chargePct: 96, currentMa }) });

  it("is detected above the limit after three samples, either way, and cleared below nine tenths of it", () => {
    const run = running();
    run.watch(3, amps(-3100));
    expect(run.last("overcurrent_detected")).toMatchObject({ value: 3.1, threshold: 3, unit: "A" });
    expect(run.now.overcurrent).toBe(true);
    run.watch(5, amps(-2800));
    expect(run.now.overcurrent).toBe(true);
    run.watch(3, amps(-2600));
    expect(run.types.filter((type) => type.startsWith("over"))).toEqual([
      "overcurrent_detected",
      "overcurrent_cleared",
    ]);
  });

  it("watches the output too, and names which current it was", () => {
    const run = running();
    run.watch(3, with5v({ outputMa: good(4600) }));
    expect(run.last("overcurrent_detected").message).toBe("Output current too high: 4.6 A, limit 4.5 A.");
  });

  it("is not cleared by reads that fail, and unknown while they fail for good", () => {
    const run = running();
    run.watch(3, with5v({ outputMa: good(4600) }));
    run.watch(4, with5v({ outputMa: nack }));
    expect(run.now.overcurrent).toBe(true);
    run.watch(16, with5v({ outputMa: nack }));
    expect(run.now.overcurrent).toBeNull();
    expect(run.types).toEqual(["overcurrent_detected"]);
    run.watch(5, with5v({ outputMa: good(4300) }));
    expect(run.now.overcurrent).toBe(true);
    run.watch(5, with5v({ outputMa: nack }));
    run.watch(2, with5v({ outputMa: good(900) }));
    expect(run.types).toEqual(["overcurrent_detected"]);
    run.watch(1, with5v({ outputMa: good(900) }));
    expect(run.types).toEqual(["overcurrent_detected", "overcurrent_cleared"]);
    run.watch(5, with5v({ outputMa: nack }));
    expect(run.now.overcurrent).toBeNull();
    run.watch(1, with5v({ outputMa: good(900) }));
    expect(run.now.overcurrent).toBe(false);
  });

  it("needs more than two samples, whatever comes between", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (high) => {
        const run = running();
        let row = 0;
        let longest = 0;
        for (const one of high) {
          run.watch(1, amps(one ? -5000 : -500));
          row = one ? row + 1 : 0;
          longest = Math.max(longest, row);
        }
        expect(run.types.includes("overcurrent_detected")).toBe(longest >= 3);
      }),
      { numRuns: 60 },
    );
  });
});
