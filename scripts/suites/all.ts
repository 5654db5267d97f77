// Every suite of `npm test`, quickest first, so that a slip is seen before the slow ones begin.
import { join } from "node:path";
import { checkout } from "../lib/paths.ts";
import { program, vitest } from "./node.ts";
import { python } from "./python.ts";
import type { Suite } from "./suite.ts";

const biome = join(checkout, "node_modules/@biomejs/biome/bin/biome");

export const suites: readonly Suite[] = [
  {
    name: "lint",
    what: "Biome: style and common mistakes",
    needs: [],
    limitMin: 5,
    run: (running) => program([biome, "check", "--error-on-warnings", "."], running),
  },
  {
    name: "types",
    what: "TypeScript, strict, each part in its own surroundings",
    needs: [],
    limitMin: 5,
    run: (running) => program(["scripts/types.ts"], running),
  },
  {
    name: "unit",
    what: "core, drivers on the register simulator, config, link, contract, architecture",
    needs: ["build"],
    limitMin: 30,
    run: (running) => vitest("unit", running),
  },
  {
    name: "process",
    what: "the built agent as a process",
    needs: ["build"],
    limitMin: 15,
    run: (running) => vitest("process", running),
  },
  {
    name: "card",
    what: "the built card in Chromium",
    needs: ["build", "chromium"],
    limitMin: 10,
    run: (running) => vitest("card", running),
  },
  {
    name: "python",
    what: "the integration on Home Assistant's own fixtures, mypy --strict, ruff",
    needs: ["build", "python"],
    limitMin: 15,
    run: python,
  },
  {
    name: "e2e",
    what: "real Home Assistant, agent, simulator, and the card in Chromium",
    needs: ["build", "chromium", "home-assistant"],
    limitMin: 30,
    run: (running) => vitest("e2e", running),
  },
];
