// The one discharge that was measured on a real board and published: an X1206 with 20 Ah at about 5 W, from full.

/** Hours, gauge percent, cell mV (mor-lock/x120x-dkms: docs/battery-profiles.md, docs/incidents.md 1). */
const x1206 = [
  [0, 100, 4150],
  [4.2, 50, 3800],
  [5.9, 10, 3590],
  [6.2, 2, 3450],
  [7, 0, 3250],
  [9.3, 0, 3000],
] as const;

/** What the gauge said so many hours after mains was lost; straight between the published points. */
export function measuredX1206(hours: number): { readonly pct: number; readonly mv: number } {
  const next = x1206.findIndex(([at]) => at >= hours);
  const [b, a] = [x1206[next], x1206[Math.max(0, next - 1)]];
  if (a === undefined || b === undefined) throw new Error(`${hours} h is past the table`);
  const part = b[0] === a[0] ? 0 : (hours - a[0]) / (b[0] - a[0]);
  return { pct: a[1] + part * (b[1] - a[1]), mv: a[2] + part * (b[2] - a[2]) };
}
