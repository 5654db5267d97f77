// The I2C bus: is it on, may this user open it, and does a kernel driver stand between the board and us?

import { addressOf, type Board, type ChipUse, isThroughKernel } from "../boards/board.ts";
import { hexByte, kernelDeviceName } from "../boards/hex.ts";
import { i2cInForce, linesInForce, overlaysNaming } from "./boot-config.ts";
import type { I2cFacts, PiFacts, UserFacts } from "./facts.ts";
import { check, type Finding, run, say } from "./finding.ts";
import { listed, newLogin, usualBootConfig } from "./words.ts";

const enabled = check("i2c_enabled", "The board's battery is read over I2C.");
const access = check("i2c_access", "The agent opens the bus as its own user.");
const addon = check("i2c_addon", "Node speaks I2C through the native add-on i2c-bus.");
const drivers = check(
  "kernel_driver",
  "A chip that a kernel driver owns cannot be read over I2C by the agent: every read is refused as busy.",
);
const supplies = check(
  "kernel_power_supply",
  "The board `kernel` reads what a kernel driver shows in /sys/class/power_supply.",
);

/** Whether the board has a chip on the bus. */
export function usesI2c(board: Board): boolean {
  return board.chips.some((use) => addressOf(use) !== null && !isThroughKernel(use));
}

/** Whether the board is read through the kernel's own drivers. */
function usesKernel(board: Board): boolean {
  return board.chips.some(({ chip }) => chip === "power_supply");
}

function checkEnabled({ bus, present }: I2cFacts, { bootConfig, model }: PiFacts): Finding {
  const node = `/dev/i2c-${bus}`;
  if (present) return enabled.ok(`I2C bus ${bus} is on (${node}).`);
  if (model === null) {
    return enabled.problem(
      `There is no ${node}, and this machine is no Raspberry Pi.`,
      say("On the Pi that carries the board:", "sudo raspi-config nonint do_i2c 0"),
    );
  }
  const lines = bootConfig.ok ? linesInForce(bootConfig.value.text, model) : [];
  if (bus === 1 && bootConfig.ok && i2cInForce(lines)) {
    return enabled.problem(
      `There is no ${node}, although ${bootConfig.value.path} switches I2C on: the module i2c-dev is not loaded, or the Pi was not restarted since.`,
      run("sudo modprobe i2c-dev", "echo i2c-dev | sudo tee /etc/modules-load.d/i2c-dev.conf", "sudo reboot"),
    );
  }
  if (bus !== 1) {
    const file = bootConfig.ok ? bootConfig.value.path : usualBootConfig;
    return enabled.problem(
      `There is no ${node}, the bus that the board is configured for.`,
      say(`Switch the bus on in ${file}, or correct the board's bus.`, "ls /dev/i2c-*"),
    );
  }
  return enabled.problem(`There is no ${node}: I2C is off.`, run("sudo raspi-config nonint do_i2c 0"));
}

function checkAccess({ bus, present, mayOpen }: I2cFacts, user: UserFacts): readonly Finding[] {
  if (!present) return [];
  if (mayOpen) return [access.ok(`${user.name} may open /dev/i2c-${bus}.`)];
  const waiting = user.listedGroups.includes("i2c");
  return [
    access.problem(
      waiting
        ? `${user.name} may not open /dev/i2c-${bus} yet: the group i2c counts from the next login on.`
        : `${user.name} may not open /dev/i2c-${bus}.`,
      waiting
        ? newLogin
        : say(
            "Add the user to the group, then log in again or restart the service:",
            `sudo usermod -aG i2c ${user.name}`,
          ),
    ),
  ];
}

/** Whether the bus can be used at all; if not, `checkI2c` has said why. */
export function busIsUsable({ present, mayOpen, addon: loaded }: I2cFacts): boolean {
  return present && mayOpen && loaded.ok;
}

export function checkI2c(facts: I2cFacts, pi: PiFacts, user: UserFacts): readonly Finding[] {
  return [
    checkEnabled(facts, pi),
    ...checkAccess(facts, user),
    facts.addon.ok
      ? addon.ok("The add-on i2c-bus loads.")
      : addon.problem(
          `${facts.addon.why}.`,
          run("sudo apt install build-essential python3", "npm run native"),
        ),
  ];
}

interface Bound {
  readonly use: ChipUse;
  readonly address: number;
  readonly driver: string;
}

/** How the agent reads this chip through the kernel. */
function throughKernel({ chip }: ChipUse): string {
  return chip === "ina219"
    ? "with `access: hwmon` at the chip of a board under own_boards (`pi-ups boards kernel` tells how)"
    : "with `board: kernel`";
}

function owned(use: ChipUse, facts: I2cFacts): readonly Bound[] {
  const address = addressOf(use);
  // A clock is better off with the kernel.
  if (address === null || use.chip === "ds1307" || isThroughKernel(use)) return [];
  const driver = facts.drivers.get(address);
  return driver === undefined ? [] : [{ use, address, driver }];
}

function unbind(bus: number, address: number, driver: string): string {
  return `echo ${kernelDeviceName(bus, address)} | sudo tee /sys/bus/i2c/drivers/${driver}/unbind`;
}

/** Kernel drivers that own what the configured board needs. */
export function checkKernelDrivers(board: Board, facts: I2cFacts, pi: PiFacts): readonly Finding[] {
  if (usesKernel(board)) return checkSupplies(facts);
  const bound = board.chips.flatMap((use) => owned(use, facts));
  const lines = pi.bootConfig.ok ? linesInForce(pi.bootConfig.value.text, pi.model) : [];
  const file = pi.bootConfig.ok ? pi.bootConfig.value.path : usualBootConfig;
  const found = bound.map(({ use, address, driver }) => {
    const text = hexByte(address);
    const overlays = overlaysNaming(lines, [driver.toLowerCase(), text.toLowerCase()]);
    const remove =
      overlays.length === 0
        ? `take away what loads it (an overlay in ${file}, or a module)`
        : `remove ${listed(overlays)} from ${file}`;
    return drivers.problem(
      `The kernel driver ${driver} owns ${text} on bus ${facts.bus}.`,
      say(
        `Either let the agent read through the driver ${throughKernel(use)}, or ${remove}. Until the next start this frees the chip:`,
        unbind(facts.bus, address, driver),
      ),
    );
  });
  if (found.length > 0) return found;
  const foreign = facts.powerSupplies.filter((name) => name.startsWith("x120x"));
  if (foreign.length > 0) {
    return [
      drivers.problem(
        `The kernel driver x120x is loaded (${foreign.join(", ")}): it holds GPIO6, GPIO16 and the gauge.`,
        say("Either read through it with `board: kernel_x120x`, or unload it:", "sudo modprobe -r x120x"),
      ),
    ];
  }
  return [drivers.ok("No kernel driver stands in the way.")];
}

function checkSupplies({ powerSupplies }: I2cFacts): readonly Finding[] {
  if (powerSupplies.length > 0) {
    return [supplies.ok(`The kernel shows: ${powerSupplies.join(", ")}.`)];
  }
  return [
    supplies.problem(
      "The board is `kernel`, but the kernel shows no power supply.",
      say(
        "Load the driver of the board, or name the board itself so that the agent reads it over I2C:",
        "ls /sys/class/power_supply",
        "sudo pi-ups detect",
      ),
    ),
  ];
}
