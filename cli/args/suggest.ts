/** Finds the known word nearest to a mistyped one, `null` if none is similar. */
export function suggest(word: string, known: Iterable<string>): string | null {
  let best: string | null = null;
  let least = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const each of known) {
    const distance = each.startsWith(word) && word.length > 1 ? 1 : editDistance(word, each, least);
    if (distance < least) [best, least] = [each, distance];
  }
  return best;
}

/** `did you mean NAME?` for a mistyped word, other advice if no known one is similar. */
export function meant(word: string, known: Iterable<string>, otherwise: string): string {
  const near = suggest(word, known);
  return near === null ? otherwise : `did you mean ${near}?`;
}

/** Number of insertions, deletions, substitutions and transpositions between two words. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (last[column] ?? limit) + 1,
        (current[column - 1] ?? limit) + 1,
        (last[column - 1] ?? limit) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, (before[column - 2] ?? limit) + 1);
      }
      current.push(cost);
    }
    [before, last] = [last, current];
  }
  return last[b.length] ?? limit;
}
