// The link's decisions without any socket: what each word of the other side, and each silence, leads to.
import { describe, expect, it } from "vitest";
import { linkStatus } from "../../agent/src/ha/link-status.ts";
import { defaultTimings as timings } from "../../agent/src/ha/timings.ts";
import { authInvalid } from "../../agent/src/ha/trouble.ts";
import { example } from "./support/examples.ts";
import { accepted, Machine } from "./support/machine.ts";

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

  it("asks why at every hello while Home Assistant starts, and once a minute when a person must act", () => {
    const machine = new Machine().start().ready();
    const probes: number[] = [];
    for (let n = 0; n < 30; n += 1) {
      machine.refused("unknown_command");
      expect(machine.wakeMs).toBe(Math.min(5000, 1000 * (n + 1)));
      if (machine.kinds.includes("probe")) {
        probes.push(n);
        const kind = n < 3 ? "starting" : "not_added";
        const finding = { kind, haVersion: "2026.11.0" } as const;
        machine.feed({ type: "probed", attempt: machine.model.attempt, finding });
      }
      machine.wake();
    }
    expect(probes).toEqual([0, 1, 2, 3, 12, 24]);
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
