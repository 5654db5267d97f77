// Test projects: `unit` is quick and needs only Node, `process` starts real agents, `card` needs Chromium, `e2e` a real Home Assistant.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/process/**", "test/card/page/**", "test/card/**/*.browser.test.ts", "test/e2e/**"],
          // Simulated years and property tests: a busy machine needs longer than the usual five seconds.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: "process",
          include: ["test/process/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "card",
          include: ["test/card/**/*.browser.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
