// The settings of the configuration that are about the board: its battery, its switches, the way to its pins, and the
// world around a simulated one.
import { booleanField, choiceField, integerField, numberField, section } from "./fields.ts";

export const batterySection = section("The battery behind the HAT.", {
  capacity_mah: integerField(undefined, {
    min: 100,
    max: 1_000_000,
    unit: "mAh",
    defaultText: "as the board is sold, otherwise unknown",
    example: 7000,
    description:
      "Capacity of the pack, for runtime, health and cycles: parallel cells add up, cells in series do not.",
  }),
});

export const chargeSection = section(
  "How full the battery is charged, on boards that can be kept from charging.",
  {
    stop_percent: numberField(100, {
      min: 50,
      max: 100,
      unit: "%",
      description:
        "At this charge charging stops; 100 leaves it to the charger. 80 lets cells live longer and gives less time.",
    }),
    start_percent: numberField(undefined, {
      min: 20,
      max: 99,
      unit: "%",
      defaultText: "5 points below stop_percent",
      example: 75,
      description: "At this charge it starts again.",
    }),
  },
);

export const buttonsSection = section("The button on the board.", {
  enabled: booleanField(true, {
    description: "Whether a press of the board's button reboots the Pi or powers it off.",
  }),
});

/** The ways to GPIO lines. */
export const gpioBackends = ["auto", "sysfs", "gpiod"] as const;

export const gpioSection = section("How the agent reaches GPIO lines.", {
  backend: choiceField(gpioBackends, "auto", {
    description: "By sysfs, or by libgpiod's tools (apt install gpiod); auto takes what this machine has.",
  }),
});

export const simSection = section("How a simulated world begins. Later changes are made by `pi-ups sim`.", {
  speed: numberField(1, {
    min: 0.01,
    max: 10_000,
    unit: "times",
    description: "How much faster than real the simulated battery lives.",
  }),
  load_w: numberField(6, { min: 0, max: 100, unit: "W", description: "What the simulated Pi draws." }),
  battery_percent: numberField(96, {
    min: 0,
    max: 100,
    unit: "%",
    description: "Charge of the simulated battery.",
  }),
  temperature_c: numberField(48, {
    min: -40,
    max: 125,
    unit: "°C",
    description: "Temperature of the simulated processor.",
  }),
});
