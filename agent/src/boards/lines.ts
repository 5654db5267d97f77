// GPIO lines of the 40-pin header as data: which pin, and what its level means on this board.

/** A line that the Pi reads, by BCM number. */
export interface BoardLine {
  readonly bcm: number;
  /** The level at which the line's statement ("AC present") is true. */
  readonly trueWhen: "high" | "low";
  /** Bias that the line needs so that it does not float. */
  readonly bias: "pull_up" | "pull_down" | "none";
}

/** A line that the Pi drives. */
export interface OutputLine {
  readonly bcm: number;
  /** The level at which the line's statement ("charging allowed", "the Pi is up") is true. */
  readonly trueWhen: "high" | "low";
}

/** A line that the Pi drives for a while and must give back to rest. */
export interface PulseLine extends OutputLine {
  readonly pulseMs: number;
}

/** The statements that a board's lines make. A line that the board does not have is absent. */
export interface BoardLines {
  /** Read: mains at the board's input. */
  readonly acPresent?: BoardLine;
  /** Driven: charging is allowed. Released, the board allows it. */
  readonly chargeAllowed?: OutputLine;
  /** Read: the board's button, decoded by the length of its pulse. */
  readonly button?: BoardLine & {
    /** Shorter pulses are noise, ms. */
    readonly rebootFromMs: number;
    /** From this length on the pulse means power-off, ms. */
    readonly powerOffFromMs: number;
  };
  /** Driven: the software's press of the board's power button. */
  readonly powerCut?: PulseLine;
  /** Driven while the agent runs: the operating system is up. */
  readonly bootOk?: OutputLine;
  /** Driven: the buzzer sounds. */
  readonly buzzer?: OutputLine;
}

/** What each line is called where people and programs read of it. */
export const lineNames = {
  acPresent: "ac_present",
  chargeAllowed: "charge_allowed",
  button: "button",
  powerCut: "power_cut",
  bootOk: "boot_ok",
  buzzer: "buzzer",
} as const satisfies { readonly [K in keyof BoardLines]-?: string };

/** The kernel's labels of the chips behind the 40-pin header: Pi 5, Pi 4, Pi 3 and older. */
export const headerChipLabels: readonly string[] = ["pinctrl-rp1", "pinctrl-bcm2711", "pinctrl-bcm2835"];
