// Writes the chosen board into a configuration and leaves everything else as it is, comments included.
import { isMap, parseDocument } from "yaml";
import type { Result } from "../core/model.ts";

/** A configuration that says no more than its board. */
function fresh(id: string): string {
  return [
    "# Configuration of the Pi UPS agent. `pi-ups config example` shows every setting.",
    `board: ${id}`,
    "",
  ].join("\n");
}

/**
 * @param text the present file; null: there is none
 * @returns the whole new text; refused (`PI_UPS_CONFIG_INVALID`) when the file is no YAML mapping
 */
export function withBoard(text: string | null, id: string): Result<string> {
  if (text === null || text.trim() === "") return { ok: true, value: fresh(id) };
  const document = parseDocument(text, { prettyErrors: false });
  if (document.errors.length > 0 || (document.contents !== null && !isMap(document.contents))) {
    const message =
      "The file is not a configuration, so nothing was changed. `pi-ups config check` says what is wrong.";
    return { ok: false, code: "PI_UPS_CONFIG_INVALID", message };
  }
  const line = /^board:.*$/m;
  // A line is replaced as text, so that the file's own style stays; YAML only has to agree that it is the key.
  if (line.test(text) && document.has("board")) {
    return { ok: true, value: text.replace(line, (old) => `board: ${id}${/\s+#.*$/.exec(old)?.[0] ?? ""}`) };
  }
  if (document.has("board")) {
    document.set("board", id);
    return { ok: true, value: String(document) };
  }
  return { ok: true, value: `board: ${id}\n${text}` };
}
