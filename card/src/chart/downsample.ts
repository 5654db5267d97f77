// Fewer points than pixels, without losing a dip: of every bucket the first, lowest, highest and last point stay, in order.

export interface Point {
  readonly atMs: number;
  readonly pct: number;
}

function keep(bucket: readonly Point[]): readonly Point[] {
  if (bucket.length <= 4) return bucket;
  const byPct = [...bucket].sort((a, b) => a.pct - b.pct);
  const kept = new Set([bucket[0], byPct[0], byPct.at(-1), bucket.at(-1)]);
  return bucket.filter((point) => kept.has(point));
}

/** @param points oldest first; @param bucketMs the time of one pixel or so */
export function downsample(points: readonly Point[], bucketMs: number): readonly Point[] {
  if (bucketMs <= 0) return points;
  const result: Point[] = [];
  let bucket: Point[] = [];
  for (const point of points) {
    const [first] = bucket;
    if (first !== undefined && Math.floor(first.atMs / bucketMs) !== Math.floor(point.atMs / bucketMs)) {
      result.push(...keep(bucket));
      bucket = [];
    }
    bucket.push(point);
  }
  result.push(...keep(bucket));
  return result;
}
