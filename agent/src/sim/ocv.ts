// The open-circuit tables under every simulated battery: those with which the core estimates, so that an estimate on the
// simulator is wrong by its method and never by its table.
export { type OcvTable, ocvMv, ocvTable, ocvToPct } from "../core/ocv.ts";
