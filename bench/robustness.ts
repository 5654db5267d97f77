// A board that lives for very many reads on a disturbed bus, and a list of what the core made of it: the figures behind
// "a failed read is never an outage". Seeded; the same seed gives the same run.
import type { Board, ChipUse } from "../agent/src/boards/board.ts";
import { usualIntervalMs } from "../agent/src/boards/derive.ts";
import { boards } from "../agent/src/boards/registry.ts";
import { defaultDebounce } from "../agent/src/core/config-defaults.ts";
import type { EventDraft } from "../agent/src/core/model.ts";
import { seededRandom } from "../agent/src/sim/random.ts";
import { benchFor, CoreOnBench } from "../test/drivers/board-bench.ts";
import { disturb, type FaultCounts } from "./disturbed-bus.ts";

export interface RobustnessOptions {
  /** Transfers on the bus (or files read) at least. */
  readonly reads: number;
  readonly seed: number;
  /** Share of the transfers that are disturbed, 0-1. */
  readonly faultShare: number;
}

export interface RobustnessFigures {
  readonly family: string;
  readonly board: string;
  readonly reads: number;
  readonly faults: FaultCounts;
  /** Moments in which the mains pin showed the wrong level; 0 without a pin. */
  readonly glitches: number;
  readonly samples: number;
  /** Samples whose battery reading was refused. */
  readonly refused: number;
  readonly outages: number;
  readonly outagesSeen: number;
  /** The longest time beyond the debounce from a true edge, or from the pin's last wrong level after it, to the event, ms. */
  readonly slowestLossMs: number;
  readonly slowestRestoredMs: number;
  /** Events of mains that no true edge explains. */
  readonly falseMains: number;
  /** Low, critical and shutdown events of a battery that was never below 40 %, with a button that nobody pressed. */
  readonly falseShutdownClass: number;
}

/** What of a use chooses another path through the driver. */
function pathOf(use: ChipUse): readonly string[] {
  switch (use.chip) {
    case "ina219":
      return [
        ...(use.access === "hwmon" ? ["behind hwmon"] : []),
        use.measures,
        ...(use.mains === undefined ? [] : ["mains"]),
      ];
    case "sunfounder_spc":
      return [use.access, ...use.has];
    case "lifepo4wered":
      return use.has;
    case "power_supply":
      return use.has ?? [];
    default:
      return [];
  }
}

/** The chip, and what the board's data say of the way in which it is read. */
function chipWords(use: ChipUse): string {
  const path = pathOf(use);
  return path.length === 0 ? use.chip : `${use.chip} (${path.join(", ")})`;
}

/** No board of the registry is read that way by itself: a person says so in the configuration. */
function behindHwmon(board: Board): Board {
  const chips = board.chips.map((use) =>
    use.chip === "ina219" ? { ...use, access: "hwmon" as const } : use,
  );
  return { ...board, id: `${board.id}_behind_hwmon`, chips };
}

/** One board for each different set of chips and way of knowing mains. */
export function families(): readonly { readonly family: string; readonly board: Board }[] {
  const seen = new Map<string, Board>();
  for (const board of [
    ...boards,
    ...boards.filter(({ id }) => id === "waveshare_ups_hat_b").map(behindHwmon),
  ]) {
    const chips = board.chips.map(chipWords).join(" + ");
    const family = board.lines.acPresent === undefined ? chips : `${chips} + mains pin`;
    if (!seen.has(family)) seen.set(family, board);
  }
  return [...seen].map(([family, board]) => ({ family, board }));
}

/** How late an edge may be seen beyond the debounce. */
export const lateLimitMs = 2_000;

interface Edge {
  readonly present: boolean;
  readonly atMs: number;
  seenAtMs: number | null;
}

/** Compares what was recorded with what was true. */
class Judge {
  readonly edges: Edge[] = [];
  falseMains = 0;
  falseShutdownClass = 0;
  slowest = { loss: 0, restored: 0 };
  /** When the pin last showed the wrong level: only from then on it holds still, and the debounce begins anew. */
  wrongUntilMs = Number.NEGATIVE_INFINITY;

  /** Takes one recorded event. */
  hear({ type, at }: EventDraft): void {
    if (type === "ac_power_loss") this.#mains(false, at.monoMs);
    else if (type === "ac_power_restored") this.#mains(true, at.monoMs);
    else if (/^(battery_voltage_(low|critical)|shutdown_)/.test(type)) this.falseShutdownClass += 1;
  }

  #mains(present: boolean, atMs: number): void {
    const edge = this.edges.at(-1);
    if (edge === undefined || edge.present !== present || edge.seenAtMs !== null) {
      this.falseMains += 1;
      return;
    }
    edge.seenAtMs = atMs;
    const { acLostMs, acRestoredMs } = defaultDebounce;
    const sinceMs = Math.max(edge.atMs, this.wrongUntilMs);
    const late = atMs - sinceMs - (present ? acRestoredMs : acLostMs);
    if (present) this.slowest.restored = Math.max(this.slowest.restored, late);
    else this.slowest.loss = Math.max(this.slowest.loss, late);
  }
}

/** A wrong level lasts for less than the debounce of a loss: what lasts longer is one, whoever makes it. */
const longestGlitchMs = 700;

/** Passes the time between two looks; in a share of them the mains pin shows the wrong level for a moment. */
class GlitchingPin {
  count = 0;
  readonly #core: CoreOnBench;
  readonly #disturb: (wrong: boolean) => Promise<void>;
  readonly #judge: Judge;
  readonly #share: number;
  readonly #random: () => number;

  constructor(
    core: CoreOnBench,
    disturb: (wrong: boolean) => Promise<void>,
    judge: Judge,
    share: number,
    random: () => number,
  ) {
    this.#core = core;
    this.#disturb = disturb;
    this.#judge = judge;
    this.#share = share;
    this.#random = random;
  }

  async pass(ms: number): Promise<void> {
    const still = this.#core.at.monoMs >= this.#judge.wrongUntilMs;
    if (!still || this.#random() >= this.#share) return this.#core.pass(ms);
    const calmMs = Math.floor(this.#random() * ms);
    await this.#core.pass(calmMs);
    await this.#glitch(1 + Math.floor(this.#random() * longestGlitchMs));
    return this.#core.pass(ms - calmMs);
  }

  /** Ends by the clock, also in the middle of a slow transfer. */
  async #glitch(lastsMs: number): Promise<void> {
    this.count += 1;
    this.#judge.wrongUntilMs = this.#core.at.monoMs + lastsMs;
    await this.#disturb(true);
    this.#core.bench.clock.after(lastsMs, () => void this.#disturb(false));
  }
}

/** Stretches of mains and of battery, seconds: long enough to be certain of, short enough for many. */
const stretchS = { mains: [20, 60], battery: [8, 20] } as const;

/** Lives through the reads. Rejects only when the harness itself is broken. */
export async function robustness(
  { family, board }: { readonly family: string; readonly board: Board },
  options: RobustnessOptions,
): Promise<RobustnessFigures> {
  const { faultShare, reads, seed } = options;
  const random = seededRandom(seed);
  const bench = benchFor(board, { chargePct: 80, loadW: 4, capacityMah: 40_000, seed });
  const disturbed = disturb(bench, { random, faultShare });
  const core = new CoreOnBench(disturbed.bench, { sampleIntervalMs: usualIntervalMs(board) });
  const judge = new Judge();
  const hasMains = board.senses.includes("ac");
  const pinShare = board.lines.acPresent === undefined ? 0 : faultShare;
  // Numbers of its own, so that the bus is disturbed in the same way with and without a pin.
  const pin = new GlitchingPin(core, disturbed.disturbPins, judge, pinShare, seededRandom(seed + 1));
  disturbed.pause(true);
  await core.start();
  await core.live(10_000);
  disturbed.pause(false);
  let heard = core.effects.length;
  let refused = 0;
  let samples = 0;
  const live = async (seconds: number) => {
    const endMs = core.at.monoMs + seconds * 1000;
    while (core.at.monoMs < endMs) {
      await core.liveUntil(0, () => true);
      await pin.pass(core.config.sampleIntervalMs);
      samples += 1;
      if (core.samples.at(-1)?.gauge.ok !== true) refused += 1;
      core.samples.length = 0;
      for (; heard < core.effects.length; heard += 1) {
        const effect = core.effects[heard];
        if (effect?.type === "record") judge.hear(effect.event);
      }
      core.effects.length = 0;
      heard = 0;
    }
  };
  const between = ([least, most]: readonly [number, number]) => least + Math.floor(random() * (most - least));
  while (disturbed.reads() < reads) {
    const readBefore = disturbed.reads();
    await live(between(stretchS.mains));
    if (disturbed.reads() === readBefore) throw new Error(`${board.id} is not read at all`);
    if (!hasMains) continue;
    for (const present of [false, true]) {
      // Somewhere between two looks, as the mains does.
      await pin.pass(Math.floor(random() * 1000));
      judge.edges.push({ present, atMs: core.at.monoMs, seenAtMs: null });
      bench.sim.apply({ kind: "ac", present });
      await live(present ? 12 : between(stretchS.battery));
    }
    if (core.now.chargePct !== null && core.now.chargePct < 60)
      bench.sim.apply({ kind: "battery", percent: 80 });
  }
  const losses = judge.edges.filter(({ present }) => !present);
  return {
    family,
    board: board.id,
    reads: disturbed.reads(),
    faults: disturbed.faults(),
    glitches: pin.count,
    samples,
    refused,
    outages: losses.length,
    outagesSeen: losses.filter(({ seenAtMs }) => seenAtMs !== null).length,
    slowestLossMs: judge.slowest.loss,
    slowestRestoredMs: judge.slowest.restored,
    falseMains: judge.falseMains,
    falseShutdownClass: judge.falseShutdownClass,
  };
}
