// "Did you mean": the known word that is closest to a mistyped one. Used for keys, values, commands and options.

/** Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** Upper and lower case, hyphens and underscores are no difference worth asking about. */
function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[-_\s]/g, "");
}

const longestMistake = 64;

/** The closest of `known`, or null when none is close: about one mistake in three letters is allowed. */
export function closest(word: string, known: readonly string[]): string | null {
  if (word.length === 0 || word.length > longestMistake) return null;
  let best: { readonly candidate: string; readonly distance: number } | null = null;
  for (const candidate of known) {
    const distance = editDistance(plain(word), plain(candidate));
    const allowed = Math.max(1, Math.floor(Math.min(word.length, candidate.length) / 3));
    if (distance <= allowed && (best === null || distance < best.distance)) best = { candidate, distance };
  }
  return best?.candidate ?? abbreviated(word, known);
}

/** Whether each typed part begins a part of the candidate, in order: `ac_los` for `ac_power_loss`. */
function abbreviates(word: string, candidate: string): boolean {
  let parts = candidate.toLowerCase().split(/[-_:]/);
  for (const typed of word.toLowerCase().split(/[-_:]/)) {
    const at = parts.findIndex((part) => typed !== "" && part.startsWith(typed));
    if (at < 0) return false;
    parts = parts.slice(at + 1);
  }
  return true;
}

/** The first known word that at least three typed letters abbreviate: no small mistake, but a clear one. */
function abbreviated(word: string, known: readonly string[]): string | null {
  if (plain(word).length < 3) return null;
  return known.find((candidate) => abbreviates(word, candidate)) ?? null;
}

/** `Did you mean x1201?`, or the given sentence when nothing is close. */
export function didYouMean(word: string, known: readonly string[], otherwise: string): string {
  const candidate = closest(word, known);
  return candidate === null ? otherwise : `Did you mean ${candidate}?`;
}
