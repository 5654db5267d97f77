// What every test of the link over real sockets shares: a link that is surely stopped, and what must hold in each of them -
// valid messages only, no token in the log, never two sockets, no rejection that nobody handles.
import { afterEach, beforeEach, expect } from "vitest";
import type { Rig, RigOptions } from "./rig.ts";
import { fullValues, rig } from "./rig.ts";

let ends: (() => Promise<void>)[] = [];
const rejections: unknown[] = [];
const noteRejection = (reason: unknown) => rejections.push(reason);

/** Call it once in a test file. */
export function cleanUpAfterEach(): void {
  beforeEach(() => {
    process.on("unhandledRejection", noteRejection);
  });
  afterEach(async () => {
    const due = ends;
    ends = [];
    for (const end of due) await end();
    process.off("unhandledRejection", noteRejection);
    expect(rejections.splice(0)).toEqual([]);
  });
}

/** Runs after the test, in the order of the calls. */
export function atEnd(end: () => Promise<void>): void {
  ends.push(end);
}

/** A link that is not started. */
export async function made(options?: RigOptions): Promise<Rig> {
  const one = await rig(options);
  atEnd(async () => {
    await one.end();
    expect(one.far.violations).toEqual([]);
    expect(one.logged()).not.toContain(one.far.token);
    expect(one.sockets.most, "sockets at the same time").toBeLessThanOrEqual(1);
  });
  return one;
}

/** A link in a session, whose full state has arrived. */
export async function online(options?: RigOptions): Promise<Rig> {
  const one = await made(options);
  one.link.publish(fullValues);
  one.link.start();
  await one.connected();
  await one.far.until("full state", () => one.far.of("state").length > 0);
  return one;
}

/** Sequence numbers that the far end has stored, in the order of arrival. */
export function storedSeqs(one: Rig): number[] {
  return one.far.stored.map((event) => event.seq);
}

/** 1, 2, ... count. */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
