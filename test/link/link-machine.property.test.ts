// No order of words, late ones among them, leads to two sockets, two sessions or a standstill.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { step } from "../../agent/src/ha/link-machine.ts";
import type { LinkEffect, LinkInput, LinkModel } from "../../agent/src/ha/link-model.ts";
import { initialLink } from "../../agent/src/ha/link-model.ts";
import { defaultTimings as timings } from "../../agent/src/ha/timings.ts";
import { authInvalid } from "../../agent/src/ha/trouble.ts";
import { example } from "./support/examples.ts";
import type { Downstream } from "./support/machine.ts";
import { accepted, Machine, unreachable } from "./support/machine.ts";

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
        trouble: slow ? authInvalid("http://ha") : unreachable,
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
