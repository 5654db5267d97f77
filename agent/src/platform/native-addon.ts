// Loads an optional native add-on when real hardware is used, and says in one sentence why it could not be loaded.

/** The way this Node and a missing, unbuilt or foreign add-on fail, told apart. */
export function whyNotLoaded(name: string, cause: unknown): string {
  const message = cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause);
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND") return `${name} is not installed`;
  if (message.includes("Could not locate the bindings file")) return `${name} is installed but was not built`;
  if (message.includes("NODE_MODULE_VERSION") || message.includes("Module did not self-register")) {
    return `${name} was built for another version of Node than ${process.version}`;
  }
  return `${name} does not load: ${message}`;
}

export type Loaded<T> =
  | { readonly ok: true; readonly module: T }
  | { readonly ok: false; readonly why: string };

/** CommonJS modules arrive as `default`, and with luck as names too. */
function unwrap(module: unknown): unknown {
  return typeof module === "object" && module !== null && "default" in module ? module.default : module;
}

/**
 * Imports a CommonJS add-on once; the outcome is kept, because a failed build does not mend itself in a running process.
 * @param isUsable narrows to the part of the module that we use
 */
export function lazyAddon<T>(
  name: string,
  importIt: () => Promise<unknown>,
  isUsable: (module: unknown) => module is T,
): () => Promise<Loaded<T>> {
  let outcome: Promise<Loaded<T>> | null = null;
  const load = async (): Promise<Loaded<T>> => {
    try {
      const module = unwrap(await importIt());
      if (isUsable(module)) return { ok: true, module };
      return { ok: false, why: `${name} does not offer what was expected of it` };
    } catch (cause) {
      return { ok: false, why: whyNotLoaded(name, cause) };
    }
  };
  return () => {
    outcome ??= load();
    return outcome;
  };
}
