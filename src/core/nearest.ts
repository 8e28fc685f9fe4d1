// Longer words are not typed by hand, and the distance costs their product.
const longest = 64;

/**
 * The candidate that a misspelt word most likely means, or undefined where none is near: by the number of letters that
 * were inserted, left out, replaced or swapped with their neighbour, at most a third of the word. A candidate that begins
 * with the word counts as near.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  return allNearest(word, candidates)[0];
}

/** Those of the candidates than which none is nearer, in their order; more than one where the word may mean either. */
export function allNearest(word: string, candidates: Iterable<string>): readonly string[] {
  const wanted = word.toLowerCase();
  if (wanted === '' || wanted.length > longest) return [];
  let best: string[] = [];
  let bestDistance = Math.max(2, Math.ceil(wanted.length / 3));
  for (const candidate of candidates) {
    const text = candidate.toLowerCase();
    if (text.length > longest) continue;
    const begun = wanted.length >= 2 && text.startsWith(wanted);
    // The distance is no less than what one is longer.
    if (!begun && Math.abs(text.length - wanted.length) > bestDistance) continue;
    const distance = begun ? 1.5 : distanceOf(wanted, text);
    if (distance >= text.length || distance > bestDistance) continue;
    if (distance < bestDistance) best = [];
    best.push(candidate);
    bestDistance = distance;
  }
  return best;
}

/** The restricted Damerau-Levenshtein distance. */
function distanceOf(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(previous[j]! + 1, current[j - 1]! + 1, previous[j - 1]! + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, before[j - 2]! + 1);
      current.push(least);
    }
    before = previous;
    previous = current;
  }
  return previous[b.length]!;
}
