// Every board of the registry passes the same suite on its simulator; and so does every kind of board that only a person
// can describe, because it is behind a kernel driver or made by hand.
import { boards } from "../../agent/src/boards/registry.ts";
import { good } from "../config/support.ts";
import { describeBoardConformance } from "./conformance.ts";

for (const board of boards) describeBoardConformance(board);

/** As a person writes them. */
const described = {
  /** Two cells behind the kernel's ina2xx driver, which was not told the shunt. */
  sensor_behind_hwmon: `
    chips:
      - {chip: ina219, access: hwmon, address: 0x42, shunt_ohm: 0.1, current_lsb_ua: 100, mains: {lost_below_ma: -100, present_above_ma: -60}}
    battery: {chemistry: li_ion, cells_in_series: 2}`,
  /** The same for a board whose current counts the other way round. */
  inverted_behind_hwmon: `
    chips:
      - {chip: ina219, access: hwmon, address: 0x43, shunt_ohm: 0.01, current_lsb_ua: 152.4, invert_current: true, mains: {lost_below_ma: -100, present_above_ma: -60}}
    battery: {chemistry: li_ion}`,
  /** A gauge driver that knows no mains, and a pin. */
  gauge_behind_kernel: `
    chips:
      - {chip: power_supply, battery: max170xx_battery}
    lines:
      ac_present: {bcm: 6, true_when: low, bias: pull_up}
    battery: {chemistry: li_ion}`,
  /** A driver that tells a current, by names. */
  current_behind_kernel: `
    chips:
      - {chip: power_supply, battery: bq27441-0, mains: usb, has: [current]}
    battery: {chemistry: li_ion}`,
  /** A gauge and a current sensor side by side on the bus, and pins. */
  made_by_hand: `
    chips:
      - {chip: max17048, address: 0x36}
      - {chip: ina219, address: 0x40, shunt_ohm: 0.05, current_lsb_ua: 200}
    lines:
      ac_present: {bcm: 24, true_when: high}
      charge_allowed: {bcm: 25, true_when: high}
    battery: {chemistry: li_ion}`,
  /** Another chemistry. */
  lifepo4_by_hand: `
    chips:
      - {chip: ina219, address: 0x40, shunt_ohm: 0.1, current_lsb_ua: 100, mains: {lost_below_ma: -100, present_above_ma: -60}}
    battery: {chemistry: lifepo4, cells_in_series: 4}`,
} as const;

for (const [id, form] of Object.entries(described)) {
  describeBoardConformance(good(`board: ${id}\nown_boards:\n  ${id}:${form}\n`).config.board.description);
}
