// From time and percent to pixels. The plot is drawn in real pixels, so strokes and text are never stretched.

export interface Scale {
  readonly startMs: number;
  readonly endMs: number;
  readonly width: number;
  readonly height: number;
}

export function xOf(scale: Scale, atMs: number): number {
  return ((atMs - scale.startMs) / (scale.endMs - scale.startMs)) * scale.width;
}

export function timeAt(scale: Scale, x: number): number {
  const share = scale.width === 0 ? 0 : Math.min(1, Math.max(0, x / scale.width));
  return scale.startMs + share * (scale.endMs - scale.startMs);
}

/** The axis is 0-100 always: a fitted axis would turn one percent into a cliff. */
export function yOf(scale: Scale, pct: number): number {
  return (1 - pct / 100) * scale.height;
}
