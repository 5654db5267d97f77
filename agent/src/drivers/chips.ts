// The one place that knows which driver belongs to which chip. A driver is loaded when a board has its chip, so that an
// agent carries only what it uses.
import type { ChipKind, ChipUse } from "../boards/board.ts";
import type { ChipDriver, ChipFamily, ChipPorts } from "./chip.ts";

type Loaders = { readonly [K in ChipKind]: () => Promise<ChipFamily<Extract<ChipUse, { chip: K }>>> };

const loaders: Loaders = {
  power_supply: async () => (await import("./power-supply.ts")).powerSupply,
  max17040: async () => (await import("./max17040.ts")).max17040,
  max17043: async () => (await import("./max17043.ts")).max17043,
  max17048: async () => (await import("./max17048.ts")).max17048,
  cw2015: async () => (await import("./cw2015.ts")).cw2015,
  lc709203f: async () => (await import("./lc709203f.ts")).lc709203f,
  dfrobot_ups: async () => (await import("./dfrobot.ts")).dfrobot,
  lifepo4wered: async () => (await import("./lifepo4wered.ts")).lifepo4wered,
  sunfounder_spc: async () => (await import("./sunfounder.ts")).sunfounder,
  ina219: async () => (await import("./ina219.ts")).ina219,
  waveshare_ups_hat_d_mcu: async () => (await import("./waveshare-ups-hat-d-mcu.ts")).waveshareHatDMcu,
  waveshare_ups_hat_e: async () => (await import("./waveshare-ups-hat-e.ts")).waveshareHatE,
  ups_plus: async () => (await import("./ups-plus.ts")).upsPlus,
  pijuice: async () => (await import("./pijuice.ts")).pijuice,
  pisugar3: async () => (await import("./pisugar3.ts")).pisugar3,
  ip5209: async () => (await import("./pisugar2.ts")).ip5209,
  ip5312: async () => (await import("./pisugar2.ts")).ip5312,
  ds1307: async () => (await import("./ds1307.ts")).ds1307,
};

function load(kind: ChipKind): Promise<ChipFamily> {
  return (loaders[kind] as () => Promise<ChipFamily>)();
}

/** Loads and makes the driver of a chip. Does no I/O on the bus. */
export async function createChip(use: ChipUse, ports: ChipPorts): Promise<ChipDriver> {
  return (await load(use.chip))(use, ports);
}

/** Loads the drivers of these chips, so that a later `createChip` waits for nothing but promises. */
export async function preloadChips(uses: readonly ChipUse[]): Promise<void> {
  await Promise.all(uses.map(({ chip }) => load(chip)));
}
