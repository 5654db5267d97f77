// The link's decisions without any socket: what each word leads to, and that no order of words leads to two sessions.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { step } from "../../agent/src/ha/link-machine.ts";
import type { LinkEffect, LinkInput, LinkModel } from "../../agent/src/ha/link-model.ts";
import { initialLink } from "../../agent/src/ha/link-model.ts";
import { linkStatus } from "../../agent/src/ha/link-status.ts";
import { defaultTimings as timings } from "../../agent/src/ha/timings.ts";
import { authInvalid } from "../../agent/src/ha/trouble.ts";
import { example } from "./support/examples.ts";

type Downstream = Extract<LinkInput, { readonly type: "downstream" }>["message"];

const refused = { code: "PI_UPS_HA_UNREACHABLE", message: "refused" };
const accepted = (session = "s1", protocol = 1): Downstream => ({
  ...example<Extract<Downstream, { event: "accepted" }>>("downstream", "accepted"),
  session,
  protocol,
});

/** Feeds inputs that fit the current attempt and hello. */
class Machine {
  model: LinkModel = initialLink;
  effects: readonly LinkEffect[] = [];

  feed(input: LinkInput): this {
    const next = step(this.model, input, timings);
    this.model = next.model;
    this.effects = next.effects;
    return this;
  }
  start = () => this.feed({ type: "start" });
  ready = () => this.feed({ type: "socket_ready", attempt: this.model.attempt });
  ended = (trouble = refused) => this.feed({ type: "socket_ended", attempt: this.model.attempt, trouble });
  refused = (code: string, message = "no") => {
    const { attempt, hello } = this.model;
    return this.feed({ type: "hello_refused", attempt, hello, code, message });
  };
  hear = (message: Downstream) => {
    const { attempt, hello } = this.model;
    return this.feed({ type: "downstream", attempt, hello, message, atMs: 1000 });
  };
  wake = () => this.feed({ type: "wake" });
  open = () => this.start().ready().hear(accepted());
  get kinds(): string[] {
    return this.effects.map((effect) => effect.type);
  }
  get wakeMs(): number | undefined {
    return this.effects.find((effect) => effect.type === "wake")?.afterMs;
  }
  get logs(): Extract<LinkEffect, { type: "log" }>[] {
    return this.effects.filter((effect) => effect.type === "log");
  }
}

describe("the way to a session", () => {
  it("opens, says hello, begins", () => {
    const machine = new Machine();
    expect(machine.start().kinds).toEqual(["open"]);
    expect(machine.ready().kinds).toEqual(["hello", "wake"]);
    expect(machine.hear(accepted()).kinds).toEqual(["no_wake", "begin"]);
    expect(linkStatus(machine.model)).toEqual({ kind: "connected", sinceMs: 1000 });
  });

  it("waits for a person when pending, without saying hello again", () => {
    const machine = new Machine().start().ready();
    machine.hear(example("downstream", "pending"));
    expect(machine.kinds).toEqual(["no_wake", "log"]);
    expect(linkStatus(machine.model)).toMatchObject({ kind: "waiting", code: "PI_UPS_PENDING" });
    expect(machine.wake().kinds).toEqual([]);
    expect(machine.hear(accepted()).kinds).toEqual(["no_wake", "begin"]);
  });

  it("goes back to waiting when the entry is removed, and begins again when it is back", () => {
    const machine = new Machine().open();
    expect(machine.hear(example("downstream", "released")).kinds).toEqual(["no_wake", "end", "log"]);
    expect(machine.hear(accepted("s2")).kinds).toEqual(["no_wake", "begin"]);
  });

  it("ends the old session when it is accepted anew", () => {
    expect(new Machine().open().hear(accepted("s2")).kinds).toEqual(["no_wake", "end", "begin"]);
  });

  it("says hello again when Home Assistant stays without a word", () => {
    expect(new Machine().start().ready().wake().kinds).toEqual(["hello", "wake"]);
  });

  it("does not speak a protocol it does not know", () => {
    const machine = new Machine().start().ready().hear(accepted("s1", 7));
    expect(linkStatus(machine.model)).toMatchObject({ kind: "waiting", code: "PI_UPS_PROTOCOL_MISMATCH" });
    expect(machine.wakeMs).toBe(timings.slowRetryMs);
  });
});

describe("trouble", () => {
  it("backs off from 1 to 30 s and logs the same trouble once", () => {
    const machine = new Machine().start();
    const waits: (number | undefined)[] = [];
    let logs = 0;
    for (let n = 0; n < 8; n += 1) {
      machine.ended();
      waits.push(machine.wakeMs);
      logs += machine.logs.length;
      machine.wake();
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    expect(logs).toBe(1);
  });

  it("starts the backoff anew only after a session that worked", () => {
    const machine = new Machine().start().ended().wake().ended().wake().ready().hear(accepted());
    expect(machine.ended().wakeMs).toBe(4000);
    machine.wake().ready().hear(accepted("s2")).feed({ type: "proven", session: "s2" });
    expect(machine.ended().wakeMs).toBe(1000);
    expect(machine.logs).toHaveLength(1);
  });

  it("tries a wrong token slowly and says so once", () => {
    const machine = new Machine().start().ended(authInvalid("http://ha:8123"));
    expect(machine.logs).toMatchObject([{ level: "error", code: "PI_UPS_HA_AUTH_INVALID" }]);
    expect(machine.wakeMs).toBe(timings.slowRetryMs);
    expect(machine.wake().ended(authInvalid("http://ha:8123")).logs).toEqual([]);
    expect(linkStatus(machine.model)).toMatchObject({
      kind: "connecting",
      error: { message: expect.stringContaining("long-lived access token") },
    });
  });

  it("asks why when the integration is not there, at first and then once a minute", () => {
    const machine = new Machine().start().ready();
    const probes: number[] = [];
    for (let n = 0; n < 25; n += 1) {
      machine.refused("unknown_command");
      expect(machine.wakeMs).toBe(5000);
      if (machine.kinds.includes("probe")) probes.push(n);
      machine.wake();
    }
    expect(probes).toEqual([0, 12, 24]);
  });

  it("keeps what the look said while it says hello again and again", () => {
    const machine = new Machine().start().ready().refused("unknown_command");
    const finding = { kind: "not_installed", haVersion: "2026.11.0" } as const;
    machine.feed({ type: "probed", attempt: machine.model.attempt, finding });
    expect(machine.logs).toMatchObject([{ level: "warning", code: "PI_UPS_INTEGRATION_MISSING" }]);
    expect(machine.wake().refused("unknown_command").logs).toEqual([]);
    expect(linkStatus(machine.model)).toMatchObject({ code: "PI_UPS_INTEGRATION_MISSING" });
  });

  it.each(["PI_UPS_PROTOCOL_MISMATCH", "PI_UPS_WRONG_USER", "PI_UPS_INVALID_MESSAGE", "unauthorized"])(
    "waits for a person after %s, on the same socket",
    (code) => {
      const machine = new Machine().start().ready().refused(code, "Update the agent.");
      expect(machine.kinds).toEqual(["log", "wake"]);
      expect(machine.wakeMs).toBe(timings.slowRetryMs);
      expect(machine.wake().kinds).toEqual(["hello", "wake"]);
    },
  );

  it("comes back sooner after a refusal it does not know", () => {
    expect(new Machine().start().ready().refused("unknown_error").wakeMs).toBe(timings.refusedMs);
  });

  it("says hello at once when a session that worked is gone, and waits when it never worked", () => {
    const machine = new Machine().open().feed({ type: "proven", session: "s1" });
    expect(machine.feed({ type: "no_session", session: "s1" }).kinds).toEqual(["end", "hello", "wake"]);
    const fresh = new Machine().open().feed({ type: "no_session", session: "s1" });
    expect(fresh.kinds).toEqual(["end", "log", "wake"]);
  });

  it("closes and keeps silent when another agent took over, until it is started again", () => {
    const machine = new Machine().open().hear(example("downstream", "replaced"));
    expect(machine.kinds).toEqual(["no_wake", "end", "log", "close"]);
    expect(machine.ended().effects).toEqual([]);
    expect(machine.wake().effects).toEqual([]);
    expect(linkStatus(machine.model)).toMatchObject({ kind: "waiting", code: "PI_UPS_REPLACED" });
    expect(machine.start().kinds).toEqual(["open"]);
  });
});

describe("goodbye", () => {
  it("is silent afterwards, and comes back on the same socket when the power-off failed", () => {
    const machine = new Machine().open().feed({ type: "said_bye" });
    expect(machine.kinds).toEqual(["no_wake", "end"]);
    expect(linkStatus(machine.model)).toEqual({ kind: "off" });
    expect(machine.start().kinds).toEqual(["hello", "wake"]);
  });

  it("does not reconnect when the socket ends after it", () => {
    const machine = new Machine().open().feed({ type: "said_bye" });
    expect(machine.ended().effects).toEqual([]);
    expect(machine.start().kinds).toEqual(["open"]);
  });
});

const anyInput: fc.Arbitrary<(model: LinkModel) => LinkInput> = fc.oneof(
  fc
    .constantFrom<LinkInput>({ type: "start" }, { type: "stop" }, { type: "said_bye" }, { type: "wake" })
    .map((input) => () => input),
  fc
    .record({ late: fc.nat(2), code: fc.constantFrom("unknown_command", "PI_UPS_WRONG_USER", "timeout") })
    .map(
      ({ late, code }) =>
        (model: LinkModel): LinkInput => ({
          type: "hello_refused",
          attempt: model.attempt,
          hello: model.hello - late,
          code,
          message: "no",
        }),
    ),
  fc
    .record({
      lateAttempt: fc.constantFrom(0, 0, 0, 1),
      lateHello: fc.constantFrom(0, 0, 0, 1),
      message: fc.constantFrom<Downstream>(
        accepted("a"),
        accepted("b"),
        accepted("c", 9),
        example("downstream", "pending"),
        example("downstream", "released"),
        example("downstream", "replaced"),
      ),
    })
    .map(
      ({ lateAttempt, lateHello, message }) =>
        (model: LinkModel): LinkInput => ({
          type: "downstream",
          attempt: model.attempt - lateAttempt,
          hello: model.hello - lateHello,
          message,
          atMs: 5,
        }),
    ),
  fc.constantFrom(0, 0, 1).map(
    (late) =>
      (model: LinkModel): LinkInput => ({ type: "socket_ready", attempt: model.attempt - late }),
  ),
  fc.record({ late: fc.constantFrom(0, 0, 1), slow: fc.boolean() }).map(
    ({ late, slow }) =>
      (model: LinkModel): LinkInput => ({
        type: "socket_ended",
        attempt: model.attempt - late,
        trouble: slow ? authInvalid("http://ha") : refused,
      }),
  ),
  fc.constantFrom("a", "b", "s").map((session) => (): LinkInput => ({ type: "no_session", session })),
  fc.constantFrom("a", "b", "s").map((session) => (): LinkInput => ({ type: "proven", session })),
  fc.constant(
    (model: LinkModel): LinkInput => ({
      type: "probed",
      attempt: model.attempt,
      finding: { kind: "not_added", haVersion: "1" },
    }),
  ),
);

/** What the shell holds, kept from the effects alone. */
interface World {
  socket: boolean;
  session: boolean;
  timer: boolean;
}

function apply(world: World, effects: readonly LinkEffect[], phaseBefore: string): void {
  for (const effect of effects) {
    if (effect.type === "open") {
      expect(world.socket, `a second socket from ${phaseBefore}`).toBe(false);
      world.socket = true;
    }
    if (effect.type === "close") world.socket = false;
    if (effect.type === "begin") {
      expect(world.session, `a second session from ${phaseBefore}`).toBe(false);
      expect(world.socket, "a session without a socket").toBe(true);
      world.session = true;
    }
    if (effect.type === "end") world.session = false;
    if (effect.type === "wake") world.timer = true;
    if (effect.type === "no_wake") world.timer = false;
    if (effect.type === "hello") expect(world.socket, "a hello without a socket").toBe(true);
  }
}

/** Whatever happened before, a world in which everything works again leads to a session. */
function recovers(model: LinkModel, world: World): boolean {
  const machine = new Machine();
  machine.model = model;
  for (let n = 0; n < 10; n += 1) {
    const kind = machine.model.phase.kind;
    if (kind === "open") return true;
    if (kind === "off" || kind === "replaced" || kind === "farewell") machine.start();
    else if (kind === "connecting") machine.ready();
    else if (kind === "greeting" || kind === "pending") machine.hear(accepted("fine"));
    else if (world.timer || n > 0) machine.wake();
    else return false;
  }
  return false;
}

describe("any order of words", () => {
  it("never leads to two sockets or two sessions, never to a standstill, and always ends with stop", async () => {
    await fc.assert(
      fc.property(fc.array(anyInput, { maxLength: 60 }), (inputs) => {
        const world: World = { socket: false, session: false, timer: false };
        let model = initialLink;
        for (const make of [() => ({ type: "start" }) as const, ...inputs]) {
          const input = make(model);
          if (input.type === "wake") {
            if (!world.timer) continue;
            world.timer = false;
          }
          if (input.type === "socket_ended" && input.attempt === model.attempt) world.socket = false;
          const before = model.phase.kind;
          const next = step(model, input, timings);
          model = next.model;
          apply(world, next.effects, before);
          expect(world.session, `session in ${model.phase.kind}`).toBe(model.phase.kind === "open");
          const waits = model.phase.kind === "resting" || model.phase.kind === "holding";
          if (waits) expect(world.timer, `no timer in ${model.phase.kind}`).toBe(true);
          expect(recovers(model, world)).toBe(true);
        }
        const end = step(model, { type: "stop" }, timings);
        apply(world, end.effects, model.phase.kind);
        expect(world).toMatchObject({ session: false, socket: false });
        for (const make of inputs) {
          const input = make(end.model);
          if (input.type !== "start") expect(step(end.model, input, timings).effects).toEqual([]);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
