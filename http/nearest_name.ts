/**
 * Finds the name that is fewest edits away from another; `null` if all are further than a third of
 * the name and two edits.
 */
export function nearestName(name: string, names: readonly string[]): string | null {
  let [nearest, least]: [string | null, number] = [null, Math.max(2, name.length / 3) + 1];
  for (const each of names) {
    const edits = editsBetween(name.toLowerCase(), each.toLowerCase());
    if (edits < least && edits < each.length) [nearest, least] = [each, edits];
  }
  return nearest;
}

/** Letters added, left out, replaced, or two swapped: the optimal string alignment distance. */
function editsBetween(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const at = (cells: readonly number[], k: number): number => cells[k] ?? Infinity;
      const same = a[i - 1] === b[j - 1];
      let edits = Math.min(at(row, j) + 1, at(next, j - 1) + 1, at(row, j - 1) + (same ? 0 : 1));
      if (!same && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        edits = Math.min(edits, at(before, j - 2) + 1);
      }
      next.push(edits);
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? Infinity;
}
