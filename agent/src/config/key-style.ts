// YAML writes keys in snake_case, the code in camelCase: the one place that turns one into the other.

function renamed(value: unknown, rename: (key: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, rename));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [rename(key), renamed(item, rename)]));
}

/** `cellsInSeries` becomes `cells_in_series`, at every depth. */
export function snakeKeys(value: unknown): unknown {
  return renamed(value, (key) => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}

/** `cells_in_series` becomes `cellsInSeries`, at every depth. */
export function camelKeys(value: unknown): unknown {
  return renamed(value, (key) => key.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()));
}
