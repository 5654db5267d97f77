// What the link says about itself to `pi-ups status`.
import type { LinkStatus } from "../ports/ha-link.ts";
import type { LinkModel } from "./link-model.ts";

export function linkStatus(model: LinkModel): LinkStatus {
  const { phase, trouble } = model;
  switch (phase.kind) {
    case "off":
    case "farewell":
      return { kind: "off" };
    case "connecting":
    case "resting":
      return { kind: "connecting", error: trouble };
    case "greeting":
    case "holding":
    case "pending":
    case "replaced":
      return trouble === null
        ? { kind: "connecting", error: null }
        : { kind: "waiting", code: trouble.code, message: trouble.message };
    case "open":
      return { kind: "connected", sinceMs: phase.sinceMs };
    default:
      return phase satisfies never;
  }
}
