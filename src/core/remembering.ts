/**
 * Remembers what a function without side effects answered for the texts that it was last asked about: names, paths and
 * messages repeat from object to object. Texts longer than `longest` are not remembered, and all are
 * forgotten when `most` are known: hostile input must not fill the memory.
 */
export function remembering<T extends {} | null>(read: (text: string) => T, most = 10_000, longest = 256): (text: string) => T {
  const known = knownBy<T>(most, longest);
  return (text) => known(text, read);
}

/** Equal texts as one and the same: each object that was read has its texts for itself. */
export const sharedText: (text: string) => string = remembering((text) => text);

/** As `remembering`, where more than the text is needed to make an answer, though not to tell it from others. */
export function knownBy<T extends {} | null>(most: number, longest: number): (text: string, make: (text: string) => T) => T {
  const known = new Map<string, T>();
  return (text, make) => {
    if (text.length > longest) return make(text);
    const before = known.get(text);
    if (before !== undefined) return before;
    if (known.size >= most) known.clear();
    const answer = make(text);
    known.set(text, answer);
    return answer;
  };
}

/** A value as a part of a text, which tells where it ends: two texts of such parts are equal only if all values are. */
export function word(value: string | boolean | undefined): string {
  if (value === undefined) return '-';
  if (typeof value === 'string') return `${value.length}:${value}`;
  return value ? 't' : 'f';
}
