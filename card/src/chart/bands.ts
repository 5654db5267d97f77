// Bands to pixels. An outage of five seconds must stay visible in a day, so it is never thinner than two pixels;
// a blind spell that short is nothing to look at (Home Assistant restarts) and is left out.
import type { Band } from "../data/outages.ts";
import { type Scale, xOf } from "./scale.ts";

export interface PlacedBand {
  readonly kind: Band["kind"];
  readonly x: number;
  readonly width: number;
}

const minOutagePx = 2;
const minUnknownPx = 1.5;

export function placeBands(bands: readonly Band[], scale: Scale): readonly PlacedBand[] {
  return bands.flatMap((band): readonly PlacedBand[] => {
    const x = xOf(scale, Math.max(band.startMs, scale.startMs));
    const natural = xOf(scale, Math.min(band.endMs, scale.endMs)) - x;
    if (band.kind === "unknown")
      return natural < minUnknownPx ? [] : [{ kind: band.kind, x, width: natural }];
    const width = Math.max(minOutagePx, natural);
    return [{ kind: band.kind, x: Math.max(0, Math.min(x, scale.width - width)), width }];
  });
}
