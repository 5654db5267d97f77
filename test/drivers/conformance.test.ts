// Every board of the registry passes the same suite on its simulator.
import { boards } from "../../agent/src/boards/registry.ts";
import { describeBoardConformance } from "./conformance.ts";

for (const board of boards) describeBoardConformance(board);
