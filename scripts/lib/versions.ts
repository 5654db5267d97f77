// The one place where the versions of everything that the scripts install are pinned.

export const versions = {
  homeAssistant: "2026.11.0",
  /** Pins Home Assistant 2026.10.4 for the integration's own tests. */
  pytestHomeAssistant: "0.13.375",
  uv: "0.13.9",
  mypy: "2.4.1",
  ruff: "0.17.6",
  /** Oldest Python that Home Assistant 2026.3 and later run on. */
  python: [3, 14, 2],
} as const;
