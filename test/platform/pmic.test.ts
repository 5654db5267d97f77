// The words of a Pi 5's power chip, as `vcgencmd pmic_read_adc` prints them.
import { describe, expect, it } from "vitest";
import { parsePmic } from "../../agent/src/platform/pmic.ts";

const ext5v = "     EXT5V_V volt(24)=5.08530000V";

describe("pmic_read_adc", () => {
  it.each([
    [ext5v, 5085],
    [`VDD_CORE_V volt(15)=0.87V\n  EXT5V_V volt(24)=4.70000000V\n`, 4700],
  ])("%j has %s mV on the 5 V rail", (text, mv) => {
    expect(parsePmic(text)?.ext5vMv).toBe(mv);
  });

  it.each(["EXT5V_V volt(24)=V", "EXT5V_V volt(24)=5.1A", "no such thing", "", "EXT5V_V volt(24)=-5.1V"])(
    "%j is no answer",
    (text) => {
      expect(parsePmic(text)).toBeNull();
    },
  );

  it("pairs each current with its voltage, and leaves out what has only one of them", () => {
    const text = [
      " 3V3_SYS_A current(1)=0.08881272A",
      " VDD_CORE_A current(7)=1.25000000A",
      " HDMI_A current(9)=broken",
      " DDR_A current(3)=0.1A",
      " 3V3_SYS_V volt(9)=3.31420000V",
      " VDD_CORE_V volt(15)=0.87210000V",
      " HDMI_V volt(23)=5.12A",
      ext5v,
      " BATT_V volt(25)=0.00000000V",
    ].join("\n");
    const rails = parsePmic(text)?.rails ?? [];
    expect(rails.map(({ name }) => name)).toEqual(["3v3_sys", "vdd_core"]);
    expect(rails[0]?.ma).toBeCloseTo(88.81, 2);
    expect(rails[1]?.mv).toBeCloseTo(872.1, 3);
  });
});
